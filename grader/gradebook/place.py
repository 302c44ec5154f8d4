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


def open_gradebook(asked: str = "") -> Gradebook:
    """The gradebook, open: an SQLite file, so far the only kind.

    Args:
        asked: As of ``place``.

    Raises:
        UsageError: It is something else, or was written by a newer grader.
        Ungraded: It can't be opened.
    """
    return SqliteGradebook(place(asked))


def existing_gradebook(asked: str = "") -> Gradebook:
    """The gradebook, open, if there is one: who only reads makes none.

    Args:
        asked: As of ``place``.

    Raises:
        UsageError: There is none there, or as of ``open_gradebook``.
        Ungraded: It can't be opened.
    """
    path = place(asked)
    if not path.exists():
        raise UsageError(
            f"There is no gradebook {path}.",
            "Check the spelling of --gradebook and GRADER_GRADEBOOK. The first grade makes one.",
        )
    return open_gradebook(asked)


def place(asked: str = "") -> Path:
    """The gradebook's file.

    Args:
        asked: A path; empty: ``GRADER_GRADEBOOK``, or else ``grader/gradebook.sqlite`` in the user's data folder
            (``XDG_DATA_HOME``, by default ``~/.local/share``).

    Raises:
        UsageError: It is a URL: so far, a gradebook is a file.
    """
    asked = asked or os.environ.get(VARIABLE, "")
    if "://" in asked:
        raise UsageError("A gradebook is an SQLite file, not a URL.", "Give a path: --gradebook FILE.")
    if asked:
        return Path(asked).expanduser()
    data = os.environ.get("XDG_DATA_HOME", "")
    home = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return home / "grader" / "gradebook.sqlite"
