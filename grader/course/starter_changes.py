"""What changed in what students are given, since an earlier year's course."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.course.discover import assignments
from grader.course.loading import load
from grader.course.starter import starter
from grader.course.trusted_git import course_at
from grader.errors import CourseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.records import Assignment


class Change(Struct, frozen=True):
    """One file of a starter that is not what it was.

    Attributes:
        path: In the starter.
        kind: ``new``, ``gone`` or ``changed``.
        added: Lines that are new; 0 for what is no text.
        removed: Lines that are gone.
    """

    path: str
    kind: str
    added: int = 0
    removed: int = 0


def starter_changes(assignment: Assignment, revision: str) -> tuple[Change, ...]:
    """The files of an assignment's starter that were others, or none, at a revision of the course.

    Raises:
        UsageError: The course is no git repository, or has no such revision, or not this assignment then.
        CourseError: Its content then can't be read by this version of the grader.
    """
    with course_at(assignment.root, revision) as root:
        before = starter(_as_it_was(root, assignment.id, revision))
    return compare(before, starter(assignment))


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[Change, ...]:
    """Two starters, file by file, sorted by path."""
    return tuple(
        _change(path, before.get(path), after.get(path))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    )


def _as_it_was(root: Path, assignment: str, revision: str) -> Assignment:
    known = assignments(root) if (root / "rubrics").is_dir() else ()
    if assignment not in known:
        raise UsageError(
            f"As of {revision} the course had no assignment {assignment!r}.",
            f"It had {', '.join(known)}." if known else "Name a later revision.",
        )
    try:
        return load(root, assignment)
    except CourseError as error:
        raise CourseError(
            f"As of {revision}, {error.message}", error.problems, "Name a later revision of the course."
        ) from error


def _change(path: str, before: bytes | None, after: bytes | None) -> Change:
    kind = "new" if before is None else "gone" if after is None else "changed"
    old, new = _lines(before), _lines(after)
    differences = [line[:2] for line in difflib.ndiff(old, new)]
    return Change(path, kind, added=differences.count("+ "), removed=differences.count("- "))


def _lines(content: bytes | None) -> list[str]:
    try:
        return (content or b"").decode().splitlines()
    except UnicodeDecodeError:
        return []
