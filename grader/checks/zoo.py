"""The zoo: the lab's mistakes as mutants of the reference, against which a wrong result is held.

If a submission's numbers are those of a mutant on every probe, and of no other, the bug has a name. The
mutants are ours: they run here, in the judge, on the same inputs that were sent to the student's side.
"""

from __future__ import annotations

import itertools
import warnings
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from grader.checks.compare import Namer, Seen
    from grader.records import Mistake

ACTIVE = 1e-9
"""A mutant that stays this close to the reference shows nothing of its bug on these probes."""


@dataclass(frozen=True)
class Diagnosis:
    """A bug's name.

    Attributes:
        sentence: What the student reads.
        id: The mistake (or mistakes, joined by ``+``) or the rule that said so.
    """

    sentence: str
    id: str


class Zoo:
    """Mutants of a lab's reference, built when first asked for.

    Args:
        folder: The lab's reference folder; where there is none (a student's checkout), the zoo is empty.
        mistakes: The lab's mistakes; those without a diagnosis name nothing, and stay out.
    """

    def __init__(self, folder: Path, mistakes: tuple[Mistake, ...]) -> None:
        self._folder = folder
        self._mistakes = tuple(m for m in mistakes if m.diagnosis)
        self._built: dict[tuple[str, ...], ModuleType | None] = {}

    def by(
        self, module: str, observe: Callable[[ModuleType], Seen], *, passed: tuple[str, ...] = ()
    ) -> Namer[Seen]:
        """A reading of the zoo: what a comparison asks when numbers are wrong.

        Args:
            module: The reference's module, e.g. ``mlp_numpy``.
            observe: Gets from a module what the student's side was asked for; leaves its inputs as they are.
            passed: Checks that the student's work is known to pass: mistakes that fail them are ruled out.
        """

        def name(yours: Seen, distance: Callable[[Seen, Seen], float], tolerance: float) -> Diagnosis | None:
            possible = tuple(m for m in self._mistakes if not set(m.fails) & set(passed))
            return self._name(
                module, possible, observe, lambda seen: distance(yours, seen) <= tolerance, distance
            )

        return name

    def _name(
        self,
        module: str,
        possible: tuple[Mistake, ...],
        observe: Callable[[ModuleType], Seen],
        matches: Callable[[Seen], bool],
        distance: Callable[[Seen, Seen], float],
    ) -> Diagnosis | None:
        """The mistake whose mutant matches; else the two that do together; silence if different names fit."""
        truth = self._observe(self._build(module, ()), observe)
        if truth is None:
            return None
        active: list[Mistake] = []
        matching: list[tuple[Mistake, ...]] = []
        for mistake in possible:
            if {e.file for e in mistake.edits} != {f"{module}.py"}:
                continue
            seen = self._observe(self._build(module, (mistake,)), observe)
            if seen is None or not distance(seen, truth) > ACTIVE:
                continue
            active.append(mistake)
            if matches(seen):
                matching.append((mistake,))
        if not matching:
            for pair in itertools.combinations(active, 2):
                seen = self._observe(self._build(module, pair), observe)
                if seen is not None and matches(seen):
                    matching.append(pair)
        return _agreed(matching)

    def _build(self, module: str, mistakes: tuple[Mistake, ...]) -> ModuleType | None:
        """The reference's module with these mistakes in it; ``None`` if they don't go together."""
        key = (module, *(m.id for m in mistakes))
        if key not in self._built:
            self._built[key] = self._compile(module, mistakes)
        return self._built[key]

    def _compile(self, module: str, mistakes: tuple[Mistake, ...]) -> ModuleType | None:
        path = self._folder / f"{module}.py"
        if not path.is_file():
            return None
        source = path.read_text(encoding="utf-8")
        for edit in itertools.chain.from_iterable(m.edits for m in mistakes):
            if source.count(edit.replace) != 1:
                return None
            source = source.replace(edit.replace, edit.with_)
        mutant = ModuleType(f"mutant_{module}")
        try:
            exec(compile(source, str(path), "exec"), mutant.__dict__)  # noqa: S102 - the course's own code
        except Exception:  # a pair of edits may not make a program
            return None
        return mutant

    @staticmethod
    def _observe(mutant: ModuleType | None, observe: Callable[[ModuleType], Seen]) -> Seen | None:
        if mutant is None:
            return None
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                return observe(mutant)
        except Exception:  # a mutant that crashes explains no number
            return None


def _agreed(matches: Iterable[tuple[Mistake, ...]]) -> Diagnosis | None:
    """The one thing that all matches say; silence if they differ."""
    sentences = {tuple(sorted(m.diagnosis for m in match)): match for match in matches}
    if len(sentences) != 1:
        return None
    (match,) = sentences.values()
    said = [m.diagnosis for m in match]
    sentence = said[0] if len(said) == 1 else f"Two things at once. {said[0]} {said[1]}"
    return Diagnosis(sentence, "+".join(m.id for m in match))
