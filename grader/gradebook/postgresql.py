"""A gradebook on a PostgreSQL server, for graders on several machines: the same tables as in a file.

Additions are one transaction each, and take a lock that lets everybody read: what was looked at is still so when it
is written. Who has the password is said as for every program of PostgreSQL: in the address, in ``~/.pgpass``, or in
``PGPASSWORD``.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg

from grader.errors import Ungraded, UsageError
from grader.gradebook.schema import STEPS, check_version, in_postgresql, statements
from grader.gradebook.sql import PATIENCE, Rows, SqlGradebook

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_SECONDS = 10
MAKING = 0x47524144
"""The lock of who makes the tables: ``GRAD``."""


class PostgresqlGradebook(SqlGradebook):
    """An open gradebook; its tables are made if there are none.

    Args:
        url: ``postgresql://user@host/database``, as libpq reads it.
        make: False: one that isn't there is an error.

    Raises:
        UsageError: It is another program's database, was written by a newer grader, or isn't there.
        Ungraded: It can't be opened.
    """

    def __init__(self, url: str, *, make: bool = True) -> None:
        self.place = _without_password(url)
        self.is_new = False
        with self.explained():
            self._database = psycopg.connect(
                url,
                autocommit=True,
                cursor_factory=psycopg.RawCursor,
                prepare_threshold=None,  # a pooler may hand each transaction to another session
                connect_timeout=CONNECT_SECONDS,
            )
            try:
                self.query(f"SET lock_timeout = '{PATIENCE:.0f}s'")
                self._bring_up_to_date(make=make)
            except BaseException:
                self._database.close()
                raise

    def query(self, statement: str, *values: Any) -> Rows:
        """The rows."""
        cursor = self._database.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, alone: kept whole, or not at all."""
        with self._database.transaction():
            self.query("LOCK TABLE attempt IN SHARE ROW EXCLUSIVE MODE")
            yield

    @contextmanager
    def explained(self) -> Iterator[None]:
        """What goes wrong, in our words."""
        try:
            yield
        except (psycopg.Error, msgspec.MsgspecError) as error:
            why = _without_password(" ".join(str(error).split())) or type(error).__name__
            raise Ungraded(
                f"The gradebook {self.place} can't be used: {why}.",
                f"Look whether the server answers and lets you in: psql '{self.place}'",
            ) from error

    def close(self) -> None:
        """Hang up."""
        self._database.close()

    def _bring_up_to_date(self, *, make: bool) -> None:
        """Make the tables, or add what a newer grader added."""
        if self._version() == len(STEPS):
            return
        with self._database.transaction():
            self.query("SELECT pg_advisory_xact_lock($1)", MAKING)
            version = self._version()  # under the lock, look again: another grader may have been faster
            check_version(version, self.place)
            if version == 0 and not make:
                raise UsageError(f"There is no gradebook in {self.place}.", "The first grade makes one.")
            if version == 0 and self._has("attempt"):
                raise UsageError(
                    f"{self.place} is a database of another program.", "Name another one for the gradebook."
                )
            for statement in statements(version):
                self.query(in_postgresql(statement))
            if version == 0:
                self.query("CREATE TABLE gradebook (version BIGINT NOT NULL)")
                self.query("INSERT INTO gradebook VALUES (0)")
            self.query("UPDATE gradebook SET version = $1", len(STEPS))
            self.is_new = version == 0

    def _version(self) -> int:
        """How many steps it has been through; 0 for none."""
        return int(self.query("SELECT version FROM gradebook")[0][0]) if self._has("gradebook") else 0

    def _has(self, table: str) -> bool:
        # Not to_regclass: it remembers from before the lock that there was none.
        found = "SELECT 1 FROM pg_tables WHERE tablename = $1 AND schemaname = ANY (current_schemas(false))"
        return bool(self.query(found, table))


def _without_password(text: str) -> str:
    """An address for messages, or what libpq says of it, whatever is wrong with it."""
    text = re.sub(r"(://[^/@:\s]*):[^/@\s]*@", r"\1@", text)
    return re.sub(r"(?<=[?&])\w*password=[^&\s\"']*&?", "", text)
