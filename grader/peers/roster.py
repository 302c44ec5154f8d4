"""Rosters and the pairs of earlier weeks, read from CSV: every fault is reported at once, with its line.

A spreadsheet may have put an apostrophe before a name that would be a formula, and so do we when we write one
(``'=Ada``). Names are compared without it, without case, and with one space for any number of spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING

from grader.errors import Problem, UsageError
from grader.tables import raise_any, rows

if TYPE_CHECKING:
    from collections.abc import Sequence

STUDENT = "student"
GROUP = ("first", "second", "third")
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
    for number, row in rows(data, file, (STUDENT,), problems):
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
    raise_any(problems, "The roster")
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
    for number, row in rows(data, file, GROUP[:2], problems):
        group = [row.get(column, "") for column in GROUP]
        faults = [fault for name in group[: 3 if group[2] else 2] if (fault := _fault(name))]
        problems += [Problem(f"{file}:{number}", fault) for fault in faults]
        pairs.update(frozenset(two) for two in combinations([same_name(n) for n in group if n], 2))
    raise_any(problems, "The history")
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
