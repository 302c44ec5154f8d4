"""Which public functions a suite of tests exercises, which bugs it notices, and whether it notices only bugs.

The tests are run on variants of the repository, all in one bag and in no order:

    the same         as it is, several times         a test that fails now and then depends on chance
    in other words   one function, or all of them    a test that fails there looks at the text
    taken out        one function raises             a test that fails there exercises it
    bugs             one function with one mistake   a test that fails there notices it

A function is exercised if the tests fail once it raises; a bug is noticed if they fail, or never end, with it.
Nothing else is asked of the student's processes. Each sees one variant; which one, only the judge knows. How many
there are depends on the repository alone: what there is no time for makes a person decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from grader.checks.project import mutants
from grader.checks.project.controls import Control, controls, disguised
from grader.checks.project.functions import Target, public_functions
from grader.checks.project.mutants import Mutant
from grader.checks.project.sandbox import Ran

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np

    from grader.checks.project.sandbox import ProjectSandbox

SAME, CONTROLS, WHOLE, FUNCTIONS, BUGS = 3, 8, 3, 40, 48
"""At most: runs on the code as it is, controls with one function and with all of them in other words, functions
taken out, bugs. A sample of 48 bugs errs by 0.06 (standard error) where the tests notice 80 %."""
PER_FUNCTION = 16
"""Bugs of one function, where there are few functions: of a small module nearly all bugs are tried."""
AGAIN = 2
"""Times that a control on which the tests failed is tried once more, beside the code as it is."""
SLACK_SECONDS = 10.0
SLOWER = 3.0
"""Times what the tests take: with a bug they may take longer, and longer than that is taken for endless."""


class Study(Struct, frozen=True, kw_only=True):
    """What the tests do on variants of the code.

    Attributes:
        same: What became of them on the code as it is, each time.
        reworded: What was done to the code where they failed whenever they were tried, though it did the same.
        passes: How often they passed on code that does the same, whatever its words.
        fails: How often they failed there, where they also passed.
        exercised: The public functions that tests call, through whatever path.
        missed: Those that none does.
        noticed: Bugs, in functions that are exercised, with which a test failed.
        survived: Bugs in such functions with which all tests passed.
        untried: How many variants there was no time for.
        is_sample: Whether there are more functions than were tried.
        seconds: CPU time of one run of the tests.
    """

    same: tuple[Ran, ...] = ()
    reworded: tuple[str, ...] = ()
    passes: int = 0
    fails: int = 0
    exercised: tuple[Target, ...] = ()
    missed: tuple[Target, ...] = ()
    noticed: tuple[Mutant, ...] = ()
    survived: tuple[Mutant, ...] = ()
    untried: int = 0
    is_sample: bool = False
    seconds: float = 0.0

    @property
    def wavers(self) -> bool:
        """Whether they pass and fail on code that does the same."""
        return bool(self.passes and self.fails)

    @property
    def exercised_share(self) -> float:
        """Of the public functions that were tried, those exercised."""
        tried = len(self.exercised) + len(self.missed)
        return len(self.exercised) / tried if tried else 0.0

    @property
    def noticed_share(self) -> float:
        """Of the bugs that were tried in functions that are exercised, those noticed."""
        tried = len(self.noticed) + len(self.survived)
        return len(self.noticed) / tried if tried else 0.0


class _Variant(Struct, frozen=True):
    """One entry of the bag."""

    kind: Literal["same", "reworded", "out", "bug"]
    overlay: dict[str, str] = {}
    what: str = ""
    mutant: Mutant | None = None


def study(
    sandbox: ProjectSandbox, command: str, rng: np.random.Generator, *, seconds: float, total_seconds: float
) -> Study:
    """Try the tests on variants of the modules that they are about.

    Args:
        sandbox: The repository, in a home where the command works.
        command: Runs its tests.
        rng: Chooses the variants, and shuffles them.
        seconds: For one run on the code as it is.
        total_seconds: For all of them.
    """
    targets = [t for file in sandbox.tested for t in public_functions(file, sandbox.texts.get(file, ""))]
    bag = _bag(sandbox.texts, targets, rng)
    tried = list(zip(bag, _tried(sandbox, command, bag, rng, seconds, total_seconds), strict=True))
    same = [ran for v, ran in tried if v.kind == "same" and ran is not None]
    out = {v.mutant.target: _notices(ran) for v, ran in tried if v.kind == "out" and v.mutant}
    bugs = [(v.mutant, _notices(ran)) for v, ran in tried if v.kind == "bug" and v.mutant]
    alike = [(v, ran) for v, ran in tried if v.kind in {"same", "reworded"}]
    failed = [v for v, ran in alike if _fails(ran)]
    if failed:
        alike += _again(sandbox, command, failed, rng, seconds, total_seconds)
    lasting = [v for v in failed if v.what and not any(ran and ran.worked for w, ran in alike if w == v)]
    fair = [ran for v, ran in alike if ran is not None and v not in lasting]
    return Study(
        same=tuple(same),
        reworded=tuple(v.what for v in lasting),
        passes=sum(ran.worked for ran in fair),
        fails=sum(_fails(ran) for ran in fair),
        exercised=tuple(t for t in targets if out.get(t)),
        missed=tuple(t for t in targets if out.get(t) is False),
        noticed=_in_order(m for m, said in bugs if said and out.get(m.target)),
        survived=_in_order(m for m, said in bugs if said is False and out.get(m.target)),
        untried=sum(ran is None for _, ran in tried),
        is_sample=len(targets) > FUNCTIONS,
        seconds=max((one.cpu for one in same), default=0.0),
    )


def _bag(texts: Mapping[str, str], targets: Sequence[Target], rng: np.random.Generator) -> list[_Variant]:
    """All variants, shuffled."""
    chosen = [targets[i] for i in sorted(rng.permutation(len(targets))[:FUNCTIONS])]
    out = [m for t in chosen if (m := mutants.taken_out(texts[t.file], t)) is not None]
    variants = [_Variant("same")] * SAME
    variants += [_Variant("reworded", {c.target.file: c.text}, c.what) for c in _controls(texts, chosen, rng)]
    variants += [_Variant("reworded", _all_reworded(texts, chosen, rng), "all of it") for _ in range(WHOLE)]
    variants += [_Variant("out", {m.target.file: m.text}, mutant=m) for m in out]
    for mutant in _bugs(texts, chosen, rng):
        text = disguised(mutant.text, mutant.target, rng) if rng.random() < 1 / 2 else mutant.text
        variants.append(_Variant("bug", {mutant.target.file: text}, mutant=mutant))
    return [variants[i] for i in rng.permutation(len(variants))]


def _all_reworded(
    texts: Mapping[str, str], targets: Sequence[Target], rng: np.random.Generator
) -> dict[str, str]:
    """Every function in other words, each in a way of its own."""
    found = {target.file: texts[target.file] for target in targets}
    for target in targets:
        found[target.file] = disguised(found[target.file], target, rng)
    return found


def _controls(texts: Mapping[str, str], targets: Sequence[Target], rng: np.random.Generator) -> list[Control]:
    """Of many functions and kinds: each kind as often as the others, as far as there are."""
    kinds: dict[str, list[Control]] = {}
    for i in rng.permutation(len(targets)):
        for control in controls(texts[targets[i].file], targets[i], rng):
            kinds.setdefault(control.what, []).append(control)
    found: list[Control] = []
    for round_ in range(CONTROLS):
        found += [own[round_] for own in kinds.values() if round_ < len(own)]
    return found[:CONTROLS]


def _bugs(texts: Mapping[str, str], targets: Sequence[Target], rng: np.random.Generator) -> list[Mutant]:
    """Of every function as many as of the others, as far as there are, until there are enough."""
    each: list[list[Mutant]] = []
    for i in rng.permutation(len(targets)):
        source, target = texts[targets[i].file], targets[i]
        empty = mutants.emptied(source, target)
        each.append(mutants.bugs(source, target, rng, PER_FUNCTION) + ([empty] if empty else []))
    found: list[Mutant] = []
    for round_ in range(PER_FUNCTION + 1):
        found += [own[round_] for own in each if round_ < len(own)]
    return found[:BUGS]


def _again(
    sandbox: ProjectSandbox,
    command: str,
    failed: Sequence[_Variant],
    rng: np.random.Generator,
    seconds: float,
    total_seconds: float,
) -> list[tuple[_Variant, Ran | None]]:
    """What failed, and the code as it is, some more times."""
    bag = [_Variant("same"), *(v for v in failed if v.what)] * AGAIN
    bag = [bag[i] for i in rng.permutation(len(bag))]
    return list(zip(bag, _tried(sandbox, command, bag, rng, seconds, total_seconds), strict=True))


def _tried(
    sandbox: ProjectSandbox,
    command: str,
    bag: Sequence[_Variant],
    rng: np.random.Generator,
    seconds: float,
    total_seconds: float,
) -> list[Ran | None]:
    """Each variant once, with a seed of its own for Python's hashes; all other seeds are a new process's anyway."""
    own = [{"PYTHONHASHSEED": str(rng.integers(1, 1 << 32))} for _ in bag]
    overlays = [v.overlay for v in bag]
    limit = seconds * SLOWER + SLACK_SECONDS
    return sandbox.trials(command, overlays, seconds=limit, total_seconds=total_seconds, variables=own)


def _notices(ran: Ran | None) -> bool | None:
    """Whether the tests noticed a bug: they failed, or did not end."""
    return None if ran is None else not ran.worked


def _fails(ran: Ran | None) -> bool:
    """Whether they failed; a run that did not end, or was killed, may be slow, and says nothing."""
    return ran is not None and ran.status not in {None, 0, 137, -9}


def _in_order(found: Iterator[Mutant]) -> tuple[Mutant, ...]:
    return tuple(sorted(found, key=lambda m: (m.target.file, m.line)))
