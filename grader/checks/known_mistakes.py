"""The lab's known mistakes as mutants of the reference, against which a wrong result is held.

If a submission's numbers are those of a mutant on every probe, and of no other, the bug has a name. The
mutants are ours: they run here, in the judge, on the same inputs that were sent to the student's side.
"""

from __future__ import annotations

import itertools
import warnings
from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from grader.checks.diagnoser import Diagnosis
from grader.checks.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import ModuleType

    from grader.checks.diagnoser import Diagnoser, Seen
    from grader.records import Mistake

NEARER = 0.1
"""A match is at least ten times nearer to the student's numbers than the truth is."""

ACTIVE = 1e-9
"""A mutant that stays this close to the reference shows nothing of its bug on these probes."""


class KnownMistakes:
    """Mutants of a lab's reference, built when first asked for.

    Args:
        folder: The lab's reference folder; where there is none (a student's checkout), there are no mutants.
        mistakes: The lab's mistakes; those without a diagnosis name nothing, and stay out.

    Attributes:
        passed: Checks that the submission in question passed until now.
    """

    def __init__(self, folder: Path, mistakes: tuple[Mistake, ...]) -> None:
        self._folder = folder
        self._mistakes = tuple(m for m in mistakes if m.diagnosis)
        self._library = Library(folder, "unchanged_")
        self._built: dict[tuple[str, ...], ModuleType | None] = {}
        self.passed: frozenset[str] = frozenset()
        self._named: frozenset[str] = frozenset()

    def given(self, passed: Iterable[str], named: Iterable[str] = ()) -> KnownMistakes:
        """The same mistakes, in the light of what is known of a submission by now.

        Args:
            passed: Checks that it passed: a mistake that must fail one of them is not its.
            named: Mistakes that were named in it already: of two at once, only the other one is news.
        """
        other = copy(self)
        vars(other).update(passed=frozenset(passed), _named=frozenset(named))
        return other

    def matcher(
        self,
        module: str,
        observe: Callable[[ModuleType], Seen],
        *,
        passed: tuple[str, ...] | None = None,
        pairs: bool = False,
    ) -> Diagnoser[Seen]:
        """A reading of the known mistakes: what a comparison asks when numbers are wrong.

        Args:
            module: The reference's module, e.g. ``mlp_numpy``.
            observe: Gets from a module what the student's side was asked for; leaves its inputs as they are.
            passed: Checks that the student's work is known to pass: mistakes that must fail them are ruled out. By
                default those that it passed until now; for a module that is held against another's mistakes, that
                other's checks which correspond to those that it passed.
            pairs: Try two mistakes at once as well; a few hundred more mutants to build and to observe.
        """
        ruling_out = self.passed if passed is None else frozenset(passed)

        def name(
            yours: Seen, distance: Callable[[Seen, Seen], float], tolerance: float, *, alone: bool = False
        ) -> Diagnosis | None:
            truth = self._seen(module, (), observe)
            if truth is None:
                return None
            enough = min(tolerance, NEARER * distance(yours, truth))

            def explains(seen: Seen | None) -> bool:
                return seen is not None and distance(yours, seen) <= enough

            seen_of = [(m, self._seen(module, (m,), observe)) for m in self._possible(module, ruling_out)]
            active = [(m, s) for m, s in seen_of if s is not None and distance(s, truth) > ACTIVE]
            matches: list[tuple[Mistake, ...]] = [(m,) for m, seen in active if explains(seen)]
            if pairs and not alone and not matches:
                both = itertools.combinations([m for m, _ in active], 2)
                matches = [pair for pair in both if explains(self._seen(module, pair, observe))]
            return _agreed(matches, self._named)

        return name

    def _possible(self, module: str, passed: frozenset[str]) -> list[Mistake]:
        """The mistakes made in this module, or in those that it imports, that are not ruled out."""
        files = {f"{name}.py" for name in self._library.needed(module)}
        return [
            m
            for m in self._mistakes
            if all(e.is_text and e.file in files for e in m.edits) and not passed & set(m.fails)
        ]

    def _build(self, module: str, mistakes: tuple[Mistake, ...]) -> ModuleType | None:
        """The reference's module with these mistakes in it; ``None`` if they don't go together."""
        key = (module, *(m.id for m in mistakes))
        if key not in self._built:
            self._built[key] = self._compile(module, mistakes)
        return self._built[key]

    def _compile(self, module: str, mistakes: tuple[Mistake, ...]) -> ModuleType | None:
        if not self._library.has(module):
            return None
        changed: dict[str, str] = {}
        for edit in itertools.chain.from_iterable(m.edits for m in mistakes):
            name = edit.file.removesuffix(".py")
            source = changed.get(name) or self._library.source(name)
            if source.count(edit.replace) != 1:
                return None
            changed[name] = source.replace(edit.replace, edit.with_)
        mutant = Library(self._folder, f"mutant_{'_'.join(m.id for m in mistakes)}_", changed)
        try:
            return mutant.module(module)
        except Exception:  # what raises at import explains no number; the reference itself must not
            if not mistakes:
                raise
            return None

    def _seen(
        self, module: str, mistakes: tuple[Mistake, ...], observe: Callable[[ModuleType], Seen]
    ) -> Seen | None:
        """What is observed of a mutant; ``None`` if it can't be built or crashes, and so explains no number.

        What the reference itself raises is a fault of the course, and comes through.
        """
        mutant = self._build(module, mistakes)
        if mutant is None:
            return None
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                return observe(mutant)
        except Exception:
            if not mistakes:
                raise
            return None


def _agreed(matches: Iterable[tuple[Mistake, ...]], named: frozenset[str]) -> Diagnosis | None:
    """The one thing that all matches say, less what was said before; silence if they differ."""
    news = [tuple(m for m in match if m.id not in named) or match[:1] for match in matches]
    sentences = {tuple(sorted(m.diagnosis for m in match)): match for match in news}
    if len(sentences) != 1:
        return None
    (match,) = sentences.values()
    said = [m.diagnosis for m in match]
    sentence = said[0] if len(said) == 1 else f"Two things at once. {said[0]} {said[1]}"
    return Diagnosis(sentence, "+".join(m.id for m in match))
