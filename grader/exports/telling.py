"""What a format that has room for a line or two says of a criterion or of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.records import Decision, Outcome, Weight
from grader.report import words
from grader.report.causes import LAST, causes
from grader.report.escape import log

if TYPE_CHECKING:
    from grader.records import CheckResult, CriterionResult, SafeRecord
    from grader.report.causes import Cause

MOST = 4000
"""Characters that are said of one criterion."""


def checks_of(record: SafeRecord, criterion: CriterionResult) -> tuple[CheckResult, ...]:
    """Its checks, in its order."""
    found = {check.id: check for check in record.checks if check.lab == criterion.lab}
    return tuple(found[id_] for id_ in criterion.checks if id_ in found)


def causes_of(record: SafeRecord) -> tuple[tuple[str, Cause], ...]:
    """(lab, cause) of everything that is wrong, required before advice, lab by lab."""
    found = [
        (lab.id, cause)
        for lab in record.labs
        for cause in causes(lab.criteria, [check for check in record.checks if check.lab == lab.id])
    ]
    return tuple(sorted(found, key=lambda one: LAST.index(one[1].weight)))


def about(record: SafeRecord, criterion: CriterionResult) -> str:
    """What became of a criterion: a line for each check that did not pass."""
    told = [f"{words.criterion(criterion.decision, criterion.weight).name}."]
    told += [
        f"{words.outcome(check.outcome, criterion.weight).name}: {said(check)}"
        for check in checks_of(record, criterion)
        if check.outcome is not Outcome.PASSED
    ]
    if criterion.review and criterion.review.comment:
        told.append(f"{criterion.review.by}: {criterion.review.comment}")
    return log("\n".join(told), MOST)


def said(check: CheckResult) -> str:
    """A check in one or two sentences."""
    if check.outcome is Outcome.BLOCKED:
        return f"{check.promise} It waits for {check.waited_for}." if check.waited_for else check.promise
    finding = check.finding
    if finding is None:
        return check.promise or check.id
    return " ".join(filter(None, (finding.headline, finding.diagnosis, finding.hint)))


def status(criterion: CriterionResult) -> str:
    """``passed`` or ``failed``; empty for what nobody has decided yet, and for advice."""
    if criterion.weight is Weight.ADVICE:
        return ""
    return {Decision.PASS: "passed", Decision.REVISE: "failed"}.get(criterion.decision, "")
