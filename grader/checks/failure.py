"""How a check says no, or that a person has to look: exceptions that carry the finding."""

from __future__ import annotations

import math

from msgspec.structs import replace

from grader.records import Finding


class NothingToCheck(Exception):
    """There is nothing of the student's to check: the check counts neither for nor against them."""


class NotHandedIn(NothingToCheck):
    """An optional file is not there: what rests on it earns nothing, and nothing is wrong."""


class MappingMismatchError(Exception):
    """An expression of the mapping doesn't fit the repository: never the student's failure.

    Attributes:
        module: Whose mapping it is.
    """

    def __init__(self, module: str, message: str) -> None:
        super().__init__(message)
        self.module = module


class CheckFailed(Exception):  # a failed check is an outcome, not an error of ours
    """The student's work breaks the check's promise.

    Attributes:
        distance: How far off the values are, relative to the true ones; infinite where that can't be said.
    """

    distance = math.inf

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.headline)
        self.finding = finding

    def named(self, diagnosis: str, diagnosis_id: str) -> CheckFailed:
        """The same failure with a name for the bug."""
        other = type(self)(replace(self.finding, diagnosis=diagnosis, diagnosis_id=diagnosis_id))
        other.distance = self.distance
        return other


class CheckUndecided(Exception):  # an outcome too: a person decides
    """What a machine can't decide; the finding has the evidence."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.headline)
        self.finding = finding


class NotDelivered(Exception):
    """Packages could not be fetched: the check is done once more, and then nothing follows for the student.

    Attributes:
        sure: Nothing inside the sandbox can have caused it: it is our fault. Else a person decides.
    """

    def __init__(self, finding: Finding, *, sure: bool) -> None:
        super().__init__(finding.headline)
        self.finding = finding
        self.sure = sure


def ask(headline: str, **parts: str) -> CheckUndecided:
    """A question for a person, to be raised with the finding's further parts."""
    return CheckUndecided(Finding(headline=headline, **parts))  # type: ignore[arg-type]


def fail(headline: str, **parts: str) -> CheckFailed:
    """A failure, to be raised with the finding's further parts.

    Example: ``raise fail("The loss is not a number.", call=answer.call, hint="…")``
    """
    return CheckFailed(Finding(headline=headline, **parts))  # type: ignore[arg-type]
