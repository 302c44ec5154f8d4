"""Rosters and the pairs of earlier weeks, read from CSV: every fault is reported at once, with its line.

A spreadsheet may have put an apostrophe before a name that would be a formula, and so do we when we write one
(``'=Ada``). Names are compared without it, without case, and with one space for any number of spaces.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING

from grader.errors import CourseError, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STUDENT = "student"
GROUP = ("first", "second", "third")
MOST_BYTES = 4_000_000
MOST_CHARACTERS = 200


def read_roster(data: bytes, file: str) -> tuple[str, ...]:
    """The students of a cohort.

    Args:
        data: CSV with a header; the names are in the column ``student``, other columns are not read.
        file: Its name, for messages.

    Returns:
        The names as written, in the roster's order.

    Raises:
        CourseError: Carries every problem found: no such column, names that are missing, odd or there twice.
    """
    problems: list[Problem] = []
    names: dict[str, tuple[str, int]] = {}
    rows = _rows(data, file, (STUDENT,), problems)
    for number, row in rows:
        name = row[STUDENT]
        if fault := _fault(name):
            problems.append(Problem(f"{file}:{number}", fault))
        elif same_name(name) in names:
            first = names[same_name(name)][1]
            problems.append(Problem(f"{file}:{number}", f"{name!r} is there twice, first in line {first}."))
        else:
            names[same_name(name)] = name, number
    if not problems and len(names) < 2:
        problems.append(Problem(file, f"a cohort of {len(names)} can't be paired: two are needed."))
    _raise_any(problems, "The roster")
    return tuple(name for name, _ in names.values())


def read_history(data: bytes, file: str) -> Counter[frozenset[str]]:
    """How often every two were in a group, as ``same_name`` has them.

    Args:
        data: What ``grade pair`` wrote: columns ``first``, ``second`` and perhaps ``third``.
        file: Its name, for messages.

    Raises:
        CourseError: Carries every problem found.
    """
    problems: list[Problem] = []
    pairs: Counter[frozenset[str]] = Counter()
    for number, row in _rows(data, file, GROUP[:2], problems):
        group = [row.get(column, "") for column in GROUP]
        faults = [fault for name in group[: 3 if group[2] else 2] if (fault := _fault(name))]
        problems += [Problem(f"{file}:{number}", fault) for fault in faults]
        pairs.update(frozenset(two) for two in combinations([same_name(n) for n in group if n], 2))
    _raise_any(problems, "The history")
    return pairs


def find_student(name: str, names: Sequence[str]) -> str:
    """A student as ``same_name`` has them.

    Raises:
        UsageError: There is none of this name; says who was perhaps meant.
    """
    known = {same_name(each): each for each in names}
    if same_name(name) not in known:
        close = get_close_matches(same_name(name), known, n=1)
        guess = f" Did you mean {known[close[0]]!r}?" if close else ""
        raise UsageError(f"There is no student {name!r} in the roster.{guess}")
    return same_name(name)


def same_name(name: str) -> str:
    """What two spellings of a name have in common."""
    name = unicodedata.normalize("NFKC", name).strip()
    name = re.sub(r"^'(?=[=+\-@])", "", name)
    return " ".join(name.casefold().split())


def _fault(name: str) -> str:
    if not same_name(name):
        return "there is no name in this line."
    if len(name) > MOST_CHARACTERS:
        return f"a name of {len(name)} characters; {MOST_CHARACTERS} are read at most."
    if not name.isprintable():
        return f"the name {name!r} has characters that can't be shown."
    return ""


def _rows(
    data: bytes, file: str, needed: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column → cell) of every row that isn't empty."""
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
    first_line = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in first_line and "," not in first_line else ","
    )
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


def _raise_any(problems: list[Problem], what: str) -> None:
    if problems:
        count = "1 fault" if len(problems) == 1 else f"{len(problems)} faults"
        raise CourseError(f"{what} has {count}.", tuple(problems), "Fix these lines, then try again.")
