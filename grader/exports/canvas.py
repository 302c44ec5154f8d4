"""Canvas's gradebook: the CSV that it exported, with one column filled.

Canvas matches students by the columns that it wrote itself, so they are given back as they are. A column that it
does not know would make a new assignment, so there must be one already. Format: ``lib/gradebook_importer.rb`` of
canvas-lms.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from grader.errors import Problem, UsageError
from grader.report.escape import cell
from grader.tables import header, raise_any, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

POSSIBLE = "Points Possible"
IDENTITY = ("student", "id", "sis user id", "sis login id", "integration id", "root account", "section")
IDS = ("sis login id", "sis user id", "id", "student")
"""By which a member of the class is found in the export."""


NO_SCORE = "-"
EXCUSED = "EX"
READ_ONLY = "read only"


class Filled(NamedTuple):
    """The export with a column filled.

    Attributes:
        text: The CSV.
        excused: Who has points and is excused in Canvas: they stay so.
        unknown: Who has points and is not in the export.
    """

    text: str
    excused: tuple[str, ...]
    unknown: tuple[str, ...]


def to_canvas(export: bytes, file: str, column: str, scores: Mapping[str, float], points: float) -> Filled:
    """Fill a column of the export.

    Args:
        export: What Canvas exported.
        file: Its name, for messages.
        column: The assignment's, as the header has it, or its beginning: ``Week 6`` for ``Week 6 (4711)``.
        scores: Identifier → points earned; who has none keeps what the export says.
        points: What can be earned.

    Raises:
        UsageError: There is no such column, or there are several; or Canvas has other points for it, or does not
            let it be changed.
        CourseError: It is no CSV.
    """
    problems: list[Problem] = []
    found = [cells for _, cells in rows(export, file, ("student", "id"), problems)]
    raise_any(problems, "The export")
    columns = header(export)
    chosen = _column(columns, column, file)
    kept = [name for name in columns if name.casefold() in IDENTITY]
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([*kept, chosen])
    excused: list[str] = []
    unknown = dict.fromkeys(scores)
    for cells in found:
        given = [_given(cells, name) for name in kept]
        was = cells.get(chosen.casefold(), "")
        if POSSIBLE in cells["student"]:
            _check_points(was, points, chosen)
            writer.writerow([*given, was])
            continue
        members = [cells[key] for key in IDS if cells.get(key) in scores][:1]
        for member in members:
            unknown.pop(member, None)
        if was.upper() == EXCUSED:
            excused += members
            members = []
        writer.writerow([*given, f"{scores[members[0]]:.2f}" if members else _as_it_was(was)])
    return Filled(made.getvalue(), tuple(excused), tuple(unknown))


def _given(cells: dict[str, str], name: str) -> str:
    value = cells[name.casefold()]
    return f"    {value}" if value == POSSIBLE else cell(value)


def _as_it_was(score: str) -> str:
    """A score of the export's; ``-`` and numbers below zero are no formulas."""
    return score if score == NO_SCORE or _number(score) is not None else cell(score)


def _number(score: str) -> float | None:
    """A number, with a decimal point or comma."""
    try:
        return float(score.replace(",", "."))
    except ValueError:
        return None


def _column(columns: list[str], asked: str, file: str) -> str:
    matching = [name for name in columns if name.casefold() == asked.casefold()] or [
        name for name in columns if name.casefold().startswith(f"{asked.casefold()} (")
    ]
    if len(matching) == 1:
        return matching[0]
    others = ", ".join(name for name in columns if name.casefold() not in IDENTITY)
    raise UsageError(
        f"{file} has {'no' if not matching else 'more than one'} column '{asked}'.",
        f"Make the assignment in Canvas first, export again, and give its column's name. There are: {others}.",
    )


def _check_points(was: str, points: float, column: str) -> None:
    if READ_ONLY in was.casefold():
        raise UsageError(
            f"Canvas lets nobody change {column}: it is read only there.",
            "Fill the column of an assignment whose scores you can write in Canvas.",
        )
    possible = _number(was)
    if possible is not None and abs(possible - points) > 0.005:
        raise UsageError(
            f"Canvas has {possible:g} points for {column}; the grader gives {points:g}.",
            "Change the assignment's points in Canvas, then export again.",
        )
