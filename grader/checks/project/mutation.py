"""Which public functions a suite of tests exercises, and which bugs in them it notices.

A function is exercised if some test fails once it raises; a bug is noticed if some test fails, or never ends,
with it. Nothing else is asked of the student's process: which variant it was handed, only the judge knows, and
one among them is the same code in other words, which must pass.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project import mutants
from grader.checks.project.functions import Target, public_functions
from grader.checks.project.mutants import Mutant
from grader.checks.project.sandbox import Ran

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from grader.checks.project.sandbox import ProjectSandbox

MOST_FUNCTIONS = 80
PER_FUNCTION = 2
SLACK_SECONDS = 5.0


class Cover(Struct, frozen=True, kw_only=True):
    """What the tests exercise.

    Attributes:
        baseline: The tests on the code as it is; the first way to run them that fails, if one does.
        reads_text: True if the tests fail on the same code in other words.
        exercised: The public functions that tests call, through whatever path.
        missed: Those that none does.
        untold: Those that there was no time for.
        seconds: What one run of the tests took, by the judge's clock.
    """

    baseline: Ran | None
    reads_text: bool = False
    exercised: tuple[Target, ...] = ()
    missed: tuple[Target, ...] = ()
    untried: tuple[Target, ...] = ()
    seconds: float = 0.0


class MutationResult(Struct, frozen=True, kw_only=True):
    """Which bugs the tests noticed.

    Attributes:
        noticed: Bugs with which a test failed.
        survived: Bugs with which all tests passed.
        untold: How many there was no time for.
    """

    noticed: tuple[Mutant, ...]
    survived: tuple[Mutant, ...]
    untried: int

    @property
    def share(self) -> float:
        """Of the bugs that were tried, those noticed."""
        tried = len(self.noticed) + len(self.survived)
        return len(self.noticed) / tried if tried else 0.0


def cover(
    sandbox: ProjectSandbox, ways: Sequence[str], rng: np.random.Generator, *, total_seconds: float
) -> Cover:
    """Find out which public functions of the labs' modules the tests exercise.

    Args:
        sandbox: The repository.
        ways: How its tests are run.
        rng: Chooses, where there are too many functions.
        total_seconds: For all of it.
    """
    began = time.monotonic()
    for way in ways:
        (ran,) = sandbox.trials(way, [{}], seconds=total_seconds / 4, total_seconds=total_seconds)
        if ran is None or not ran.worked:
            return Cover(baseline=ran)
    seconds = time.monotonic() - began
    targets = [t for file in sandbox.tested for t in public_functions(file, sandbox.texts.get(file, ""))]
    chosen = [targets[i] for i in sorted(rng.permutation(len(targets))[:MOST_FUNCTIONS])]
    out = [m for t in chosen if (m := mutants.taken_out(sandbox.texts[t.file], t)) is not None]
    overlays = [same_in_other_words(sandbox, targets), *({m.target.file: m.text} for m in out)]
    left = total_seconds - seconds
    same, *found = _noticed(sandbox, ways, overlays, seconds * 3 + SLACK_SECONDS, left)
    told = list(zip(out, found, strict=True))
    return Cover(
        baseline=ran,
        reads_text=same is True,
        exercised=tuple(m.target for m, noticed in told if noticed),
        missed=tuple(m.target for m, noticed in told if noticed is False),
        untried=tuple(m.target for m, noticed in told if noticed is None),
        seconds=seconds,
    )


def mutation_score(
    sandbox: ProjectSandbox,
    ways: Sequence[str],
    covered: Cover,
    rng: np.random.Generator,
    *,
    total_seconds: float,
) -> MutationResult:
    """Find out which bugs in the functions that are exercised make a test fail.

    Args:
        sandbox: The repository.
        ways: How its tests are run.
        covered: What ``cover`` found.
        rng: Chooses the bugs.
        total_seconds: For all of it.
    """
    tried: list[Mutant] = []
    for target in covered.exercised:
        source = sandbox.texts[target.file]
        empty = mutants.emptied(source, target)
        tried += mutants.bugs(source, target, rng, PER_FUNCTION) + ([empty] if empty else [])
    order = rng.permutation(len(tried))  # if time runs out, no function is favoured
    mixed = [tried[i] for i in order]
    overlays = [{m.target.file: m.text} for m in mixed]
    found = _noticed(sandbox, ways, overlays, covered.seconds * 3 + SLACK_SECONDS, total_seconds)
    told = sorted(zip(mixed, found, strict=True), key=lambda pair: (pair[0].target.file, pair[0].line))
    return MutationResult(
        noticed=tuple(m for m, noticed in told if noticed),
        survived=tuple(m for m, noticed in told if noticed is False),
        untried=sum(noticed is None for _, noticed in told),
    )


def same_in_other_words(sandbox: ProjectSandbox, targets: Sequence[Target]) -> dict[str, str]:
    """All the modules rewritten so that their text and bytecode differ, and nothing they do."""
    texts: dict[str, str] = {target.file: sandbox.texts[target.file] for target in targets}
    for target in sorted(targets, key=lambda t: t.start, reverse=True):  # those above stay where they are
        texts[target.file] = mutants.unchanged(texts[target.file], target) or texts[target.file]
    return texts


def _noticed(
    sandbox: ProjectSandbox,
    ways: Sequence[str],
    overlays: Sequence[Mapping[str, str]],
    seconds: float,
    total_seconds: float,
) -> list[bool | None]:
    """For each variant, whether any way of running the tests fails on it; ``None`` if there was no time to try."""
    until = time.monotonic() + total_seconds
    found: list[bool | None] = [None] * len(overlays)
    for way in ways:
        left = [i for i, noticed in enumerate(found) if not noticed]
        ran = sandbox.trials(
            way,
            [overlays[i] for i in left],
            seconds=seconds,
            total_seconds=max(0.0, until - time.monotonic()),
        )
        for i, one in zip(left, ran, strict=True):
            if one is not None:
                found[i] = not one.worked
    return found
