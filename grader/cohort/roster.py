"""Rosters as they lie on instructors' disks: who is in the class, and where each repository is.

| format | columns that tell it | who | where |
|---|---|---|---|
| plain | ``id``, ``url`` | ``id`` | ``url`` |
| GitHub Classroom, grades | ``student_repository_url`` | ``roster_identifier``, ``github_username`` | that column |
| GitHub Classroom, roster | ``identifier``, ``github_username`` | ``identifier`` | the URL pattern |
| Canvas, gradebook export | ``student``, ``id`` | ``sis login id``, or ``id`` | the URL pattern |
| Classroom 50 | ``username`` or ``usernames`` | that column | the URL pattern |

The URL pattern names columns: ``https://github.com/class/week06-{github_username}``.
Sources: downloads of GitHub Classroom and ``gh classroom``, Canvas's ``gradebook_importer.rb``, Classroom 50.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from grader.errors import GraderError, Problem, UsageError
from grader.submission import clean_url, parse
from grader.tables import raise_any, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_COLUMN = re.compile(r"\{([^{}]+)\}")
_PLACEABLE = re.compile(r"[\w.~-]+", re.ASCII)
PATTERN_EXAMPLE = "--url 'https://github.com/class/week06-{github_username}'"


class ClassMember(NamedTuple):
    """One student, or one group, of the class.

    Attributes:
        id: As the roster says; no two members have the same.
        url: The repository's address.
        name: For people; empty if the roster has none.
    """

    id: str
    url: str
    name: str = ""


Cells = dict[str, str]


class _Format(NamedTuple):
    columns: tuple[str, ...]
    ids: tuple[str, ...]
    """The first that isn't empty counts."""
    url: str = ""
    """Empty: the pattern says where."""
    name: str = "name"
    student: Callable[[Cells], bool] = lambda _cells: True
    """Whether a row is a student at all."""


def _canvas_student(cells: Cells) -> bool:
    return cells["id"] != "" and not cells["student"].startswith(("Points Possible", "Student, Test"))


_FORMATS = (
    _Format(("student_repository_url",), ("roster_identifier", "github_username"), "student_repository_url"),
    _Format(("id", "url"), ("id",), "url"),
    _Format(("identifier", "github_username"), ("identifier", "github_username")),
    _Format(
        ("student", "id"), ("sis login id", "sis user id", "id"), name="student", student=_canvas_student
    ),
    _Format(("username",), ("username",)),
    _Format(("usernames",), ("usernames",)),
)
"""The first whose columns are all there counts."""


def read_class(
    data: bytes, file: str, pattern: str = "", *, folders: bool = False
) -> tuple[ClassMember, ...]:
    """The class, in the roster's order.

    Args:
        data: The roster: CSV with a header.
        file: Its name, for messages.
        pattern: Where repositories are, with columns in braces; empty: the roster says it. It counts over the
            roster's own addresses.
        folders: Whether addresses may be folders of this machine: students may have written the roster's.

    Raises:
        UsageError: The roster has no addresses, and there is no pattern.
        CourseError: Carries every problem found, each with its line.
    """
    problems: list[Problem] = []
    found = list(rows(data, file, (), problems))
    raise_any(problems, "The roster")
    if not found:
        raise UsageError(f"{file} has no row below its header.", "A roster has one line for each student.")
    known = _format(found[0][1], file)
    if not (pattern or known.url):
        raise UsageError(f"{file} does not say where the repositories are.", f"Say it: {PATTERN_EXAMPLE}")
    members: dict[str, tuple[ClassMember, int]] = {}
    for line, cells in found:
        if not known.student(cells):
            continue
        try:
            member = _entry(cells, known, pattern, folders=folders)
        except GraderError as fault:
            problems.append(Problem(f"{file}:{line}", fault.message, fault.remedy))
            continue
        first = members.setdefault(member.id.casefold(), (member, line))[1]
        if first != line:
            problems.append(
                Problem(f"{file}:{line}", f"'{member.id}' is there twice, first in line {first}.")
            )
    raise_any(problems, "The roster")
    return tuple(member for member, _ in members.values())


def _format(columns: Iterable[str], file: str) -> _Format:
    there = set(columns)
    for known in _FORMATS:
        if there.issuperset(known.columns):
            return known
    raise UsageError(
        f"{file} is no roster that is known here: its columns are {', '.join(sorted(there))}.",
        "Give it the columns id and url, or take the export of GitHub Classroom, Classroom 50 or Canvas.",
    )


def _entry(cells: Cells, known: _Format, pattern: str, *, folders: bool) -> ClassMember:
    name = next((cells[column] for column in known.ids if cells.get(column)), "")
    if not name:
        raise UsageError(f"the column '{known.ids[0]}' is empty.", "Everybody needs an identifier.")
    if not name.isprintable():
        raise UsageError("the identifier has characters that can't be shown.")
    address = _filled(pattern, cells) if pattern else cells[known.url]
    if not address:
        raise UsageError(f"there is no address of {name}'s repository.", "Complete the line, or remove it.")
    parse(address, trusted_origin=folders)
    return ClassMember(name, address, cells.get(known.name, ""))


def _filled(pattern: str, cells: Cells) -> str:
    def cell(found: re.Match[str]) -> str:
        column = found[1].casefold()
        if column not in cells:
            raise UsageError(f"there is no column '{found[1]}'.", f"There are: {', '.join(cells)}.")
        if not _PLACEABLE.fullmatch(cells[column]):
            what = (
                f"'{clean_url(cells[column])}' can't be part of an address"
                if cells[column]
                else "it is empty"
            )
            raise UsageError(f"the column '{found[1]}' is needed for the address: {what}.")
        return cells[column]

    return _COLUMN.sub(cell, pattern)
