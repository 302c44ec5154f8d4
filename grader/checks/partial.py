"""How a check says that its promise holds in part."""

from __future__ import annotations

from grader.checks.failure import CheckFailed
from grader.records import Finding


class CheckPartly(CheckFailed):
    """A lower floor is reached; the rubric says what that is worth."""


def partly(headline: str, **parts: str) -> CheckPartly:
    """What is missing beyond the lower floor, to be raised with the finding's further parts."""
    return CheckPartly(Finding(headline=headline, **parts))  # type: ignore[arg-type]
