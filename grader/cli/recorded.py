"""A record that is there already: a report.json, or an attempt in the gradebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.gradebook import existing_gradebook
from grader.report import decode
from grader.report.escape import log

if TYPE_CHECKING:
    from grader.records import SafeRecord

MOST_DIGITS = 20
"""A number of an attempt has fewer."""


def recorded(report: str, gradebook: str) -> SafeRecord:
    """The record by its file, or by its number in the gradebook; raises UsageError if it is neither."""
    path = Path(report)
    if path.is_file():
        return decode(path.read_bytes())
    if report.isdecimal() and len(report) < MOST_DIGITS:
        with existing_gradebook(gradebook) as book:
            return book.attempt(int(report)).record
    raise UsageError(
        f"'{log(report)}' is neither a file nor the number of an attempt.",
        "`grade history REPO` lists a repository's attempts.",
    )
