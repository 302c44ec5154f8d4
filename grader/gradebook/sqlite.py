"""A gradebook in one SQLite file that any number of graders write to.

Each addition is one transaction that takes the write lock first: what it looked at is still so when it writes.
The file is in WAL mode: whoever reads never waits for who writes, and what is committed survives any kill and a
power cut (``synchronous`` stays FULL).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from grader.errors import Ungraded, UsageError
from grader.gradebook.schema import bring_up_to_date
from grader.gradebook.sql import PATIENCE, Rows, SqlGradebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SqliteGradebook(SqlGradebook):
    """An open gradebook; the file is made if there is none.

    Args:
        path: Its file. A new one is for its owner alone: it holds grades and secret seeds.

    Raises:
        UsageError: The file is something else, or was written by a newer grader.
        Ungraded: It can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        with self.explained():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            try:
                self._database.execute("PRAGMA foreign_keys = ON")
                self.is_new = bring_up_to_date(self._database, path)
                with suppress(
                    sqlite3.OperationalError
                ):  # another grader has it open: the next opening does it
                    self._database.execute("PRAGMA journal_mode = WAL")
            except BaseException:
                self._database.close()
                raise

    def query(self, statement: str, *values: Any) -> Rows:
        """The rows; ``$1`` is a name to SQLite."""
        named = {str(number): value for number, value in enumerate(values, start=1)}
        return self._database.execute(statement, named).fetchall()

    @contextmanager
    def writing(self) -> Iterator[None]:
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
    def explained(self) -> Iterator[None]:
        """What goes wrong, in our words."""
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

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _failed(self, why: str) -> Ungraded:
        return Ungraded(
            f"The gradebook {self.place} can't be used: {why}.",
            "Name another file with --gradebook, or make this one usable: enough space, and yours to write.",
        )
