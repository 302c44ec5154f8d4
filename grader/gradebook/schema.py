"""The gradebook's tables, and how an older gradebook becomes one of today.

The steps are the same in SQLite and in PostgreSQL, which has other words for three types. A file counts the steps
that it has been through in ``PRAGMA user_version``, and ``application_id`` says that it is a gradebook at all; on a
server the table ``gradebook`` does both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from grader.errors import UsageError
from grader.gradebook.gradebook import repository_key

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

APPLICATION = 0x47524144
"""``GRAD``."""

STEPS = (
    (
        """
        CREATE TABLE attempt (
            id          INTEGER PRIMARY KEY AUTOINCREMENT,
            repository  TEXT NOT NULL,  -- the same for every spelling of its address
            assignment  TEXT NOT NULL,
            part        TEXT NOT NULL,  -- which suite and labs: only like is compared with like
            commit_id   TEXT NOT NULL,  -- empty for a folder
            graded_at   TEXT NOT NULL,
            verdict     TEXT NOT NULL,  -- as graded: reviews may have changed it since
            record      TEXT NOT NULL   -- report.json
        )
        """,
        "CREATE INDEX attempt_of ON attempt (repository, assignment)",
        """
        CREATE TABLE review (
            id          INTEGER PRIMARY KEY AUTOINCREMENT,
            attempt     INTEGER NOT NULL REFERENCES attempt (id),
            lab         TEXT NOT NULL,
            criterion   TEXT NOT NULL,
            decision    TEXT NOT NULL CHECK (decision IN ('pass', 'revise')),
            reviewer    TEXT NOT NULL,
            comment     TEXT NOT NULL,
            decided_at  TEXT NOT NULL
        )
        """,
        "CREATE INDEX review_of ON review (attempt)",
    ),
    (  # what was refused hides nothing; more spellings of an address are one; a decision can be taken back
        "ALTER TABLE attempt ADD COLUMN accepted INTEGER NOT NULL DEFAULT 1",  # 0: the policy refused it
        "UPDATE attempt SET accepted = was_accepted(record), repository = key_of(record)",
        """
        CREATE TABLE decided (
            id          INTEGER PRIMARY KEY AUTOINCREMENT,
            attempt     INTEGER NOT NULL REFERENCES attempt (id),
            lab         TEXT NOT NULL,
            criterion   TEXT NOT NULL,
            decision    TEXT NOT NULL CHECK (decision IN ('pass', 'revise', 'review')),  -- review: taken back
            reviewer    TEXT NOT NULL,
            comment     TEXT NOT NULL,
            decided_at  TEXT NOT NULL
        )
        """,
        """
        INSERT INTO decided
            SELECT id, attempt, lab, criterion, decision, reviewer, comment, decided_at FROM review
        """,
        "DROP TABLE review",
        "ALTER TABLE decided RENAME TO review",
        "CREATE INDEX review_of ON review (attempt)",
    ),
    ("ALTER TABLE review ADD COLUMN points REAL",),  # what was given; NULL: all or none
)
"""The statements of each version; a new version adds some, and none is ever changed.

Only the second uses functions of ours: no server ever had what it moves.
"""
MOVES = ("UPDATE", "INSERT")
"""How statements begin that move what is there."""
POSTGRESQL = {
    "INTEGER PRIMARY KEY AUTOINCREMENT": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "INTEGER": "BIGINT",
    "REAL": "DOUBLE PRECISION",
}
"""SQLite's word → PostgreSQL's; the longest first."""


def statements(version: int) -> list[str]:
    """What makes a gradebook of this version one of today; in a new one (0) there is nothing to move."""
    found = [statement.strip() for step in STEPS[version:] for statement in step]
    return [statement for statement in found if version or not statement.startswith(MOVES)]


def in_postgresql(statement: str) -> str:
    """The same in PostgreSQL's words."""
    for ours, theirs in POSTGRESQL.items():
        statement = statement.replace(ours, theirs)
    return statement


def check_version(version: int, place: str) -> None:
    """Raise UsageError if a newer grader wrote it."""
    if version > len(STEPS):
        raise UsageError(
            f"The gradebook {place} has version {version}; this grader knows {len(STEPS)}.",
            "Use the newer grader that wrote it.",
        )


def bring_up_to_date(connection: sqlite3.Connection, path: Path) -> bool:
    """Make the tables, or add what a newer grader added.

    Args:
        connection: In autocommit mode.
        path: For messages.

    Returns:
        Whether it is new.

    Raises:
        UsageError: It is another program's database, or that of a newer grader.
        sqlite3.Error: It can't be read or written.
    """
    connection.execute("BEGIN")  # one state for all three: another grader may be making the tables
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    connection.execute("COMMIT")
    if application != APPLICATION and (application or tables):
        raise UsageError(f"{path} is a database of another program.", "Name another file for the gradebook.")
    check_version(version, str(path))
    if version == len(STEPS):
        return False
    connection.create_function("key_of", 1, lambda record: repository_key(_read(record).url))
    connection.create_function("was_accepted", 1, lambda record: not _read(record).refused)
    # Under the lock, look again: another grader may have been faster.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for statement in statements(version):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return bool(version == 0)


class _Kept(Struct):
    """What a step asks of a record; the rest may be of any version."""

    url: str
    refused: str = ""


def _read(record: str) -> _Kept:
    return msgspec.json.decode(record, type=_Kept)
