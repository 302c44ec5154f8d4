"""How a check says no: one exception that carries the finding."""

from __future__ import annotations

from grader.records import Finding


class NothingToCheck(Exception):
    """There is nothing of the student's to check: the check counts neither for nor against them."""


class CheckFailed(Exception):  # a failed check is an outcome, not an error of ours
    """The student's work breaks the check's promise."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.headline)
        self.finding = finding


def fail(headline: str, **parts: str) -> CheckFailed:
    """A failure, to be raised with the finding's further parts.

    Example: ``raise fail("The loss is not a number.", call=answer.call, hint="…")``
    """
    return CheckFailed(Finding(headline=headline, **parts))  # type: ignore[arg-type]
