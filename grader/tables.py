"""CSV as it lies on instructors' disks: a header, commas or semicolons, and every fault with its line."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from grader.errors import CourseError, Problem

if TYPE_CHECKING:
    from _csv import Reader  # what csv.reader gives
    from collections.abc import Iterator

MOST_BYTES = 4_000_000

Row = tuple[int, dict[str, str]]


def rows(data: bytes, file: str, needed: tuple[str, ...], problems: list[Problem]) -> Iterator[Row]:
    """The rows that aren't empty.

    Args:
        data: The file's content.
        file: Its name, for messages.
        needed: Columns that must be there, in lower case.
        problems: Where faults go; a file that can't be read has no rows.

    Yields:
        The line that a row begins in, and its cells by column; a column's name is in lower case, and a cell that
        the row lacks is empty.
    """
    if len(data) > MOST_BYTES:
        problems.append(Problem(file, f"the file has {len(data):,} bytes; {MOST_BYTES:,} are read at most."))
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(
            Problem(f"{file}:{line}", "this is not UTF-8 text.", "Save the file as CSV in UTF-8.")
        )
        return
    reader = _reader(text)
    try:
        header = [cell.strip().casefold() for cell in next(reader, [])]
        missing = [column for column in needed if column not in header]
        if missing:
            columns = " and ".join(f"'{column}'" for column in missing)
            problems.append(
                Problem(f"{file}:1", f"the header has no column {columns}.", f"It has: {', '.join(header)}.")
            )
            return
        begun = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
                yield begun, {column: cells.get(column, "") for column in (*needed, *header)}
            begun = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(f"{file}:{reader.line_num}", f"this is not CSV: {error}."))


def header(data: bytes) -> list[str]:
    """The columns as they are written, of a file that ``rows`` has read."""
    return [name.strip() for name in next(_reader(data.decode("utf-8-sig")), [])]


def _reader(text: str) -> Reader:
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def raise_any(problems: list[Problem], what: str) -> None:
    """Report all faults at once, if there are any.

    Raises:
        CourseError: Carries every problem.
    """
    if problems:
        count = "1 fault" if len(problems) == 1 else f"{len(problems)} faults"
        raise CourseError(f"{what} has {count}.", tuple(problems), "Fix these lines, then try again.")
