"""What stays of a member's result while the rest of the class is graded: enough for the table and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.records import CriterionResult, Decision, SafeRecord, Weight
from grader.report.causes import causes
from grader.report.score import score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.cohort.grading import ClassResult
    from grader.cohort.roster import ClassMember


class Said(NamedTuple):
    """A sentence of one lab's report: a cause, or the title of a criterion that isn't met."""

    lab: str
    text: str


class Before(NamedTuple):
    """One attempt in a member's history."""

    attempt: int
    graded_at: str
    verdict: Decision


class Summary(NamedTuple):
    """Where one member stands.

    Attributes:
        member: Who.
        folder: Where their reports are, beside the table and the page.
        verdict: ``None``: not graded in this run yet.
        url: Without credentials.
        commit: 40 hex digits; empty for a folder, and for what could not be had.
        earned: Of ``points``, as of ``grader.report.score``; both 0 for who has no verdict.
        counted: Whether the rubric counts points.
        late_seconds: ``None`` for what is no hand-in.
        attempt: Its number in the gradebook, or 0.
        causes: What is wrong, advice left out.
        unmet: Required criteria that are not met.
        history: Every attempt, this one included, the oldest first.
        trouble: Why there is no verdict.
    """

    member: ClassMember
    folder: str
    verdict: Decision | None = None
    url: str = ""
    commit: str = ""
    earned: float = 0.0
    points: float = 0.0
    counted: bool = False
    late_seconds: float | None = None
    attempt: int = 0
    causes: tuple[Said, ...] = ()
    unmet: tuple[Said, ...] = ()
    history: tuple[Before, ...] = ()
    trouble: str = ""


def summary(result: ClassResult, folder: str, history: Iterable[SafeRecord] = ()) -> Summary:
    """What stays of a result.

    Args:
        result: What came of it.
        folder: Of the member's reports.
        history: The member's attempts at the assignment, the oldest first.
    """
    record = result.record
    if record is None:
        return Summary(
            result.member, folder, Decision.UNGRADED, url=result.member.url, trouble=result.trouble
        )
    total = score(record) if record.verdict is not Decision.UNGRADED else None
    return Summary(
        result.member,
        folder,
        record.verdict,
        url=record.url,
        commit=record.commit,
        earned=total.earned if total else 0.0,
        points=total.points if total else 0.0,
        counted=record.points > 0,
        late_seconds=record.standing.late_seconds if record.standing else None,
        attempt=record.attempt,
        causes=tuple(_causes(record)),
        unmet=tuple(
            Said(lab.title or lab.id, c.title) for lab in record.labs for c in lab.criteria if _unmet(c)
        ),
        history=tuple(Before(past.attempt, past.graded_at, past.verdict) for past in history),
        trouble=result.trouble,
    )


def _causes(record: SafeRecord) -> Iterable[Said]:
    for lab in record.labs:
        checks = [check for check in record.checks if check.lab == lab.id]
        for cause in causes(lab.criteria, checks):
            if not cause.tag:
                yield Said(lab.title or lab.id, cause.text)


def _unmet(criterion: CriterionResult) -> bool:
    return criterion.decision is Decision.REVISE and criterion.weight is Weight.REQUIRED
