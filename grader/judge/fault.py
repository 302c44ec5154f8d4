"""Whose fault it is that a check did not pass: decided here alone, by where an exception came from.

It came from the student's side (``CheckFailed``, a process that died), from a student's input on its way through a
reader of ours (``Unreadable``, ``TooLong``), from the suite, or from this machine. What a machine can't decide is a
person's: a reader that met what it did not foresee, a suite that broke on what a student's code gave. It is the
course's fault only where nothing of the student's had been read.
"""

from __future__ import annotations

import traceback
from typing import NamedTuple

from msgspec.structs import replace

from grader.checks.failure import (
    CheckFailed,
    CheckUndecided,
    MappingMismatchError,
    NotDelivered,
    NotHandedIn,
    NothingToCheck,
    ask,
)
from grader.checks.partial import CheckPartly
from grader.checks.reader import OVER_A_BOUND, Unreadable
from grader.judge.processes import Killed, SandboxLost
from grader.judge.student import ToolFailedError
from grader.records import CheckResult, Fault, Finding, Outcome

SECRET_FIELDS = ("yours", "expected")
"""What a hidden check's finding keeps from the student's copy: it would show inputs and expected values."""
NOTHING_OF_THEIRS = "Not counted: your repository has no {} of its own; it follows from your other methods."
JUDGED = (Outcome.PASSED, Outcome.PARTLY, Outcome.FAILED)


class Blocked(Exception):
    """A check that this one needs did not pass."""

    def __init__(self, waited_for: str, outcome: Outcome) -> None:
        super().__init__(waited_for)
        self.waited_for = waited_for
        self.outcome = outcome


class TooLong(Exception):
    """The judge was ended by the kernel: it had computed for longer than it may."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(what)
        self.what = what
        """What it was reading; empty if it was at the suite."""
        self.seconds = seconds


class JudgeDied(Exception):
    """The judge was ended by something else, each time that it came to this check."""


class Meaning(NamedTuple):
    """What the end of a check means."""

    outcome: Outcome
    fault: Fault | None = None
    finding: Finding | None = None
    waited_for: str = ""
    left_out: str = ""
    """Why it counts neither for nor against the student; empty if it counts."""
    handed_in: bool = True
    """Whether it is about something that is there."""


def meaning(error: BaseException | None, *, heard: bool, hidden: bool, derived: str = "") -> Meaning:
    """What the end of a check means.

    Args:
        error: What ended it; ``None``: its last line.
        heard: Whether anything of the student's was read in it.
        hidden: Whether students don't have the check.
        derived: What it asked for, if all of that follows by the course's code alone, as a mapping has it.
    """
    found = _meaning(error, heard=heard)
    if derived and found.outcome in JUDGED:
        return Meaning(Outcome.UNGRADED, left_out=NOTHING_OF_THEIRS.format(derived))
    return found._replace(finding=_with_secrets(found.finding)) if hidden and found.finding else found


def _meaning(error: BaseException | None, *, heard: bool) -> Meaning:  # noqa: C901, PLR0911, PLR0912 - one case each
    match error:
        case None:
            return Meaning(Outcome.PASSED)
        case Blocked(waited_for=check, outcome=Outcome.UNGRADED):
            return Meaning(Outcome.UNGRADED, Fault.GRADER, waited_for=check)
        case Blocked(waited_for=check):
            return Meaning(Outcome.BLOCKED, Fault.STUDENT, waited_for=check)
        case CheckPartly(finding=finding):
            return Meaning(Outcome.PARTLY, Fault.STUDENT, finding)
        case CheckFailed(finding=finding):
            return Meaning(Outcome.FAILED, Fault.STUDENT, finding)
        case NotHandedIn():
            return Meaning(Outcome.UNGRADED, left_out=f"Not handed in: {error}", handed_in=False)
        case NothingToCheck():
            return Meaning(Outcome.UNGRADED, left_out=f"Not counted: {error}")
        case CheckUndecided(finding=finding):
            return Meaning(Outcome.REVIEW, finding=finding)
        case NotDelivered(finding=finding, sure=True):
            return Meaning(Outcome.UNGRADED, Fault.GRADER, finding)
        case NotDelivered(finding=finding):
            return Meaning(Outcome.REVIEW, finding=finding)
        case TooLong(what=what, seconds=seconds) if what:
            return _failed(
                f"We stopped reading {what}: it takes too long.", allowed=f"{seconds:g} seconds of computing"
            )
        case Unreadable(what=what, __cause__=cause) if isinstance(cause, OVER_A_BOUND):
            return _failed(
                f"We can't read {what}: it is too large, or nested too deep.",
                yours=type(cause).__name__,
                allowed="what fits into Python's own bounds: some hundred levels, numbers of 64 bits",
            )
        case Unreadable(what=what):
            return _review(f"We could not read {what}: a person looks at it.", error)
        case Killed(call=call, is_undecided=True):
            headline = "What ran the repository's commands was killed, each time that it was started."
            return Meaning(Outcome.REVIEW, finding=Finding(headline=headline, call=call))
        case Killed(call=call):
            return _failed(
                "Your code's process was killed, each time that it was started.",
                call=call,
                yours="ended by SIGKILL, with memory to spare",
                hint="Remove os.kill() and whatever else sends signals.",
            )
        case MappingMismatchError():
            return _ungraded("The mapping does not fit this repository.", Fault.COURSE, yours=str(error))
        case SandboxLost():
            headline = "We could not run your code: no sandbox was to be had."
            return _ungraded(headline, Fault.GRADER, yours=str(error))
        case ToolFailedError():
            return _review("A tool of the course's failed beside your code: a person looks at it.", error)
        case _ if heard:
            return _review("This check can't judge what it got from your work: a person looks at it.", error)
        case _:
            return _ungraded(
                "This check is broken; it says nothing about your work.", Fault.COURSE, traceback=_told(error)
            )


def without(library: str, finding: Finding) -> CheckUndecided:
    """What a failure is where a library is missing that students may use: a person's to decide."""
    return ask(
        f"This uses {library}, which is not installed where it is graded: a person looks at it.",
        call=finding.call,
        yours=finding.yours or finding.headline,
        expected=finding.expected,
        where=finding.where,
    )


def stands_as(result: CheckResult) -> Outcome:
    """What a check is to those that need it: none is stopped by one that doesn't count."""
    return result.outcome if result.counted else Outcome.PASSED


def _failed(headline: str, **parts: str) -> Meaning:
    return Meaning(Outcome.FAILED, Fault.STUDENT, Finding(headline=headline, **parts))  # type: ignore[arg-type]


def _ungraded(headline: str, fault: Fault, **parts: str) -> Meaning:
    return Meaning(Outcome.UNGRADED, fault, Finding(headline=headline, **parts))  # type: ignore[arg-type]


def _review(headline: str, error: BaseException | None) -> Meaning:
    return Meaning(Outcome.REVIEW, finding=Finding(headline=headline, traceback=_told(error)))


def _told(error: BaseException | None) -> str:
    return "".join(traceback.format_exception(error, limit=-4))


def _with_secrets(finding: Finding) -> Finding:
    return replace(finding, secret=tuple(dict.fromkeys((*finding.secret, *SECRET_FIELDS))))
