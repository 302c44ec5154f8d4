"""What a lab leaves open: find the one reading under which everything agrees, and hold the work to it.

    CONV = options("Conv2D", layout=("NCHW", "NHWC"), kernels=("as they are", "flipped"))

    @check("conv.forward")
    def test_forward(student, reference, rng, readings):
        probes = [Probe(rng) for _ in range(3)]
        readings.find(CONV, probes, lambda reading, probe: probe.compare(student, reading["layout"], …))

A lab that fixes names and not conventions can be read in several ways, and each is legal as long as it is one: the
same for all probes of a class, and for all its checks. So a check that finds more than one reading leaves all of
them to the next check of that class, and one that finds none speaks of the nearest.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from grader.checks.failure import CheckFailed, MappingMismatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.checks.evidence import Evidence

Probe = TypeVar("Probe")


@dataclass(frozen=True)
class Reading:
    """One way to read a class.

    Attributes:
        of: The class, as students call it.
        choices: Question → answer; the usual answers first, when made by ``options``.
        unusual: The questions that are not answered as usual.
    """

    of: str
    choices: tuple[tuple[str, str], ...]
    unusual: tuple[str, ...]

    def __getitem__(self, question: str) -> str:
        """The answer to one question: ``reading["layout"]``."""
        return dict(self.choices)[question]

    def __str__(self) -> str:
        """``layout NHWC, kernels flipped``: what is not as usual."""
        return ", ".join(f"{question} {self[question]}" for question in self.unusual)


def options(of: str, **choices: Sequence[str]) -> tuple[Reading, ...]:
    """All readings of a class, the nearest to the usual first.

    Args:
        of: The class, as students call it.
        choices: Question → its answers, the usual one first.
    """
    every = []
    for answers in itertools.product(*choices.values()):
        chosen = tuple(zip(choices, answers, strict=True))
        unusual = tuple(question for question, answer in chosen if answer != choices[question][0])
        every.append(Reading(of, chosen, unusual))
    return tuple(sorted(every, key=lambda reading: len(reading.unusual)))


class Readings:
    """The readings that are left of each class, kept from check to check of one submission.

    Args:
        left: Class → readings, shared by all checks of the submission.
        evidence: Of this check: gets a note of a reading that is not the usual one.
    """

    def __init__(self, left: dict[str, tuple[Reading, ...]], evidence: Evidence) -> None:
        self._left = left
        self._evidence = evidence

    def left(self, readings: Sequence[Reading]) -> tuple[Reading, ...]:
        """Those of a class that the checks before this one have left."""
        return self._left.get(readings[0].of, tuple(readings))

    def find(
        self,
        readings: Sequence[Reading],
        probes: Sequence[Probe],
        compare: Callable[[Reading, Probe], object],
        *,
        explain: Callable[[Reading], object] | None = None,
    ) -> Reading:
        """The reading under which all probes agree; of several that nearest to the usual.

        Args:
            readings: Of one class: what ``options`` gives.
            probes: Each is tried with each reading, until one of them does not agree.
            compare: Compares one probe in one reading. It raises what a comparison raises, changes no probe, and
                keeps no evidence, since most readings are wrong ones.
            explain: Says what is wrong in the nearest reading, by raising: the comparison again, with the known
                mistakes. Without it, that reading's own failure is raised.

        Raises:
            CheckFailed: None fits all of them.
            MappingMismatchError: The mapping's expressions work in none of them; in one of them is enough.
        """
        nearest: tuple[tuple[int, float], Reading, CheckFailed] | None = None
        misfit: MappingMismatchError | None = None
        fitting = []
        for reading in self.left(readings):
            agreed, failure = _agreed(reading, probes, compare)
            if failure is None:
                fitting.append(reading)
                continue
            if isinstance(failure, MappingMismatchError):
                misfit = misfit or failure
                continue
            nearness = (-agreed, failure.distance)
            if nearest is None or nearness < nearest[0]:
                nearest = (nearness, reading, failure)
        if fitting:
            self._left[fitting[0].of] = tuple(fitting)
            if fitting[0].unusual:
                self._evidence.note(f"Your {fitting[0].of} is read so, which is legal: {fitting[0]}.")
            return fitting[0]
        if nearest is None:
            assert misfit is not None  # there is at least one reading
            raise misfit
        if nearest[1].unusual:
            self._evidence.note(
                f"Of all readings of your {nearest[1].of}, this one is the nearest: {nearest[1]}."
            )
        if explain is not None:
            explain(nearest[1])
        raise nearest[2]

    def named_first(
        self, readings: Sequence[Reading], explain: Callable[[Reading], object]
    ) -> Callable[[Reading], object]:
        """An ``explain`` for ``find`` that looks for a known bug in every reading that is left.

        Where nothing fits, the nearest reading is nearest by chance: a bug has its name in one of them.

        Args:
            readings: Of one class: what ``options`` gives.
            explain: As for ``find``, and cheap: it is called once for each reading.
        """

        def explained(nearest: Reading) -> None:
            for reading in self.left(readings):
                try:
                    explain(reading)
                except MappingMismatchError:
                    continue
                except CheckFailed as failure:
                    if failure.finding.diagnosis:
                        raise
            explain(nearest)

        return explained


def _agreed(
    reading: Reading, probes: Sequence[Probe], compare: Callable[[Reading, Probe], object]
) -> tuple[int, CheckFailed | MappingMismatchError | None]:
    """How many probes agree until one does not, and what that one says."""
    for number, probe in enumerate(probes):
        try:
            compare(reading, probe)
        except (CheckFailed, MappingMismatchError) as failure:
            return number, failure
    return len(probes), None
