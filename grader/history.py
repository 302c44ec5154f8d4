"""An attempt in its history: in time or late, its number, what changed, and what people decided.

An attempt says what was found in one commit. Here it is seen beside the repository's earlier attempts, and kept
with them.

**When it was handed in.** Commit times are the student's to forge, so they come last:

1. ``received``: what the forge or CI said when it took the commit in, now or at an earlier attempt
2. ``fetched``: the grader's own clock when it first saw the commit. It can't have come later than that, so if
   that was in time, no other proof is needed
3. ``committed``: seen for the first time after the deadline, and nobody said when it came. A grader that runs on
   Monday makes nobody late, so the commit is believed, and the report says whose word it is
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from grader.errors import GraderError
from grader.gradebook import part
from grader.record import with_reviews
from grader.records import Decision, Document, Outcome, Review, Rubric, SafeRecord, Since, Standing
from grader.report.escape import LONG, plain
from grader.report.sanitizer import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.attempt import Attempt
    from grader.gradebook import Gradebook, Kept
    from grader.records import Record

NOT_KEPT = (
    "This attempt could not be kept in the gradebook, and earlier ones could not be read. That is our fault; the "
    "verdict rests on this attempt alone."
)


ALL_OF_IT = ("", "")
"""In place of a lab and a criterion: what is decided about a whole attempt, and holds for its commit."""


class Answering(Protocol):
    """What an attempt must fit to be the answer; see ``Basis``."""

    def answered_by(self, record: Record) -> bool:
        """Whether it does."""
        ...


class History(Protocol):
    """Where attempts are kept."""

    def keep(self, url: str, assignment: str, conclude: Callable[[Sequence[Kept]], SafeRecord]) -> SafeRecord:
        """Keep what follows from an attempt, given the repository's earlier ones at the assignment."""
        ...

    def answer(self, url: str, assignment: str, basis: Answering) -> SafeRecord | None:
        """The newest attempt that rests on this, with what people decided since; ``None`` if there is none."""
        ...


class NoHistory:
    """Nothing is kept, and nothing came before."""

    def answer(self, _url: str, _assignment: str, _basis: Answering) -> SafeRecord | None:
        """Nothing is known."""
        return None

    def keep(
        self, _url: str, _assignment: str, conclude: Callable[[Sequence[Kept]], SafeRecord]
    ) -> SafeRecord:
        """Conclude from the attempt alone."""
        return conclude(())


class KeptHistory:
    """Attempts are kept in a gradebook; one that fails costs a note, never the verdict.

    Args:
        open_book: Opens it.
        required: What can't be kept is no verdict: Ungraded is raised, so that it is tried again.
    """

    def __init__(self, open_book: Callable[[], Gradebook], *, required: bool = False) -> None:
        self._open = open_book
        self._required = required

    def keep(self, url: str, assignment: str, conclude: Callable[[Sequence[Kept]], SafeRecord]) -> SafeRecord:
        """Read the history and keep the attempt, in one transaction."""
        try:
            with self._open() as book:
                return book.keep(url, assignment, conclude)
        except GraderError as error:
            if self._required:
                raise
            alone = conclude(())
            troubles = (*alone.troubles, plain(error.message))
            return replace(alone, notes=(*alone.notes, NOT_KEPT), troubles=troubles)

    def answer(self, url: str, assignment: str, basis: Answering) -> SafeRecord | None:
        """The newest attempt that rests on this; see ``History``."""
        try:
            known = self._attempts(url, assignment)
        except GraderError:
            if self._required:  # said before an hour is spent on grading
                raise
            return None
        return newest_answer(known, basis)

    def attempts(self, url: str, assignment: str) -> tuple[SafeRecord, ...]:
        """A repository's attempts, the oldest first, with what people decided; none if the gradebook fails."""
        try:
            return self._attempts(url, assignment)
        except GraderError:
            return ()

    def kept(self, url: str, assignment: str = "") -> tuple[Kept, ...]:
        """A repository's attempts as they were graded; raises GraderError if the gradebook fails."""
        with self._open() as book:
            return book.history(url, assignment)

    def _attempts(self, url: str, assignment: str) -> tuple[SafeRecord, ...]:
        return tuple(map(as_reviewed, self.kept(url, assignment)))


def newest_answer(records: Iterable[SafeRecord], basis: Answering) -> SafeRecord | None:
    """The newest of these attempts that fits; ``None`` if none does."""
    fitting = (record for record in records if basis.answered_by(record))
    return max(fitting, key=lambda record: record.attempt, default=None)


def as_reviewed(kept: Kept) -> SafeRecord:
    """An attempt with the verdict that follows from what people decided since."""
    return with_reviews(kept.record, kept.reviews) if kept.reviews else kept.record


def waiting(book: Gradebook) -> tuple[SafeRecord, ...]:
    """The newest attempts that wait for a person, the oldest of them first: for the verdict, or for points."""
    decided = (Decision.REVIEW, Decision.PASS, Decision.REVISE)
    records = [as_reviewed(kept) for decision in decided for kept in book.newest(decision)]
    return tuple(sorted(filter(_waits, records), key=lambda record: record.attempt))


def _waits(record: SafeRecord) -> bool:
    points = record.grade is not None and any(criterion.waiting for criterion in record.criteria)
    return points or record.verdict is Decision.REVIEW


def decided(attempt: Attempt, earlier: Sequence[Kept]) -> tuple[Review, ...]:
    """What people decided about this very commit before: graded again, it need not be read again.

    A decision stays if the reviewer would see the same: the commit, the lab's documents, and what the rubric asks.
    """
    commit = attempt.submission.commit
    documents = tuple(sanitize(document) for document in attempt.documents)
    last: dict[tuple[str, str], Review] = {}
    for kept in earlier:
        if commit and kept.record.commit == commit:
            known = _same_evidence(kept.record, attempt.rubric, documents) | {ALL_OF_IT}
            for review in reviews(kept):
                key = review.lab, review.criterion
                if key in known and (key not in last or last[key].decided_at <= review.decided_at):
                    last[key] = review
    return tuple(review for review in last.values() if review.decision is not Decision.REVIEW)


def reviews(kept: Kept) -> list[Review]:
    """All that was decided about an attempt: before it was graded again, and since."""
    override = [kept.record.override] if kept.record.override else []
    return [*(c.review for c in kept.record.criteria if c.review), *override, *kept.reviews]


def _same_evidence(
    record: SafeRecord, rubric: Rubric, documents: tuple[Document, ...]
) -> set[tuple[str, str]]:
    """(lab, criterion) of what a reviewer of a record was asked and shown, and would be today."""
    asked = {(c.lab, c.id): (c.title, c.manual) for c in record.criteria if c.manual}
    return {
        (lab.id, criterion.id)
        for lab in rubric.labs
        for criterion in lab.criteria
        if asked.get((lab.id, criterion.id)) == (plain(criterion.title), plain(criterion.manual, LONG))
        and [d for d in record.documents if d.lab == lab.id] == [d for d in documents if d.lab == lab.id]
    }


def review(book: Gradebook, attempt: int, decided: Review) -> SafeRecord:
    """Keep what a person decided, and return the attempt with what follows from it.

    A decision that is REVIEW takes back what was decided: the criterion waits for a person again.
    """
    book.review(attempt, sanitize(decided))
    return as_reviewed(book.attempt(attempt))


def standing(attempt: Attempt, earlier: Sequence[Kept]) -> Standing | None:
    """When an attempt was handed in, and its number in the order of hand-ins; ``None`` for what is no hand-in.

    Args:
        attempt: Public checks alone, an interrupted grading, and a folder that came anyhow are no hand-in.
        earlier: The repository's earlier attempts at the assignment, the oldest first.
    """
    request, commit = attempt.request, attempt.submission.commit
    if attempt.partial or request.suite != "all" or not (commit or request.received):
        return None
    came, source = _came(attempt, earlier)
    due = _time(attempt.terms.due)
    late = max(0.0, (came - due).total_seconds()) if due else 0.0
    return Standing(
        came=came.isoformat(timespec="seconds"),
        source=source,
        late_seconds=late,
        hand_in=_hand_in(commit, _alike(attempt, earlier)),
    )


def since(attempt: Attempt, earlier: Sequence[Kept]) -> Since | None:
    """What changed since the attempt before at the same part of the assignment; ``None`` for a first one."""
    alike = _alike(attempt, earlier)
    if attempt.partial or not alike:
        return None
    before = alike[-1]
    then = {(c.lab, c.id): c.outcome for c in before.record.checks}
    lost = (Outcome.PARTLY, Outcome.FAILED, Outcome.BLOCKED)
    pairs = [(f"{c.lab}/{c.id}", then.get((c.lab, c.id)), c.outcome) for c in attempt.checks]
    return Since(
        attempt=before.record.attempt,
        graded_at=before.record.graded_at,
        commit=before.record.commit,
        verdict=as_reviewed(before).verdict,
        mended=tuple(name for name, was, now in pairs if was in lost and now is Outcome.PASSED),
        broken=tuple(name for name, was, now in pairs if was is Outcome.PASSED and now in lost),
    )


def _alike(attempt: Attempt, earlier: Sequence[Kept]) -> list[Kept]:
    """The earlier attempts at the same part of the assignment that were graded to their end."""
    asked = part(attempt.rubric.suite, (lab.id for lab in attempt.rubric.labs))
    return [kept for kept in earlier if kept.part == asked and not kept.record.partial]


def _came(attempt: Attempt, earlier: Sequence[Kept]) -> tuple[dt.datetime, str]:
    """When this commit was handed in, and who says so."""
    commit = attempt.submission.commit
    before = [kept.record for kept in earlier if commit and kept.record.commit == commit]
    graded = [attempt.graded_at, *(record.graded_at for record in before)]
    fetched = min(time for text in graded if (time := _time(text)))
    told = [attempt.request.received, *(record.received_at for record in before)]
    received = [time for text in told if (time := _time(text))]
    due, committed = _time(attempt.terms.due), _time(attempt.submission.committed_at)
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


def _hand_in(commit: str, alike: Sequence[Kept]) -> int:
    """The number of this commit in their order; one that could not be graded, by our fault, is not counted."""
    if not commit:
        return 0
    graded = dict.fromkeys(k.record.commit for k in alike if k.record.verdict is not Decision.UNGRADED)
    before = [earlier for earlier in graded if earlier]
    return before.index(commit) + 1 if commit in before else len(before) + 1
