"""Everything that can go wrong outside a check, and whose fault it is.

GraderError                     a sentence, where it was found, and what to do next
├── UsageError        exit 2    the command line asks for something that can't be
├── CourseError       exit 2    rubric, suite, reference or mapping is at fault; carries every Problem found
│   └── MappingNeeded exit 2    the repository spells the interface differently and no mapping fits
├── SubmissionError   exit 3    the repository can't be read: no such repository, ref, commit, or it is empty
│   └── HostUnreachable exit 3  its host can't be reached, or is out of order
└── Ungraded          exit 3    our side: Docker gone, image missing, disk full, a bug of ours

A student's mistakes are not here: they are the judge's findings, and lead to a verdict. ``SubmissionError``
is about repositories that can't be had at all; a repository that *lacks a file* is graded: revise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class GraderError(Exception):
    """A failure a person can act on: what was found, and the next step.

    Attributes:
        message: What was found and where, in one or two sentences.
        remedy: What to do next; empty if the message already says so.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(GraderError):
    """The command line asks for something that can't be."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of the course's content.

    Attributes:
        where: ``file:line`` (or ``file`` alone) relative to the course, so that an editor can open it.
        message: What was found and what was expected.
        suggestion: "Did you mean …?" or the next step; may be empty.
    """

    where: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """``rubrics/week06.yaml:12: unknown key 'chekcs'. Did you mean 'checks'?``."""
        return f"{self.where}: {self.message}" + (f" {self.suggestion}" if self.suggestion else "")


class CourseError(GraderError):
    """The course's content is at fault; all its problems are reported at once."""

    exit_code = 2

    def __init__(self, message: str, problems: tuple[Problem, ...] = (), remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.problems = problems


class MappingNeeded(CourseError):  # it names a state of affairs, and reads so where it is raised
    """The repository spells the interface in its own way: say how, in a mapping."""


class SubmissionError(GraderError):
    """The repository can't be had: unreachable, private, empty, no such ref, too large."""


class HostUnreachable(SubmissionError):
    """The repository's host can't be reached just now: another try may succeed."""


class Ungraded(GraderError):  # the word the reports use
    """We could not grade: our fault, never the student's."""
