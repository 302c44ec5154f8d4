"""A record in points, for tools that know nothing but points.

Where the rubric counts points, they are its points. Where it does not, each required criterion that is met is one.
Formats that want whole numbers carry ten times as many: ``TENTHS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.errors import Ungraded
from grader.records import CriterionResult, Decision, Weight
from grader.report import words

if TYPE_CHECKING:
    from grader.records import SafeRecord

TENTHS = 10


class Score(NamedTuple):
    """The total.

    Attributes:
        earned: Of ``points``.
        points: More than 0.
        text: Verdict and total in words: ``Revise, 83.5 of 100``.
    """

    earned: float
    points: float
    text: str

    @property
    def tenths(self) -> tuple[int, int]:
        """Ten times earned and points, as whole numbers."""
        return round(TENTHS * self.earned), round(TENTHS * self.points)


def score(record: SafeRecord) -> Score:
    """The total of a record.

    Raises:
        Ungraded: It could not be graded: there is no number that would not blame its author.
    """
    if record.verdict is Decision.UNGRADED:
        raise Ungraded(
            "This attempt could not be graded, so it has no points: that is our fault.",
            "Grade the commit again, then export it.",
        )
    earned, points = record.earned, record.points
    if not points:
        counted = required(record)
        earned = float(sum(criterion.decision is Decision.PASS for criterion in counted))
        points = float(len(counted)) or 1.0
    return Score(earned, points, f"{words.verdict(record).name}, {earned:g} of {points:g}")


def required(record: SafeRecord) -> tuple[CriterionResult, ...]:
    """The criteria that can cost something."""
    return tuple(criterion for criterion in record.criteria if criterion.weight is Weight.REQUIRED)
