"""Which assignment a repository is graded for, which labs of it, and how the repository spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from grader.course.discover import find_assignment, select_labs
from grader.course.loading import load
from grader.course.mapping import GradeFile, declared, read_grade_file, with_folders
from grader.records import Assignment, Mapping

if TYPE_CHECKING:
    from pathlib import Path

GRADE_FILE = "grade.yml"
GRADE_FILE_BYTES = 65_536


class Choice(Struct, frozen=True, kw_only=True):
    """What a repository is graded for."""

    assignment: Assignment
    """With the labs that were asked for, their folders and files where the repository has them."""
    mappings: dict[str, tuple[Mapping, ...]]
    """Lab id → how the repository spells the lab's modules."""
    notes: tuple[str, ...] = ()


def choose(
    root: Path,
    grade_file: bytes | None,
    repository: str,
    *,
    assignment: str = "",
    labs: tuple[str, ...] = (),
    mapping: Path | None = None,
) -> Choice:
    """Decide what a repository is graded for.

    Args:
        root: The course's folder.
        grade_file: The repository's ``grade.yml``; ``None`` if it has none.
        repository: Its URL.
        assignment: The instructor's word, which counts over the repository's; empty if not given.
        labs: Only these; empty: all.
        mapping: An instructor's mapping file; its word counts over the repository's.

    Raises:
        UsageError: No such assignment or lab.
        CourseError: The content is at fault.
        MappingNeeded: A mapping is at fault.
    """
    theirs = read_grade_file(grade_file, GRADE_FILE) if grade_file is not None else GradeFile()
    found = find_assignment(
        root,
        option=assignment,
        in_grade_yml=theirs.assignment,
        where=theirs.where,
        repository=repository,
    )
    whole = load(root, found.assignment)
    said = declared(theirs, whole)
    if mapping is not None:
        instructors = declared(read_grade_file(mapping.read_bytes(), mapping.name), whole, by_instructor=True)
        said = instructors.over(said)
    notes = [found.note] if found.note else []
    notes += [
        f"{lab}: {m.module} is graded through an instructor's mapping ({m.where}), which may allow for a "
        "convention that the lab's text does not know."
        for lab, spelled in said.mappings.items()
        for m in spelled
        if m.by_instructor and m.spellings
    ]
    return Choice(
        assignment=select_labs(with_folders(whole, said), labs),
        mappings=said.mappings,
        notes=tuple(notes),
    )
