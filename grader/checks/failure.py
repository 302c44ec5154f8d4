"""How a check says no: one exception that carries the finding."""

from __future__ import annotations

from msgspec.structs import replace

from grader.records import Finding


class CheckFailed(Exception):  # a failed check is an outcome, not an error of ours
    """The student's work breaks the check's promise."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.headline)
        self.finding = finding

    def named(self, diagnosis: str, diagnosis_id: str) -> CheckFailed:
        """The same failure with a name for the bug."""
        return CheckFailed(replace(self.finding, diagnosis=diagnosis, diagnosis_id=diagnosis_id))


def fail(headline: str, **parts: str) -> CheckFailed:
    """A failure, to be raised with the finding's further parts.

    Example: ``raise fail("The loss is not a number.", call=answer.call, hint="…")``
    """
    return CheckFailed(Finding(headline=headline, **parts))  # type: ignore[arg-type]
