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
- A manual criterion is what a person decided, the last word counting, and waits for review until then. With
  the public suite it is left out, like hidden checks.
- Work that the course's policy refuses (it came too late, or once too often) asks to revise, whatever else holds.
- Advice is judged in the same way and shown; it earns no points and decides nothing.
- Where the rubric sets ``pass_points``, criteria with points are decided by their sum, and required criteria
  without points must still pass. For a part of the suite the bound shrinks with the points at stake in it.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.records import (
    Assignment,
    CheckResult,
    Criterion,
    CriterionResult,
    Decision,
    Fault,
    Lab,
    LabVerdict,
    Outcome,
    Record,
    Review,
    Verdict,
    Weight,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Key = tuple[str, str]
"""Of a check: lab and id."""

PASS, REVISE, OPEN, WAITS = Decision.PASS, Decision.REVISE, Decision.UNGRADED, Decision.REVIEW


def decide(
    assignment: Assignment,
    results: Iterable[CheckResult],
    *,
    suite: str = "all",
    selected: Collection[Key] | None = None,
    reviews: Iterable[Review] = (),
    refused: str = "",
) -> Verdict:
    """The verdict on one submission.

    Args:
        assignment: The rubric; give it only the labs that were asked for.
        results: What the judge found, in any order. Results that no criterion names are ignored, and two
            results for one check count as none.
        suite: ``all`` or ``public``. With ``public``, checks that were not selected are left out.
        selected: The checks that were to run, as (lab, id). By default every check of the rubric, or, for a
            part of the suite, those that there is a result for.
        reviews: What people decided about manual criteria, in the order in which they did.
        refused: Why the course's policy does not accept this work; empty if it does.
    """
    found = _by_key(results)
    if selected is None and suite != "all":
        selected = found.keys()
    ledger = _Ledger(assignment, found, selected, reviews)
    labs = tuple(ledger.lab(lab.id, lab.title, lab.criteria) for lab in assignment.labs)
    labs = tuple(lab for lab in labs if lab.criteria)
    criteria = tuple(c for lab in labs for c in lab.criteria)
    bound = _bound(assignment, criteria)
    decision = REVISE if refused else _decide(criteria, bound)
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    return Verdict(
        decision=decision,
        labs=labs,
        reasons=(*filter(None, (refused,)), *_reasons(decision, criteria, ledger, bound, suite)),
        earned=sum(c.earned for c in required),
        points=sum(c.points for c in required),
    )


def decide_again(record: Record, reviews: Iterable[Review] = ()) -> Record:
    """The record with the verdict that follows from it now that more has been decided.

    Args:
        record: Of a whole grading. Its ``refused`` counts, and so do the reviews in it.
        reviews: What people decided since.
    """
    labs = tuple(
        Lab(
            id=lab.id,
            assignment=record.assignment,
            title=lab.title,
            folder="",
            modules=(),
            criteria=tuple(
                Criterion(
                    id=c.id, title=c.title, weight=c.weight, points=c.points, checks=c.checks, manual=c.manual
                )
                for c in lab.criteria
            ),
        )
        for lab in record.labs
    )
    asked = Assignment(
        id=record.assignment, title=record.title, labs=labs, root=Path(), pass_points=record.pass_points
    )
    before = [c.review for c in record.criteria if c.review]
    verdict = decide(
        asked, record.checks, suite=record.suite, reviews=[*before, *reviews], refused=record.refused
    )
    return replace(
        record,
        verdict=OPEN if record.partial else verdict.decision,
        reasons=verdict.reasons,
        earned=verdict.earned,
        points=verdict.points,
        labs=verdict.labs,
        criteria=tuple(c for lab in verdict.labs for c in lab.criteria),
    )


class _Ledger:
    """Looks up what became of each check, and adds it up."""

    def __init__(
        self,
        assignment: Assignment,
        found: dict[Key, CheckResult | None],
        selected: Collection[Key] | None,
        reviews: Iterable[Review],
    ) -> None:
        self.found = found
        self.selected = selected
        self.reviews = {(review.lab, review.criterion): review for review in reviews}
        self.required = {
            (lab.id, check)
            for lab in assignment.labs
            for criterion in lab.criteria
            if criterion.weight is Weight.REQUIRED
            for check in criterion.checks
        }

    def lab(self, lab: str, title: str, criteria: Sequence[Criterion]) -> LabVerdict:
        """One lab's criteria, and its own decision."""
        judged = tuple(self.criterion(lab, c) for c in criteria if self._asked(lab, c))
        return LabVerdict(id=lab, title=title, decision=_decide(judged, None), criteria=judged)

    def criterion(self, lab: str, criterion: Criterion) -> CriterionResult:
        """One criterion: the worst of its checks, or what a person said."""
        if criterion.manual:
            return self.manual(lab, criterion)
        checks = tuple(c for c in criterion.checks if self.selected is None or (lab, c) in self.selected)
        states = {c: self.state((lab, c)) for c in checks}
        decision = (
            REVISE if REVISE in states.values() else OPEN if OPEN in states.values() or not checks else PASS
        )
        return CriterionResult(
            id=criterion.id,
            title=criterion.title,
            lab=lab,
            weight=criterion.weight,
            decision=decision,
            earned=criterion.points if decision is PASS else 0.0,
            points=criterion.points,
            checks=checks,
            failed=tuple(c for c, state in states.items() if state is REVISE),
        )

    def manual(self, lab: str, criterion: Criterion) -> CriterionResult:
        """One criterion that a person decides."""
        review = self.reviews.get((lab, criterion.id))
        decision = review.decision if review else WAITS
        return CriterionResult(
            id=criterion.id,
            title=criterion.title,
            lab=lab,
            weight=criterion.weight,
            decision=decision,
            earned=criterion.points if decision is PASS else 0.0,
            points=criterion.points,
            manual=criterion.manual,
            review=review,
        )

    def state(self, key: Key) -> Decision:
        """Of one check: met, not met, or open."""
        result = self.root(key)
        if result is None or result.fault in (Fault.COURSE, Fault.GRADER):
            return OPEN
        if result.outcome is Outcome.PASSED:
            # A check that waits for one that passed contradicts itself: that is a fault of ours, not a pass.
            return PASS if key == (result.lab, result.id) else OPEN
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

    def _asked(self, lab: str, criterion: Criterion) -> bool:
        return self.selected is None or any((lab, c) in self.selected for c in criterion.checks)


def _by_key(results: Iterable[CheckResult]) -> dict[Key, CheckResult | None]:
    found: dict[Key, CheckResult | None] = {}
    for result in results:
        key = (result.lab, result.id)
        found[key] = None if key in found else result
    return found


def _bound(assignment: Assignment, criteria: Sequence[CriterionResult]) -> float | None:
    """Points needed to pass, in proportion to the points that are at stake here; ``None``: no such bound."""
    if assignment.pass_points is None:
        return None
    whole = sum(c.points for lab in assignment.labs for c in lab.criteria if c.weight is Weight.REQUIRED)
    here = sum(c.points for c in criteria if c.weight is Weight.REQUIRED)
    # The margin is for sums of tenths: ten criteria of 0.1 points reach one point.
    return assignment.pass_points * here / whole - 1e-9 if whole else None


def _decide(criteria: Sequence[CriterionResult], bound: float | None) -> Decision:
    """What holds however the open criteria come out; REVIEW if only people's decisions are open."""
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    must = [c for c in required if bound is None or not c.points]
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
    decision: Decision, criteria: Sequence[CriterionResult], ledger: _Ledger, bound: float | None, suite: str
) -> Iterable[str]:
    """The sentences that the decision follows from, the deciding ones first."""
    required = [c for c in criteria if c.weight is Weight.REQUIRED]
    unmet = [c for c in required if c.decision is REVISE]
    still_open = [c for c in required if c.decision is OPEN]
    if bound is not None:
        earned, points = sum(c.earned for c in required), sum(c.points for c in required)
        yield f"{earned:g} of {points:g} points earned; {bound:g} are needed."
    waiting = [c for c in required if c.decision is WAITS]
    if decision is PASS and not unmet and not still_open and not waiting:
        yield _met(required)
    for criterion in unmet:
        yield _unmet(criterion, ledger)
    for criterion in waiting:
        yield f"“{criterion.title}” waits for a person to look at it."
    for criterion in still_open:
        yield _open(criterion, ledger)
    if not required:
        yield "No required check was run, so there is nothing to decide on."
    if suite != "all":
        yield "Only the public checks were run; the hidden checks decide on the grade."
    advice = [c for c in criteria if c.weight is Weight.ADVICE and c.decision is REVISE]
    if advice:
        yield f"{_count(len(advice), 'piece')} of advice beyond the requirements: shown, never counted."


def _met(required: Sequence[CriterionResult]) -> str:
    met = (
        "The one required criterion is met"
        if len(required) == 1
        else f"All {len(required)} required criteria are met"
    )
    checks = sum(len(c.checks) for c in required)
    reviewers = dict.fromkeys(c.review.by for c in required if c.review)
    said = [f"{_count(checks, 'check')} passed"] if checks else []
    if reviewers:
        said.append(f"{_names(reviewers)} {'reviewed the rest' if checks else 'said so'}")
    return f"{met}: {', and '.join(said)}."


def _unmet(criterion: CriterionResult, ledger: _Ledger) -> str:
    if criterion.review:
        said = f": {criterion.review.comment}" if criterion.review.comment else "."
        return f"“{criterion.title}” is not met yet, says {criterion.review.by}{said}"
    by_outcome: dict[Outcome, list[str]] = defaultdict(list)
    for check in criterion.failed:
        result = ledger.found[criterion.lab, check]
        assert result is not None  # what is not met has a result
        by_outcome[result.outcome].append(check)
    failed, blocked = by_outcome[Outcome.FAILED], by_outcome[Outcome.BLOCKED]
    roots = [ledger.root((criterion.lab, c)) for c in blocked]
    waited = _names(dict.fromkeys(root.id for root in roots if root is not None))
    if not failed:
        return f"“{criterion.title}” can't be checked before {waited} passes."
    waits = f"; {_names(blocked)} can't run before {waited} passes" if blocked else ""
    return f"“{criterion.title}” is not met yet: {_names(failed)} failed{waits}."


def _open(criterion: CriterionResult, ledger: _Ledger) -> str:
    waiting = [c for c in criterion.checks if ledger.state((criterion.lab, c)) is OPEN]
    what = f"{_names(waiting)} gave no result" if waiting else "no check stands behind it"
    return f"“{criterion.title}” could not be graded: {what}. That is our fault, and it costs nothing."


def _names(ids: Iterable[str], most: int = 4) -> str:
    """``a``, ``a and b``, ``a, b, c and 3 more``."""
    names = list(ids)
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
