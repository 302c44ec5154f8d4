"""Check results in, decision out: pure arithmetic, every point traceable to a check.

The decision is the one that holds **however the ungraded checks would have come out**:

REVISE     the student's work fails something required, and no result of an ungraded check could change that
PASS       everything required was graded and holds; an ungraded check is never read as a pass
UNGRADED   it depends on what could not be graded, which is our fault
REVIEW     it depends on nothing but what a person still has to decide

So what we could not grade never costs a student (a REVISE stands on failed checks alone), never gives a
pass, and never hides a failure that the student has to fix anyway. With ``pass_points`` the same rule is an
interval: REVISE if the points earned and all those still open fall short, PASS if the points earned suffice.

What counts as what:

- A check is met if it PASSED, and not met if it FAILED by the student's fault. It is open if it is UNGRADED,
  if it failed by the course's or the grader's fault, or if there is no result for it.
- A BLOCKED check is what the check at the end of its chain is: not met behind a required check that is not
  met, open otherwise. Behind a check that is only advice it is open: advice never changes the decision.
- A check that is not counted is left out: it would test nothing of the student's. What points it has of its own
  wait for a person. Those of what is optional and was not handed in are not earned, and nothing asks for it.
- A check that was waived counts as met, whatever it found; what waited for it all the same is open.
- A required criterion passes if all its checks are met, and asks to revise if one is not. No checks: open; none
  that counts: a person decides.
- A manual criterion is what a person decided, the last word counting, and waits for review until then.
- A check that a machine could not decide (REVIEW) is a person's to decide; so is what waited for it.
- Work that the course's policy refuses (it came too late, or once too often) asks to revise, whatever else holds.
- Advice is judged in the same way and shown; it earns no points and decides nothing.
- Where the rubric sets ``pass_points`` or a scale, criteria with points are decided by their sum or their grade
  (``grader.points``), and required criteria without points must still pass. A check that was PARTLY reached is not
  met; it earns what its lower floor is worth. A bonus can add points, and decides nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from grader import points, reasons
from grader.records import (
    CheckResult,
    Criterion,
    CriterionResult,
    Decision,
    Fault,
    Grade,
    LabVerdict,
    Outcome,
    Policy,
    Review,
    Rubric,
    RubricLab,
    Standing,
    Verdict,
    Weight,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.points import Take
    from grader.reasons import Reason, Refusal

Key = tuple[str, str]
"""Of a check: lab and id."""

PASS, REVISE, OPEN, WAITS = Decision.PASS, Decision.REVISE, Decision.UNGRADED, Decision.REVIEW


def decide(
    rubric: Rubric,
    results: Iterable[CheckResult],
    *,
    reviews: Iterable[Review] = (),
    policy: Policy | None = None,
    standing: Standing | None = None,
) -> Verdict:
    """The decision on one submission.

    Args:
        rubric: The criteria that were asked for.
        results: What the judge found; results that no criterion names are ignored, and two for one check are none.
        reviews: What people decided about manual criteria, in the order in which they did.
        policy: What the course makes of late and repeated work.
        standing: When it was handed in, and its number; ``None`` for what is no hand-in.
    """
    ledger = _Ledger(rubric, _by_key(results), reviews)
    labs = tuple(ledger.lab(lab) for lab in rubric.labs if lab.criteria)
    criteria = tuple(c for lab in labs for c in lab.criteria)
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    scale, late = rubric.scale, points.late_cost(policy, standing)
    grade = points.grade(criteria, scale, late) if scale else None
    refusal = _refusal(policy, standing) if policy and standing else None
    decision = REVISE if refusal else _decide(criteria, _bar(rubric, required, late))
    return Verdict(
        decision=decision,
        labs=labs,
        refusal=refusal,
        reasons=tuple(_reasons(decision, criteria, ledger, rubric, grade)),
        earned=grade.value if grade else sum(c.earned for c in required),
        points=points.BEST if grade else sum(c.points for c in required),
        grade=grade,
    )


def _bar(rubric: Rubric, criteria: Sequence[CriterionResult], late: float) -> Callable[[Take], bool] | None:
    """Whether the points that are taken of each criterion pass; ``None`` where points decide nothing."""
    scale, needed = rubric.scale, rubric.pass_points
    if scale is not None:
        return lambda take: points.suffices(criteria, scale, take, late)
    if needed is None or not any(c.points for c in criteria):
        return None
    return lambda take: sum(map(take, criteria)) >= needed - points.MARGIN


def _refusal(policy: Policy, standing: Standing) -> Refusal | None:
    """Why the policy doesn't accept the work, whatever its checks say."""
    if standing.late_seconds and policy.late == "refuse":
        return reasons.Late(late_seconds=standing.late_seconds, source=standing.source)
    if policy.revisions is not None and standing.hand_in > policy.revisions + 1:
        return reasons.TooManyHandIns(hand_in=standing.hand_in, revisions=policy.revisions)
    return None


class _Ledger:
    """Looks up what became of each check, and adds it up."""

    def __init__(
        self, rubric: Rubric, found: dict[Key, CheckResult | None], reviews: Iterable[Review]
    ) -> None:
        self.found = found
        self.scale = rubric.scale
        self.counts = rubric.scale is not None or rubric.pass_points is not None
        self.reviews = {(review.lab, review.criterion): review for review in reviews}
        self.required = {
            (lab.id, check)
            for lab in rubric.labs
            for criterion in lab.criteria
            if criterion.weight is Weight.REQUIRED
            for check in criterion.checks
        }

    def lab(self, lab: RubricLab) -> LabVerdict:
        """One lab's criteria, and its own decision."""
        judged = tuple(self.criterion(lab.id, criterion) for criterion in lab.criteria)
        must = any(c.weight is Weight.REQUIRED for c in judged)
        must_earn = self.scale is not None and lab.id in self.scale.no_zero

        def enough(take: Take) -> bool:
            return not must_earn or sum(map(take, judged)) > 0

        return LabVerdict(
            id=lab.id,
            title=lab.title,
            decision=_decide(judged, enough if self.counts else None) if must or not self.counts else PASS,
            criteria=judged,
            parts=lab.parts,
        )

    def criterion(self, lab: str, criterion: Criterion) -> CriterionResult:
        """One criterion: the worst of its checks, or what a person said."""
        not_there = {check for check in criterion.checks if not self.is_handed_in((lab, check))}
        states = dict.fromkeys(not_there, REVISE) | {
            check: PASS if self.is_waived((lab, check)) else self.state((lab, check))
            for check in criterion.checks
            if check not in not_there and (self.is_counted((lab, check)) or self.is_waived((lab, check)))
        }
        none_counts = bool(criterion.checks) and not states
        decision = WAITS if criterion.manual or none_counts else points.worst(states)
        some_wait = WAITS in states.values() or len(states) < len(criterion.checks)
        waits = decision is WAITS or (bool(criterion.shares) and some_wait)
        review = self.reviews.get((lab, criterion.id)) if waits else None
        if review is not None and decision is WAITS:
            decision = review.decision
        partly = [c for c in criterion.checks if points.reached_partly(self.found.get((lab, c)))]
        return CriterionResult(
            id=criterion.id,
            title=criterion.title,
            lab=lab,
            weight=criterion.weight,
            decision=decision,
            **points.worth(criterion, states, partly, review),
            points=criterion.points,
            checks=criterion.checks,
            shares=criterion.shares,
            part=criterion.part,
            category=criterion.category,
            failed=tuple(c for c, state in states.items() if state is REVISE and c not in not_there),
            manual=criterion.manual,
            review=review,
        )

    def is_counted(self, key: Key) -> bool:
        """Whether a check says anything of the student's work."""
        result = self.found.get(key)
        return result is None or result.counted

    def is_handed_in(self, key: Key) -> bool:
        """Whether what a check is about is there."""
        result = self.found.get(key)
        return result is None or result.handed_in

    def is_waived(self, key: Key) -> bool:
        """Whether somebody took it out of the verdict."""
        result = self.found.get(key)
        return result is not None and result.waived is not None

    def state(self, key: Key) -> Decision:
        """Of one check: met, not met, a person's to decide, or open."""
        result = self.root(key)
        if result is None or result.fault in (Fault.COURSE, Fault.GRADER):
            return OPEN
        if result.outcome is Outcome.PASSED:
            # A check that waits for one that passed contradicts itself: that is a fault of ours, not a pass.
            return PASS if key == (result.lab, result.id) else OPEN
        if result.outcome is Outcome.REVIEW:
            return WAITS
        if result.outcome in (Outcome.FAILED, Outcome.PARTLY):
            behind_advice = key != (result.lab, result.id) and (result.lab, result.id) not in self.required
            return OPEN if behind_advice and key in self.required else REVISE
        return OPEN

    def root(self, key: Key) -> CheckResult | None:
        """The result that decides a check: its own, or that at the end of the chain it waited for."""
        seen: set[Key] = set()
        while key not in seen:
            seen.add(key)
            result = self.found.get(key)
            if result is None or result.outcome is not Outcome.BLOCKED:
                return result
            key = (key[0], result.waited_for)
        return None


def _by_key(results: Iterable[CheckResult]) -> dict[Key, CheckResult | None]:
    found: dict[Key, CheckResult | None] = {}
    for result in results:
        key = (result.lab, result.id)
        found[key] = None if key in found else result
    return found


def _decide(criteria: Sequence[CriterionResult], enough: Callable[[Take], bool] | None) -> Decision:
    """What holds however the open criteria come out; REVIEW if only people's decisions are open.

    Args:
        criteria: Advice and bonuses decide nothing by themselves.
        enough: Whether the points that are taken of each criterion pass; ``None`` where points decide nothing.
    """
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    must = [c for c in required if enough is None or not c.points]
    for decision, take in ((REVISE, points.reachable), (OPEN, points.with_reviews)):
        if any(c.decision is decision for c in must) or (enough is not None and not enough(take)):
            return decision
    if any(c.decision is WAITS for c in must):
        return WAITS
    if enough is not None and not enough(points.sure):
        return OPEN if enough(points.without_reviews) else WAITS
    # Nothing required was met: with no check behind it, that is no pass.
    return PASS if any(c.decision is PASS or c.earned for c in required) else OPEN


def _reasons(
    decision: Decision,
    criteria: Sequence[CriterionResult],
    ledger: _Ledger,
    rubric: Rubric,
    grade: Grade | None,
) -> Iterable[Reason]:
    """What the decision follows from, the deciding reasons first."""
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    unmet = [c for c in required if c.decision is REVISE]
    still_open = [c for c in required if c.decision is OPEN]
    waiting = [c for c in required if c.decision is WAITS]
    possible = sum(c.points for c in required)
    if grade is not None:
        yield reasons.Graded(
            value=grade.value,
            best=grade.best,
            needed=grade.needed,
            late=grade.late,
            zero=tuple(lab.title for lab in rubric.labs if lab.id in grade.zero),
        )
    elif rubric.pass_points is not None and possible:
        earned = sum(c.earned for c in required)
        yield reasons.Points(earned=earned, points=possible, needed=rubric.pass_points)
    if decision is PASS and not unmet and not still_open and not waiting:
        yield reasons.AllMet(
            criteria=len(required),
            checks=sum(ledger.is_counted((c.lab, check)) for c in required for check in c.checks),
            reviewers=tuple(dict.fromkeys(c.review.by for c in required if c.review)),
        )
    for criterion in unmet:
        yield _unmet(criterion, ledger)
    for criterion in waiting:
        yield reasons.Waits(title=criterion.title)
    for criterion in still_open:
        keys = ((criterion.lab, c) for c in criterion.checks)
        checks = (key[1] for key in keys if ledger.is_counted(key) and ledger.state(key) is OPEN)
        yield reasons.Open(title=criterion.title, checks=tuple(checks))
    if not required:
        yield reasons.NothingRequired()
    if rubric.suite != "all":
        yield reasons.PublicOnly()
    advice = [c for c in criteria if c.weight is Weight.ADVICE and c.decision is REVISE and c.failed]
    if advice:
        yield reasons.Advice(count=len(advice))


def _unmet(criterion: CriterionResult, ledger: _Ledger) -> Reason:
    if criterion.review and not criterion.failed:
        return reasons.Rejected(
            title=criterion.title,
            by=criterion.review.by,
            comment=criterion.review.comment,
            earned=criterion.earned,
            points=criterion.points,
        )
    by_outcome: dict[Outcome, list[str]] = defaultdict(list)
    for check in criterion.failed:
        result = ledger.found[criterion.lab, check]
        assert result is not None  # what is not met has a result
        by_outcome[result.outcome].append(check)
    blocked = by_outcome[Outcome.BLOCKED]
    roots = [ledger.root((criterion.lab, check)) for check in blocked]
    lost = criterion.points - points.reachable(criterion)
    return reasons.NotMet(
        title=criterion.title,
        lost=lost if criterion.shares else 0.0,
        points=criterion.points,
        failed=(*by_outcome[Outcome.FAILED], *by_outcome[Outcome.PARTLY]),
        blocked=tuple(blocked),
        causes=tuple(dict.fromkeys(root.id for root in roots if root is not None)),
    )
