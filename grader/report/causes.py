"""What went wrong, cause by cause: failures of one cause are one entry, and what waits for it is counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from grader.points import losses
from grader.records import CheckResult, Outcome, Weight
from grader.report import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.records import CriterionResult


LAST = (Weight.REQUIRED, Weight.BONUS, Weight.ADVICE)
"""The order in which causes are reported."""


class Cause(NamedTuple):
    """One thing to fix in one lab."""

    check: CheckResult
    """The first check that failed of it: its finding is reported in full."""
    others: tuple[CheckResult, ...]
    """The other checks of the lab that failed of the same."""
    waiting: int
    """How many checks can't run before these pass."""
    weight: Weight
    lost: float = 0.0
    """Points that it cost, with what waits for it."""

    @property
    def tag(self) -> str:
        """``advice`` or ``bonus``; empty for what is required."""
        return "" if self.weight is Weight.REQUIRED else str(self.weight)

    @property
    def price(self) -> str:
        """``costs 4 points``; empty where none are counted, and for a bonus, which costs none."""
        counted = self.lost and self.weight is Weight.REQUIRED
        return f"costs {words.count(self.lost, 'point')}" if counted else ""

    @property
    def word(self) -> words.Word:
        """The word for what became of its checks."""
        return words.outcome(self.check.outcome, self.weight)

    @property
    def text(self) -> str:
        """The bug's name if it is known, else the headline: one sentence."""
        finding = self.check.finding
        told = (finding.diagnosis or finding.headline) if finding else self.check.promise or self.check.id
        return re.split(r"(?<=[.!?])\s+(?=[A-Z])", told.strip(), maxsplit=1)[0]

    @property
    def place(self) -> str:
        """The student's file and line, where the finding names them."""
        where = self.check.finding.where if self.check.finding else ""
        return where if ", line " in where else ""

    @property
    def effect(self) -> str:
        """``explains 2 failures, 17 checks wait for it``; empty if it is one failure that nothing waits for."""
        failures = 1 + len(self.others)
        told = [f"explains {failures} failures"] if self.others else []
        if self.waiting:
            told.append(
                f"{words.count(self.waiting, 'check')} {'waits' if self.waiting == 1 else 'wait'} for it"
            )
        return ", ".join(told)

    @property
    def beneath(self) -> str:
        """Where, and what it explains: ``cell.py, line 31; explains 2 failures``."""
        return "; ".join(filter(None, (self.place, self.effect)))


def causes(criteria: Iterable[CriterionResult], checks: Iterable[CheckResult]) -> tuple[Cause, ...]:
    """The causes of one lab's failures, in the rubric's order, bonuses and advice last.

    Failures are of one cause if they carry the same diagnosis, or, where the bug has no name, if the same
    headline was given for the same place of the same call, or for none: a file that is missing. Advice that
    has the cause of something required is told with it.

    Args:
        criteria: The lab's criteria.
        checks: The lab's checks.
    """
    results = {check.id: check for check in checks}
    found: dict[tuple[Weight, tuple[str, ...]], list[CheckResult]] = {}
    lost: dict[str, float] = {}
    for criterion in sorted(criteria, key=lambda c: LAST.index(c.weight)):
        for id_, cost in losses(criterion, results).items():
            root = _root(results[id_], results) if id_ in results else id_
            lost[root] = lost.get(root, 0.0) + cost
        for id_ in criterion.checks:
            check = results.get(id_)
            if check is not None and check.outcome in (Outcome.FAILED, Outcome.PARTLY):
                key = _key(check)
                told = criterion.weight is Weight.ADVICE and (Weight.REQUIRED, key) in found
                found.setdefault((Weight.REQUIRED if told else criterion.weight, key), []).append(check)
    waiting: dict[str, int] = {}
    for check in results.values():
        if check.outcome is Outcome.BLOCKED:
            root = _root(check, results)
            waiting[root] = waiting.get(root, 0) + 1
    return tuple(
        Cause(
            check=failed[0],
            others=tuple(failed[1:]),
            waiting=sum(waiting.get(check.id, 0) for check in failed),
            weight=weight,
            lost=sum(lost.get(check.id, 0.0) for check in failed),
        )
        for (weight, _), failed in found.items()
    )


def _key(check: CheckResult) -> tuple[str, ...]:
    finding = check.finding
    if finding is None:
        return ("id", check.id)
    if finding.diagnosis:
        return ("diagnosis", finding.diagnosis)
    if ", line " in finding.where:
        return ("place", finding.headline, finding.where)
    if finding.call or finding.where:
        return ("call", finding.headline, finding.where, finding.call or check.id)
    return ("headline", finding.headline)


def _root(check: CheckResult, results: Mapping[str, CheckResult]) -> str:
    """The check that the chain of waiting begins with; what students write can't make it endless."""
    seen = {check.id}
    while check.outcome is Outcome.BLOCKED and check.waited_for in results and check.waited_for not in seen:
        check = results[check.waited_for]
        seen.add(check.id)
    return check.id
