"""What a person decides of an attempt, and their decision as it is kept: the same in a terminal and on a page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.records import CriterionResult, Decision, Review
from grader.report import words

if TYPE_CHECKING:
    from grader.records import Record


def manual(record: Record) -> list[CriterionResult]:
    """What a person decides, or has decided."""
    return [c for c in record.criteria if c.manual or c.review or c.waiting or c.decision is Decision.REVIEW]


def name_of(criterion: CriterionResult) -> str:
    """``lab/criterion``."""
    return f"{criterion.lab}/{criterion.id}"


def new_review(
    criterion: CriterionResult, decided: str | None, points: float | None, by: str, comment: str
) -> Review:
    """What was decided; points alone decide as well: all of them are a pass.

    Raises:
        UsageError: Nobody says so, or there are not so many points.
    """
    if not by.strip():
        raise UsageError("Who decides?", "Give your name: --by NAME, or GRADER_REVIEWER.")
    if points is not None and points > criterion.points:
        has = words.count(criterion.points, "point") if criterion.points else "no points"
        raise UsageError(f"'{name_of(criterion)}' has {has}; {points:g} can't be given.")
    whole = Decision.PASS if points == criterion.points else Decision.REVISE
    return Review(
        lab=criterion.lab,
        criterion=criterion.id,
        decision=Decision(decided) if decided else whole,
        points=points,
        by=by.strip(),
        comment=comment.strip(),
        decided_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
