"""A gradebook in two tables, ``attempt`` and ``review``, whatever database they are in.

Values stand in statements as ``$1``, ``$2``: SQLite and PostgreSQL both read that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

import msgspec
from msgspec.structs import replace

from grader.errors import UsageError
from grader.gradebook.gradebook import Kept, repository_key
from grader.records import Decision, Review, SafeRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

LARGEST = 1 << 63
"""Numbers of attempts end here."""
PATIENCE = 30.0
"""Seconds to wait for another grader's transaction; each takes milliseconds."""
Rows = list[tuple[Any, ...]]


class SqlGradebook(ABC):
    """What gradebooks in a database share (``Gradebook``).

    Attributes:
        place: Where it is, for messages: without a password.
        is_new: Whether opening it made it.
    """

    place: str
    is_new: bool

    @abstractmethod
    def query(self, statement: str, *values: Any) -> Rows:
        """The rows that a statement gives."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """A transaction that writes alone: kept whole, or not at all; reading goes on beside it."""

    @abstractmethod
    def explained(self) -> AbstractContextManager[None]:
        """What goes wrong within is told in our words: Ungraded, or UsageError if it is no gradebook."""

    @abstractmethod
    def close(self) -> None:
        """Close it."""

    def keep(
        self, url: str, assignment: str, conclude: Callable[[tuple[Kept, ...]], SafeRecord]
    ) -> SafeRecord:
        """Add an attempt; see ``Gradebook``."""
        with self.explained(), self.writing():
            finished = conclude(self._history(url, assignment))
            ((number,),) = self.query(
                "INSERT INTO attempt"
                " (repository, assignment, part, commit_id, graded_at, verdict, accepted, record)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
                repository_key(finished.url),
                finished.assignment,
                Kept(record=finished).part,
                finished.commit,
                finished.graded_at,
                finished.verdict.value,
                int(not finished.refused),
                msgspec.json.encode(finished).decode(),
            )
        return replace(finished, attempt=number)

    def review(self, attempt: int, review: Review) -> None:
        """Add what a person decided about one criterion of an attempt."""
        with self.explained(), self.writing():
            self.query(
                "INSERT INTO review (attempt, lab, criterion, decision, points, reviewer, comment, decided_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
                attempt,
                review.lab,
                review.criterion,
                review.decision.value,
                review.points,
                review.by,
                review.comment,
                review.decided_at,
            )

    def attempt(self, number: int) -> Kept:
        """One attempt; see ``Gradebook``."""
        with self.explained():
            found = self._select("WHERE id = $1", number) if number < LARGEST else ()
        if not found:
            raise UsageError(
                f"There is no attempt {number} in {self.place}.",
                "`grade review` lists what waits; `grade history REPO` lists a repository's attempts.",
            )
        return found[0]

    def history(self, repository: str, assignment: str = "") -> tuple[Kept, ...]:
        """A repository's attempts, the oldest first; see ``Gradebook``."""
        with self.explained():
            return self._history(repository, assignment)

    def newest(self, verdict: Decision) -> tuple[Kept, ...]:
        """Of each repository, assignment and part the newest attempt that counts; see ``Gradebook``."""
        with self.explained():
            return self._select(
                "WHERE verdict = $1 AND id IN (SELECT max(id) FROM attempt"
                " WHERE verdict != 'ungraded' AND accepted = 1 GROUP BY repository, assignment, part)",
                verdict.value,
            )

    def repositories(self) -> tuple[tuple[str, str], ...]:
        """(repository, assignment) of everything that was graded, sorted."""
        with self.explained():
            rows = self.query("SELECT DISTINCT assignment, repository FROM attempt")
        return tuple((repository, assignment) for assignment, repository in sorted(rows))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _history(self, repository: str, assignment: str) -> tuple[Kept, ...]:
        return self._select(
            "WHERE repository = $1 AND $2 IN ('', assignment)", repository_key(repository), assignment
        )

    def _select(self, where: str, *values: Any) -> tuple[Kept, ...]:
        rows = self.query(f"SELECT id, record FROM attempt {where} ORDER BY id", *values)  # noqa: S608 - our own words
        return tuple(
            Kept(
                record=replace(msgspec.json.decode(record, type=SafeRecord), attempt=number),
                reviews=self._reviews(number),
            )
            for number, record in rows
        )

    def _reviews(self, attempt: int) -> tuple[Review, ...]:
        rows = self.query(
            "SELECT lab, criterion, decision, points, reviewer, comment, decided_at FROM review"
            " WHERE attempt = $1 ORDER BY id",
            attempt,
        )
        return tuple(
            Review(
                lab=lab,
                criterion=criterion,
                decision=Decision(decision),
                points=points,
                by=by,
                comment=comment,
                decided_at=decided_at,
            )
            for lab, criterion, decision, points, by, comment, decided_at in rows
        )
