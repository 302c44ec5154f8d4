"""An attempt in its history: in time or late, its number, what changed, and what people decided.

A record says what was found in one commit. Here it is seen beside the repository's earlier attempts, kept with
them, and decided again when a person has reviewed it.

**When it was handed in.** Commit times are the student's to forge, so they come last:

1. ``received``: what the forge or CI said when it took the commit in, now or at an earlier attempt
2. ``fetched``: the grader's own clock when it first saw the commit. It can't have come later than that, so if
   that was in time, no other proof is needed
3. ``committed``: seen for the first time after the deadline, and nobody said when it came. A grader that runs on
   Monday makes nobody late, so the commit is believed, and the report says whose word it is
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import GraderError
from grader.gradebook import Gradebook, Kept, part
from grader.records import Decision, Outcome, Record, Review, Since, Standing
from grader.report.sanitizer import sanitize
from grader.report.words import SOURCES, span
from grader.verdict import decide_again

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NOT_KEPT = (
    "This attempt could not be kept in the gradebook, and earlier ones could not be read. That is our fault; the "
    "verdict rests on this attempt alone."
)


def keep(record: Record, gradebook: Path) -> Record:
    """Keep an attempt; a gradebook that fails costs a note, never the verdict.

    Returns:
        The record as it is kept, in its history; with a note if it could not be.
    """
    record = sanitize(record)
    try:
        with Gradebook(gradebook) as book:
            return book.keep(record, lambda earlier: in_history(record, earlier))
    except GraderError as error:
        alone = in_history(record, ())
        return replace(alone, notes=(*alone.notes, NOT_KEPT), troubles=(*alone.troubles, error.message))


def in_history(record: Record, earlier: Sequence[Kept]) -> Record:
    """The record with its standing, what changed since the attempt before, and what follows from both.

    Args:
        record: As the pipeline made it.
        earlier: The repository's earlier attempts at the assignment, the oldest first.
    """
    if record.partial:
        return record
    like = [k for k in earlier if part(k.record) == part(record) and not k.record.partial]
    record = replace(record, since=_since(record, like[-1]) if like else None)
    if record.suite != "all" or not (record.commit or record.received_at):
        return record
    standing = _standing(record, earlier, like)
    return decide_again(replace(record, standing=standing, refused=_refused(record, standing)))


def as_reviewed(kept: Kept) -> Record:
    """An attempt with the verdict that follows from what people decided since."""
    return decide_again(kept.record, kept.reviews) if kept.reviews else kept.record


def waiting(book: Gradebook) -> tuple[Record, ...]:
    """The newest attempts that wait for a person, the oldest of them first."""
    records = map(as_reviewed, book.newest(Decision.REVIEW))
    return tuple(record for record in records if record.verdict is Decision.REVIEW)


def review(book: Gradebook, attempt: int, decided: Review) -> Record:
    """Keep what a person decided, and return the attempt with what follows from it."""
    book.review(attempt, sanitize(decided))
    return as_reviewed(book.attempt(attempt))


def _standing(record: Record, earlier: Sequence[Kept], like: Sequence[Kept]) -> Standing:
    came, source = _came(record, earlier)
    due = _time(record.terms.due)
    late = max(0.0, (came - due).total_seconds()) if due else 0.0
    return Standing(
        came=came.isoformat(timespec="seconds"),
        source=source,
        late_seconds=late,
        hand_in=_hand_in(record, like),
    )


def _came(record: Record, earlier: Sequence[Kept]) -> tuple[dt.datetime, str]:
    """When this commit was handed in, and who says so."""
    seen = [record, *(k.record for k in earlier if record.commit and k.record.commit == record.commit)]
    fetched = min(time for r in seen if (time := _time(r.graded_at)))
    received = [time for r in seen if (time := _time(r.received_at))]
    due, committed = _time(record.terms.due), _time(record.committed_at)
    if received and min(received) <= fetched:
        return min(received), "received"
    if received or due is None or fetched <= due or committed is None or committed > fetched:
        return fetched, "fetched"
    return committed, "committed"


def _time(iso: str) -> dt.datetime | None:
    """An aware time; ``None`` for what is none, as a student's commit may say."""
    try:
        time = dt.datetime.fromisoformat(iso)
    except ValueError:
        return None
    return time if time.tzinfo else None


def _hand_in(record: Record, like: Sequence[Kept]) -> int:
    """The number of this commit in their order; one that could not be graded, by our fault, is not counted."""
    if not record.commit:
        return 0
    graded = dict.fromkeys(k.record.commit for k in like if k.record.verdict is not Decision.UNGRADED)
    before = [commit for commit in graded if commit]
    return before.index(record.commit) + 1 if record.commit in before else len(before) + 1


def _refused(record: Record, standing: Standing) -> str:
    policy = record.terms.policy
    if standing.late_seconds and policy.late == "refuse":
        return (
            f"This was handed in {span(standing.late_seconds)} after the deadline "
            f"({SOURCES[standing.source]}), and late work is not accepted."
        )
    if policy.revisions is not None and standing.hand_in > policy.revisions + 1:
        revisions = f"{policy.revisions} revision{'' if policy.revisions == 1 else 's'}"
        return f"This is hand-in {standing.hand_in}; the first and {revisions} are accepted."
    return ""


def _since(record: Record, before: Kept) -> Since:
    then = {(c.lab, c.id): c.outcome for c in before.record.checks}
    lost = (Outcome.FAILED, Outcome.BLOCKED)
    pairs = [(f"{c.lab}/{c.id}", then.get((c.lab, c.id)), c.outcome) for c in record.checks]
    return Since(
        attempt=before.record.attempt,
        graded_at=before.record.graded_at,
        commit=before.record.commit,
        verdict=as_reviewed(before).verdict,
        mended=tuple(name for name, was, now in pairs if was in lost and now is Outcome.PASSED),
        broken=tuple(name for name, was, now in pairs if was is Outcome.PASSED and now in lost),
    )
