"""What a suite is written with: all that course content may import from the grader."""

from grader.checks.answer import Answer, Handle
from grader.checks.decorator import check
from grader.checks.evidence import Evidence
from grader.checks.failure import CheckFailed, fail
from grader.checks.zoo import Diagnosis, Zoo

__all__ = ["Answer", "CheckFailed", "Diagnosis", "Evidence", "Handle", "Zoo", "check", "fail"]
