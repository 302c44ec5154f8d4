"""Paths that rubrics and students write: inside the repository, with '/', in one spelling."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.course.problems import quoted

if TYPE_CHECKING:
    from grader.course.fields import Fields

MOST_CHARACTERS = 200


def read_path(fields: Fields, key: str, *, root: bool = False) -> str:
    """A path inside the repository, such as ``src/mlp.py``; ``""`` is its root, if that is allowed."""
    return checked_path(fields, key, fields.text(key, empty=root))


def checked_path(fields: Fields, key: str, text: str) -> str:
    """The path in its plain spelling; one that leaves the repository is a problem, and becomes ``""``."""
    fault = _fault(text)
    if fault:
        fields.problems.add(fields.where(key), f"{quoted(key)} {fault}.")
        return ""
    path = str(PurePosixPath(text))
    return "" if path == "." else path


def _fault(text: str) -> str:
    path = PurePosixPath(text)
    if "\\" in text:
        return f"has backslashes: write {quoted(text.replace(chr(92), '/'))}"
    if path.is_absolute() or text.startswith("~") or text[1:2] == ":":
        return "must be relative to the repository"
    if ".." in path.parts:
        return "must not leave the repository with '..'"
    if ".git" in path.parts or not text.isprintable() or len(text) > MOST_CHARACTERS:
        return "is not a path that is read from a repository"
    return ""
