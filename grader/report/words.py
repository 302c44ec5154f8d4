"""The words and signs for what was decided, in one place: every report speaks alike."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from grader.records import (
    CheckResult,
    Decision,
    Finding,
    Measurement,
    Outcome,
    Record,
    Review,
    Since,
    Standing,
    Waiver,
    Weight,
)


class Word(NamedTuple):
    """How a decision or an outcome is shown."""

    sign: str
    name: str
    tone: str
    """``good``, ``bad``, ``wait`` or ``ours``: decides the colour."""
    sentence: str = ""


VERDICTS = {
    Decision.PASS: Word("✓", "Pass", "good", "Everything that is required holds."),
    Decision.REVISE: Word(
        "✗", "Revise", "bad", "Something that is required does not hold yet. Fix it and hand in again."
    ),
    Decision.REVIEW: Word(
        "…", "Waits for review", "wait", "The checks are done. A person still has to look at the rest."
    ),
    Decision.UNGRADED: Word(
        "?",
        "Could not be graded",
        "ours",
        "Something failed on our side. It costs nothing, and there is nothing to change because of it.",
    ),
}

GRADED = {
    Decision.PASS: Word("✓", "Pass", "good", "The grade is high enough."),
    Decision.REVISE: Word(
        "✗", "Revise", "bad", "The grade is not high enough yet. Fix what cost most and hand in again."
    ),
}
"""Where points make a grade."""

PUBLIC_PASS = Word(
    "✓",
    "Public checks pass",
    "good",
    "Everything that the public checks ask for holds.",
)

NOT_ACCEPTED = Word(
    "✗", "Not accepted", "bad", "The course's policy does not accept this hand-in, whatever its checks say."
)
"""Of work that came too late, or once too often."""

CRITERIA = {
    Decision.PASS: Word("✓", "met", "good"),
    Decision.REVISE: Word("✗", "not yet", "bad"),
    Decision.REVIEW: Word("…", "waits for review", "wait"),
    Decision.UNGRADED: Word("?", "not graded", "ours"),
}

ADVICE = {
    **CRITERIA,
    Decision.PASS: Word("✓", "followed", "good"),
    Decision.REVISE: Word("→", "worth a look", "wait"),
}

WAITS = Word("…", "waits", "wait")
"""Of a criterion none of whose checks failed: they wait for checks elsewhere."""

OUTCOMES = {
    Outcome.PASSED: Word("✓", "passed", "good"),
    Outcome.PARTLY: Word("◐", "partly", "wait", "A lower floor is reached: it earns a part of the points."),
    Outcome.FAILED: Word("✗", "failed", "bad"),
    Outcome.REVIEW: Word("…", "for a person", "wait", "A machine can't decide this: a person looks at it."),
    Outcome.BLOCKED: WAITS,
    Outcome.UNGRADED: Word(
        "?",
        "not graded",
        "ours",
        "We could not run this check. That is our fault: it costs nothing, and there is nothing to change.",
    ),
}

PARTLY = Word("◐", "partly", "wait")
"""Of a criterion that earned some of its points."""

FAILED_BONUS = Word("→", "not earned", "wait", "A bonus can add points, and costs none.")

FAILED_ADVICE = Word(
    "→", "advice", "wait", "Good practice beyond what is required. It is never a reason to revise."
)
NOT_COUNTED = Word("·", "not counted", "wait", "This check counts neither for nor against you.")
"""Of a check that would test nothing of the student's."""

NOT_HANDED_IN = Word("·", "not handed in", "wait", "It is optional: without it nothing is lost.")
"""Of a check of an optional file that is not there, and of a criterion that has only such."""

FACTS = {
    "call": "Called",
    "yours": "Yours",
    "expected": "Expected",
    "where": "Where",
    "how_many": "How many",
    "how_far": "How far off",
    "allowed": "Allowed",
}
"""The facts of a finding, in the order in which they are shown."""


SOURCES = {
    "received": "as the forge received it",
    "fetched": "as the grader first saw it",
    "committed": "by its own commit date, which its author can set",
}
"""Who says when work was handed in."""


class Notice(NamedTuple):
    """Something that has to be said about the whole run."""

    title: str
    text: str


SANDBOXES = {"docker": "Docker"}
"""Names that are written differently in a sentence."""
LOCAL = Notice(
    "Local sandbox, no isolation",
    "The submission's code ran on this machine with the grader's own rights. This run did not protect the "
    "machine, the hidden checks or the verdict from it. For grades that count, use Docker.",
)
PARTIAL = Notice("Interrupted", "What had been graded by then is shown; the rest gave no result.")


def verdict(record: Record) -> Word:
    """Of the whole submission. A pass of the public checks alone is called just that."""
    if record.refused:
        return NOT_ACCEPTED
    decision = record.verdict
    if record.grade and decision in GRADED:
        return GRADED[decision]
    return PUBLIC_PASS if decision is Decision.PASS and record.suite != "all" else VERDICTS[decision]


def sandbox(name: str, *, protected: bool) -> str:
    """Where student code ran; empty if that isn't known."""
    said = SANDBOXES.get(name, name)
    return said if protected or not said else f"{said}, without isolation"


def unprotected(name: str) -> Notice:
    """That student code ran in a sandbox that doesn't protect."""
    if name == "local":
        return LOCAL
    return Notice(
        f"{SANDBOXES.get(name, name)} sandbox, no isolation",
        "Here this sandbox does not keep the submission's code from everything else: `grade doctor` says what is "
        "missing. This run did not protect the machine, the hidden checks or the verdict from it.",
    )


def late(standing: Standing) -> Notice:
    """That work was late, and who says so."""
    return Notice(
        "Late", f"Handed in {span(standing.late_seconds)} after the deadline, {SOURCES[standing.source]}."
    )


def overridden(override: Review) -> Notice:
    """That a person decided about the whole."""
    return Notice(
        "Decided by a person",
        f"{override.by} decided on {override.decided_at[:10]}: {override.decision.value}, whatever the checks say. "
        f"Why: {override.comment}",
    )


def waived(waiver: Waiver) -> Notice:
    """That a check counts for nobody."""
    return Notice(
        "Waived",
        f"The check {waiver.lab}/{waiver.check} counts as if it held. Waived by {waiver.by} on {waiver.at}: "
        f"{waiver.reason}",
    )


def since(since: Since) -> tuple[str, ...]:
    """What changed since the attempt before, in sentences."""
    now = tuple(
        f"{count(number, 'check')} {adverb} {'passes' if number == 1 else 'pass'}: {', '.join(checks)}."
        for checks, adverb in ((since.mended, "now"), (since.broken, "no longer"))
        if (number := len(checks))
    )
    return now or ("No check changed.",)


def count(number: float, one: str, many: str = "") -> str:
    """``1 check``, ``2 checks``, ``3 criteria``, ``2.5 points``."""
    return f"{number:g} {one if number == 1 else many or one + 's'}"


def criterion(decision: Decision, weight: Weight, *, earned: bool = False) -> Word:
    """Of one criterion; advice that isn't followed is no failure, nor a bonus that isn't earned.

    Args:
        decision: What became of it.
        weight: What it counts for.
        earned: Whether some of its points are.
    """
    if decision is Decision.REVISE and earned:
        return PARTLY
    if decision is Decision.REVISE and weight is Weight.BONUS:
        return FAILED_BONUS
    return (ADVICE if weight is Weight.ADVICE else CRITERIA)[decision]


def outcome(of: Outcome, weight: Weight = Weight.REQUIRED) -> Word:
    """Of one check; a failed piece of advice is shown as advice, and a bonus as one."""
    if of is Outcome.FAILED and weight is not Weight.REQUIRED:
        return FAILED_ADVICE if weight is Weight.ADVICE else FAILED_BONUS
    return OUTCOMES[of]


def of_check(check: CheckResult, weight: Weight = Weight.REQUIRED) -> Word:
    """Of one check, as it counts."""
    if not check.handed_in:
        return NOT_HANDED_IN
    return outcome(check.outcome, weight) if check.counted else NOT_COUNTED


def reviewed(review: Review) -> str:
    """What a person decided: ``pass``, ``revise``, or ``3 points``."""
    return VERDICTS[review.decision].name.lower() if review.points is None else count(review.points, "point")


def facts(finding: Finding) -> list[tuple[str, str, str]]:
    """(field, label, text) of what a finding has to say, in order, without the empty ones."""
    return [(name, label, text) for name, label in FACTS.items() if (text := getattr(finding, name))]


class Measured(NamedTuple):
    """A measurement in words."""

    name: str
    value: str
    limit: str
    good: bool | None
    """``None``: there was no limit."""


def measured(measurement: Measurement) -> Measured:
    """``("final loss", "0.31", "at most 0.35", True)``."""
    value, limit, unit = measurement.value, measurement.limit, f" {measurement.unit}".rstrip()
    shown = "not finite" if value is None else f"{value:.4g}{unit}"
    if limit is None:
        return Measured(measurement.name, shown, "", None)
    higher = measurement.better == "higher"
    good = value is not None and (value >= limit if higher else value <= limit)
    return Measured(measurement.name, shown, f"at {'least' if higher else 'most'} {limit:.4g}{unit}", good)


def moment(iso: str) -> str:
    """``27 Nov 2026, 18:02 (+01:00)``; what is no date, as a student's commit may say, stays as it is."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    offset = when.strftime("%z")
    zone = f" ({offset[:3]}:{offset[3:5]})" if offset else ""
    return f"{when.day} {when.strftime('%b %Y, %H:%M')}{zone}"


def local(iso: str, deadline: str) -> str:
    """A moment as the clocks show it where the deadline is: ``Friday 18:00 Africa/Lagos``.

    Without a deadline, and for what is no moment, as of ``moment``.
    """
    try:
        when, place = datetime.fromisoformat(iso), ZoneInfo(deadline.rpartition(" ")[2])
    except (KeyError, ValueError, OSError):
        return moment(iso)
    return moment(when.astimezone(place).isoformat() if when.tzinfo else iso)


def span(seconds: float) -> str:
    """A time to be early or late by: ``40 s``, ``2 h 5 min``, ``3 days 1 h``; the two largest units."""
    left, parts = max(1, round(seconds)), []
    for unit, length in (("day", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}")
        elif parts:
            break
    return " ".join(parts[:2])


def duration(seconds: float) -> str:
    """``under 0.1 s``, ``3.2 s``, ``2 min 5 s``."""
    if seconds < 0.1:
        return "under 0.1 s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"
