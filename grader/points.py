"""Points → a grade of at most 100: pure arithmetic, each step of it kept in the result.

    counts of a category  =  (weight or bonus) * earned / points
    grade                 =  min(100, the sum of all counts) - what being late costs, and never below 0

A criterion's points are earned, or waiting for a person, or not graded by our fault, or lost. So three grades can
be computed of the same work: what it surely is, what it becomes if people decide well, and what it may be at most.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from grader.records import CategoryResult, Decision, Grade, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.records import (
        Category,
        CheckResult,
        Criterion,
        CriterionResult,
        Policy,
        Review,
        Scale,
        Standing,
    )

    Take = Callable[[CriterionResult], float]

BEST = 100.0
DAY = 86_400.0
MARGIN = 1e-9
"""For sums of tenths: ten criteria of 0.1 points reach one point."""


# ── Of one criterion ──────────────────────────────────────────────────────────────────────────────────────


def worth(
    criterion: Criterion,
    states: Mapping[str, Decision],
    partly: Sequence[str],
    review: Review | None,
) -> dict[str, float]:
    """What became of a criterion's points: ``earned``, ``waiting`` for a person, ``ungraded``; the rest is lost.

    Args:
        criterion: Its points are shared out among its checks, or earned together or not at all.
        states: Of each of its checks that counts; the points of one that doesn't wait for a person. Empty for
            a criterion that a person decides.
        partly: The checks that reached their lower floor.
        review: What a person decided on the points that waited for one.
    """
    if criterion.shares:
        each = [
            (criterion.shares[check], states.get(check, Decision.REVIEW), check) for check in criterion.checks
        ]
        earned = sum(
            share.points if state is Decision.PASS else share.partly if check in partly else 0.0
            for share, state, check in each
        )
        waiting = sum(share.points for share, state, _ in each if state is Decision.REVIEW)
        ungraded = sum(share.points for share, state, _ in each if state is Decision.UNGRADED)
    else:
        none_counts = bool(criterion.checks) and not states
        together = Decision.REVIEW if criterion.manual or none_counts else worst(states)
        earned, waiting, ungraded = (
            criterion.points if together is decision else 0.0
            for decision in (Decision.PASS, Decision.REVIEW, Decision.UNGRADED)
        )
    if review is not None:
        whole = waiting if review.decision is Decision.PASS else 0.0
        earned += whole if review.points is None else min(review.points, waiting)
        waiting = 0.0
    return {"earned": earned, "waiting": waiting, "ungraded": ungraded}


def worst(states: Mapping[str, Decision]) -> Decision:
    """Of all checks together; without one, nothing is known."""
    order = (Decision.REVISE, Decision.UNGRADED, Decision.REVIEW)
    found = (decision for decision in order if decision in states.values())
    return next(found, Decision.PASS if states else Decision.UNGRADED)


def reached_partly(result: CheckResult | None) -> bool:
    """Whether a check reached its lower floor only."""
    return result is not None and result.outcome is Outcome.PARTLY


def losses(criterion: CriterionResult, results: Mapping[str, CheckResult]) -> dict[str, float]:
    """Points that a criterion lost, by the check that cost them; what a person did not give is none's.

    Args:
        criterion: Where its points are earned together, the first check that is not met cost all of them.
        results: Of its lab's checks.
    """
    if not criterion.shares:
        return dict.fromkeys(criterion.failed[:1], criterion.points) if criterion.points else {}
    return {
        check: share.points - share.partly * reached_partly(results.get(check))
        for check, share in criterion.shares.items()
        if check in criterion.failed
    }


# ── Of all of them ────────────────────────────────────────────────────────────────────────────────────────


def sure(criterion: CriterionResult) -> float:
    """Points that are earned, whatever else comes."""
    return criterion.earned


def with_reviews(criterion: CriterionResult) -> float:
    """And those that a person may still give."""
    return criterion.earned + criterion.waiting


def without_reviews(criterion: CriterionResult) -> float:
    """Those that are earned, and those that could not be graded."""
    return criterion.earned + criterion.ungraded


def reachable(criterion: CriterionResult) -> float:
    """And those that could not be graded."""
    return criterion.earned + criterion.waiting + criterion.ungraded


def grade(criteria: Sequence[CriterionResult], scale: Scale, late: float = 0.0) -> Grade:
    """The grade of a submission.

    Args:
        criteria: Of all labs; those without points and those of no category don't count.
        scale: How their points become a grade.
        late: What is taken off; see ``late_cost``.
    """
    categories = tuple(_category(category, criteria, sure) for category in scale.categories)
    return Grade(
        value=value(criteria, scale, sure, late),
        best=value(criteria, scale, reachable, late),
        needed=scale.needed,
        categories=categories,
        late=late,
        zero=tuple(lab for lab in scale.no_zero if not _of_lab(lab, criteria, sure)),
    )


def value(criteria: Sequence[CriterionResult], scale: Scale, take: Take, late: float = 0.0) -> float:
    """The grade alone, of the points that ``take`` says."""
    counts = sum(_category(category, criteria, take).counts for category in scale.categories)
    return max(0.0, min(BEST, counts) - late)


def suffices(criteria: Sequence[CriterionResult], scale: Scale, take: Take, late: float = 0.0) -> bool:
    """Whether these points pass: the grade is reached, and something is earned wherever it has to be."""
    return value(criteria, scale, take, late) >= scale.needed - MARGIN and all(
        _of_lab(lab, criteria, take) > 0 for lab in scale.no_zero
    )


def late_cost(policy: Policy | None, standing: Standing | None) -> float:
    """What being late costs: a part of 100 for each day that has begun."""
    if policy is None or standing is None or policy.late != "reduce":
        return 0.0
    return policy.late_percent * math.ceil(standing.late_seconds / DAY)


def _category(category: Category, criteria: Sequence[CriterionResult], take: Take) -> CategoryResult:
    own = [c for c in criteria if c.category == category.id]
    earned, points = sum(map(take, own)), sum(c.points for c in own)
    share = earned / points if points else 0.0
    return CategoryResult(
        id=category.id,
        title=category.title,
        weight=category.weight,
        bonus=category.bonus,
        earned=earned,
        points=points,
        counts=(category.weight + category.bonus) * share,
    )


def _of_lab(lab: str, criteria: Sequence[CriterionResult], take: Take) -> float:
    return sum(take(c) for c in criteria if c.lab == lab)
