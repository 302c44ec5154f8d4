"""A class in one table, ``class.csv``: one line a member, complete after every result.

It is written anew, whole, whenever a result comes: a run that is killed leaves the lines of all that had ended.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from grader.report.escape import cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.cohort.summary import Summary

COLUMNS = (
    "id", "name", "url", "commit", "verdict", "earned", "points", "late_seconds", "attempt", "causes", "trouble",
)  # fmt: skip
NOT_YET = "not yet"
"""The verdict of who has not been graded in this run."""


class ClassTable:
    """The table, line by line: a result costs the making of its own, however large the class is.

    Args:
        summaries: One a member, in the roster's order.
    """

    def __init__(self, summaries: Iterable[Summary]) -> None:
        self._lines = {each.member.id: _line(_cells(each)) for each in summaries}

    def put(self, summary: Summary) -> None:
        """Where a member stands now."""
        self._lines[summary.member.id] = _line(_cells(summary))

    def text(self) -> str:
        """The CSV; no cell is a formula."""
        return _line(COLUMNS) + "".join(self._lines.values())


def _line(cells: Iterable[str]) -> str:
    made = io.StringIO()
    csv.writer(made).writerow([cell(text) for text in cells])
    return made.getvalue()


def _cells(of: Summary) -> tuple[str, ...]:
    return (
        of.member.id,
        of.member.name,
        of.url or of.member.url,
        of.commit,
        of.verdict.value if of.verdict else NOT_YET,
        f"{of.earned:g}" if of.points else "",
        f"{of.points:g}" if of.points else "",
        "" if of.late_seconds is None else f"{of.late_seconds:.0f}",
        str(of.attempt or ""),
        " | ".join(said.text for said in of.causes),
        of.trouble,
    )
