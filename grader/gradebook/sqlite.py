"""A gradebook in one SQLite file that any number of graders write to.

Each addition is one transaction that takes the write lock first: what it looked at is still so when it writes.
The file is in WAL mode: whoever reads never waits for who writes, and what is committed survives any kill and a
power cut (``synchronous`` stays FULL).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

import msgspec
from msgspec.structs import replace

from grader.errors import Ungraded, UsageError
from grader.gradebook.gradebook import Kept, repository_key
from grader.gradebook.schema import bring_up_to_date
from grader.records import Decision, Review, SafeRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

LARGEST = 1 << 63
"""SQLite's numbers end here."""
PATIENCE = 30.0
"""Seconds to wait for another grader's transaction; each takes milliseconds."""


class SqliteGradebook:
    """An open gradebook (``Gradebook``); the file is made if there is none.

    Args:
        path: Its file. A new one is for its owner alone: it holds grades and secret seeds.

    Attributes:
        place: The file.

    Raises:
        UsageError: The file is something else, or was written by a newer grader.
        Ungraded: It can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            try:
                self._database.execute("PRAGMA foreign_keys = ON")
                bring_up_to_date(self._database, path)
                with suppress(
                    sqlite3.OperationalError
                ):  # another grader has it open: the next opening does it
                    self._database.execute("PRAGMA journal_mode = WAL")
            except BaseException:
                self._database.close()
                raise

    def keep(
        self, url: str, assignment: str, conclude: Callable[[tuple[Kept, ...]], SafeRecord]
    ) -> SafeRecord:
        """Add an attempt; see ``Gradebook``."""
        with self._explained(), self._writing():
            finished = conclude(self._history(url, assignment))
            cursor = self._database.execute(
                "INSERT INTO attempt"
                " (repository, assignment, part, commit_id, graded_at, verdict, accepted, record)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    repository_key(finished.url),
                    finished.assignment,
                    Kept(record=finished).part,
                    finished.commit,
                    finished.graded_at,
                    finished.verdict.value,
                    not finished.refused,
                    msgspec.json.encode(finished).decode(),
                ),
            )
        assert cursor.lastrowid is not None
        return replace(finished, attempt=cursor.lastrowid)

    def review(self, attempt: int, review: Review) -> None:
        """Add what a person decided about one criterion of an attempt."""
        with self._explained(), self._writing():
            self._database.execute(
                "INSERT INTO review (attempt, lab, criterion, decision, points, reviewer, comment, decided_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt,
                    review.lab,
                    review.criterion,
                    review.decision.value,
                    review.points,
                    review.by,
                    review.comment,
                    review.decided_at,
                ),
            )

    def attempt(self, number: int) -> Kept:
        """One attempt; see ``Gradebook``."""
        with self._explained():
            found = self._select("WHERE id = ?", number) if number < LARGEST else ()
        if not found:
            raise UsageError(
                f"There is no attempt {number} in {self.place}.",
                "`grade review` lists what waits; `grade history REPO` lists a repository's attempts.",
            )
        return found[0]

    def history(self, repository: str, assignment: str = "") -> tuple[Kept, ...]:
        """A repository's attempts, the oldest first; see ``Gradebook``."""
        with self._explained():
            return self._history(repository, assignment)

    def newest(self, verdict: Decision) -> tuple[Kept, ...]:
        """Of each repository, assignment and part the newest attempt that counts; see ``Gradebook``."""
        with self._explained():
            return self._select(
                "WHERE verdict = ? AND id IN (SELECT max(id) FROM attempt WHERE verdict != 'ungraded' AND accepted"
                " GROUP BY repository, assignment, part)",
                verdict.value,
            )

    def repositories(self) -> tuple[tuple[str, str], ...]:
        """(repository, assignment) of everything that was graded, sorted."""
        with self._explained():
            rows = self._database.execute(
                "SELECT DISTINCT repository, assignment FROM attempt ORDER BY assignment, repository"
            )
            return tuple((repository, assignment) for repository, assignment in rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _history(self, repository: str, assignment: str) -> tuple[Kept, ...]:
        return self._select(
            "WHERE repository = ?1 AND ?2 IN ('', assignment)", repository_key(repository), assignment
        )

    def _select(self, where: str, *values: Any) -> tuple[Kept, ...]:
        rows = self._database.execute(f"SELECT id, record FROM attempt {where} ORDER BY id", values)  # noqa: S608 - our own words
        return tuple(
            Kept(
                record=replace(msgspec.json.decode(record, type=SafeRecord), attempt=number),
                reviews=self._reviews(number),
            )
            for number, record in rows.fetchall()
        )

    def _reviews(self, attempt: int) -> tuple[Review, ...]:
        rows = self._database.execute(
            "SELECT lab, criterion, decision, points, reviewer, comment, decided_at FROM review"
            " WHERE attempt = ? ORDER BY id",
            (attempt,),
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

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, alone: kept whole, or not at all."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
                raise UsageError(f"{self.place} is no gradebook.", "Name another file for it.") from error
            raise self._failed(str(error)) from error
        except OSError as error:
            raise self._failed(error.strerror or str(error)) from error
        except msgspec.MsgspecError as error:
            raise self._failed(f"a record in it can't be read: {error}") from error

    def _failed(self, why: str) -> Ungraded:
        return Ungraded(
            f"The gradebook {self.place} can't be used: {why}.",
            "Name another file with --gradebook, or make this one usable: enough space, and yours to write.",
        )
