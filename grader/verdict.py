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
- A required criterion passes if all its checks are met, and asks to revise if one is not. No checks: open.
- A manual criterion is what a person decided, the last word counting, and waits for review until then.
- A check that a machine could not decide (REVIEW) is a person's to decide; so is what waited for it.
- Work that the course's policy refuses (it came too late, or once too often) asks to revise, whatever else holds.
- Advice is judged in the same way and shown; it earns no points and decides nothing.
- Where the rubric sets ``pass_points``, criteria with points are decided by their sum, and required criteria
  without points must still pass.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from grader import reasons
from grader.records import (
    CheckResult,
    Criterion,
    CriterionResult,
    Decision,
    Fault,
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
    from collections.abc import Iterable, Sequence

    from grader.reasons import Reason, Refusal

Key = tuple[str, str]
"""Of a check: lab and id."""

PASS, REVISE, OPEN, WAITS = Decision.PASS, Decision.REVISE, Decision.UNGRADED, Decision.REVIEW

MARGIN = 1e-9
"""For sums of tenths: ten criteria of 0.1 points reach one point."""


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
    points = sum(c.points for c in required)
    needed = rubric.pass_points if points else None
    refusal = _refusal(policy, standing) if policy and standing else None
    decision = REVISE if refusal else _decide(criteria, needed)
    return Verdict(
        decision=decision,
        labs=labs,
        refusal=refusal,
        reasons=tuple(_reasons(decision, criteria, ledger, needed, rubric.suite)),
        earned=sum(c.earned for c in required),
        points=points,
    )


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
        return LabVerdict(id=lab.id, title=lab.title, decision=_decide(judged, None), criteria=judged)

    def criterion(self, lab: str, criterion: Criterion) -> CriterionResult:
        """One criterion: the worst of its checks, or what a person said."""
        if criterion.manual:
            review = self.reviews.get((lab, criterion.id))
            states: dict[str, Decision] = {}
            decision = review.decision if review else WAITS
        else:
            states = {check: self.state((lab, check)) for check in criterion.checks}
            worst = (d for d in (REVISE, OPEN, WAITS) if d in states.values())
            decision = next(worst, PASS if states else OPEN)
            review = self.reviews.get((lab, criterion.id)) if decision is WAITS else None
            decision = review.decision if review else decision
        return CriterionResult(
            id=criterion.id,
            title=criterion.title,
            lab=lab,
            weight=criterion.weight,
            decision=decision,
            earned=criterion.points if decision is PASS else 0.0,
            points=criterion.points,
            checks=tuple(states),
            failed=tuple(check for check, state in states.items() if state is REVISE),
            manual=criterion.manual,
            review=review,
        )

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
        if result.outcome is Outcome.FAILED:
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


def _decide(criteria: Sequence[CriterionResult], needed: float | None) -> Decision:
    """What holds however the open criteria come out; REVIEW if only people's decisions are open."""
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    must = [c for c in required if needed is None or not c.points]
    bound = None if needed is None else needed - MARGIN
    earned = sum(c.earned for c in required)
    with_reviews = earned + sum(c.points for c in required if c.decision is WAITS)
    reachable = sum(c.points for c in required if c.decision is not REVISE)
    if any(c.decision is REVISE for c in must) or (bound is not None and reachable < bound):
        return REVISE
    if any(c.decision is OPEN for c in must) or (bound is not None and with_reviews < bound):
        return OPEN
    if any(c.decision is WAITS for c in must) or (bound is not None and earned < bound):
        return WAITS
    # Nothing required was met: with no check behind it, that is no pass.
    return PASS if any(c.decision is PASS for c in required) else OPEN


def _reasons(
    decision: Decision,
    criteria: Sequence[CriterionResult],
    ledger: _Ledger,
    needed: float | None,
    suite: str,
) -> Iterable[Reason]:
    """What the decision follows from, the deciding reasons first."""
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    unmet = [c for c in required if c.decision is REVISE]
    still_open = [c for c in required if c.decision is OPEN]
    waiting = [c for c in required if c.decision is WAITS]
    if needed is not None:
        earned, points = sum(c.earned for c in required), sum(c.points for c in required)
        yield reasons.Points(earned=earned, points=points, needed=needed)
    if decision is PASS and not unmet and not still_open and not waiting:
        yield reasons.AllMet(
            criteria=len(required),
            checks=sum(len(c.checks) for c in required),
            reviewers=tuple(dict.fromkeys(c.review.by for c in required if c.review)),
        )
    for criterion in unmet:
        yield _unmet(criterion, ledger)
    for criterion in waiting:
        yield reasons.Waits(title=criterion.title)
    for criterion in still_open:
        checks = (c for c in criterion.checks if ledger.state((criterion.lab, c)) is OPEN)
        yield reasons.Open(title=criterion.title, checks=tuple(checks))
    if not required:
        yield reasons.NothingRequired()
    if suite != "all":
        yield reasons.PublicOnly()
    advice = [c for c in criteria if c.weight is Weight.ADVICE and c.decision is REVISE]
    if advice:
        yield reasons.Advice(count=len(advice))


def _unmet(criterion: CriterionResult, ledger: _Ledger) -> Reason:
    if criterion.review:
        return reasons.Rejected(
            title=criterion.title, by=criterion.review.by, comment=criterion.review.comment
        )
    by_outcome: dict[Outcome, list[str]] = defaultdict(list)
    for check in criterion.failed:
        result = ledger.found[criterion.lab, check]
        assert result is not None  # what is not met has a result
        by_outcome[result.outcome].append(check)
    blocked = by_outcome[Outcome.BLOCKED]
    roots = [ledger.root((criterion.lab, check)) for check in blocked]
    return reasons.NotMet(
        title=criterion.title,
        failed=tuple(by_outcome[Outcome.FAILED]),
        blocked=tuple(blocked),
        causes=tuple(dict.fromkeys(root.id for root in roots if root is not None)),
    )
