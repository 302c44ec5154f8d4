"""Grading everybody's counting attempt once more with the course as it is now, and keeping nothing until asked to.

Each is graded with its own seed, so what differs comes from the course. What people decided stays decided.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from grader.cohort import ClassMember, grade_class
from grader.cohort.grading import OneMachine
from grader.records import SafeRecord
from grader.replay import request_of
from grader.standings import standings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grader.cohort.grading import ClassWatch
    from grader.gradebook import Gradebook, Kept
    from grader.history import Answering
    from grader.judge_service import JudgeService
    from grader.request import Request


class Regraded(Struct, frozen=True, kw_only=True):
    """What becomes of one attempt.

    Attributes:
        then: As it counts now.
        now: What it would be; ``None``: it could not be graded, and stays as it is.
        trouble: Why not.
    """

    then: SafeRecord
    now: SafeRecord | None
    trouble: str = ""

    @property
    def changes(self) -> bool:
        """Whether its verdict or its points change."""
        now = self.now
        return now is not None and (now.verdict, now.earned) != (self.then.verdict, self.then.earned)

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks that come out otherwise: ``lab/check: failed → passed``."""
        if self.now is None:
            return ()
        before, after = (
            {f"{c.lab}/{c.id}": "waived" if c.waived else c.outcome.value for c in record.checks}
            for record in (self.then, self.now)
        )
        return tuple(
            f"{name}: {before.get(name, 'not run')} → {after.get(name, 'not run')}"
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name)
        )


class HeldHistory:
    """Concludes as a gradebook would, and holds what it would keep until ``keep_all``.

    Args:
        open_book: Opens the gradebook.
    """

    def __init__(self, open_book: Callable[[], Gradebook]) -> None:
        self._open = open_book
        self._held: dict[tuple[str, str], Callable[[Sequence[Kept]], SafeRecord]] = {}
        self._lock = threading.Lock()

    def answer(self, _url: str, _assignment: str, _basis: Answering) -> SafeRecord | None:
        """Everything is graded again."""
        return None

    def keep(self, url: str, assignment: str, conclude: Callable[[Sequence[Kept]], SafeRecord]) -> SafeRecord:
        """What would be kept."""
        with self._open() as book:
            record = conclude(book.history(url, assignment))
        with self._lock:
            self._held[url, assignment] = conclude
        return record

    def keep_all(self, wanted: Sequence[Regraded]) -> int:
        """Keep those; returns how many."""
        urls = {(row.now.url, row.now.assignment) for row in wanted if row.now}
        with self._open() as book:
            for key in sorted(urls & self._held.keys()):
                book.keep(*key, self._held[key])
        return len(urls & self._held.keys())


def counting(book: Gradebook, assignment: str) -> tuple[SafeRecord, ...]:
    """The attempts that are graded again: of everybody the one that counts, and that has a commit."""
    rows = (row.record for row in standings(book, assignment))
    return tuple(record for record in rows if record.commit and record.seed and not record.partial)


def regrade(
    records: Sequence[SafeRecord],
    service: JudgeService,
    history: HeldHistory,
    watch: ClassWatch,
    *,
    jobs: int,
    trust: bool,
) -> Iterator[Regraded]:
    """Grade attempts once more, several side by side.

    Args:
        records: See ``counting``.
        service: With the course as it is now.
        history: Holds what comes out.
        watch: Sees what happens.
        jobs: How many side by side.
        trust: As of ``Request``.

    Yields:
        One for each, as they end.
    """
    by_id = {str(number): record for number, record in enumerate(records)}
    members = [ClassMember(number, record.url, record.url) for number, record in by_id.items()]

    def request_for(member: ClassMember) -> Request:
        return _request(by_id[member.id], trust=trust)

    for result in grade_class(members, request_for, OneMachine(service), history, watch, jobs=jobs):
        then = by_id[result.member.id]
        trouble = result.trouble
        if then.mapping_digest:
            trouble = "It was graded through an instructor's mapping: grade it alone, with --mapping."
        yield Regraded(then=then, now=None if trouble else result.record, trouble=trouble)


def _request(record: SafeRecord, *, trust: bool) -> Request:
    """What was asked for then, with the time that was granted then."""
    request = replace(request_of(record, trust=trust), received=record.received_at, ask_forge=True)
    terms = record.terms
    if not terms.extension.startswith("--"):
        return request
    until = dt.datetime.fromisoformat(terms.due).astimezone(dt.UTC)
    return replace(request, extension=f"{until:%Y-%m-%d %H:%M} Etc/UTC")
