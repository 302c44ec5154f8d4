"""Where the gradebook is, and which kind it is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.gradebook.sqlite import SqliteGradebook

if TYPE_CHECKING:
    from grader.gradebook.gradebook import Gradebook

VARIABLE = "GRADER_GRADEBOOK"
SERVERS = ("postgresql://", "postgres://")
MISSPELLED = "Check the spelling of --gradebook and GRADER_GRADEBOOK. The first grade makes one."


def open_gradebook(asked: str = "") -> Gradebook:
    """The gradebook, open: made if there is none.

    Args:
        asked: As of ``place``.

    Raises:
        UsageError: It is something else, was written by a newer grader, or needs a package that isn't there.
        Ungraded: It can't be opened.
    """
    return _opened(place(asked))


def existing_gradebook(asked: str = "") -> Gradebook:
    """The gradebook, open, if there is one: who only reads makes none.

    Args:
        asked: As of ``place``.

    Raises:
        UsageError: There is none there, or as of ``open_gradebook``.
        Ungraded: It can't be opened.
    """
    where = place(asked)
    if isinstance(where, Path) and not where.exists():
        raise UsageError(f"There is no gradebook {where}.", MISSPELLED)
    return _opened(where, make=False)


def place(asked: str = "") -> Path | str:
    """The gradebook's file, or its address on a server.

    Args:
        asked: A path, or ``postgresql://…``; empty: ``GRADER_GRADEBOOK``, or else ``grader/gradebook.sqlite`` in
            the user's data folder (``XDG_DATA_HOME``, by default ``~/.local/share``).

    Raises:
        UsageError: It is another kind of URL.
    """
    asked = asked or os.environ.get(VARIABLE, "")
    if asked.startswith(SERVERS):
        return asked
    if "://" in asked:
        raise UsageError(
            f"A gradebook is an SQLite file or a database on PostgreSQL, not {asked.partition('://')[0]}://….",
            "Give --gradebook FILE, or --gradebook postgresql://USER@HOST/DATABASE.",
        )
    if asked:
        return Path(asked).expanduser()
    data = os.environ.get("XDG_DATA_HOME", "")
    home = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return home / "grader" / "gradebook.sqlite"


def _opened(where: Path | str, *, make: bool = True) -> Gradebook:
    if isinstance(where, Path):
        return SqliteGradebook(where)
    try:
        from grader.gradebook.postgresql import PostgresqlGradebook
    except ImportError as error:
        raise UsageError(
            "A gradebook on PostgreSQL needs the package psycopg.",
            "Install it: pip install 'grader[postgresql]' -c constraints.txt",
        ) from error
    return PostgresqlGradebook(where, make=make)
