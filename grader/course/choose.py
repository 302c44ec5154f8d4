"""Which assignment a repository is graded for, which labs of it, and how the repository spells them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.course.discover import find_assignment, select_labs
from grader.course.loading import load
from grader.course.mapping import (
    Declared,
    GradeFile,
    declared,
    mapping_needed,
    read_grade_file,
    with_folders,
)
from grader.errors import Problem
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
    faults: dict[str, tuple[Problem, ...]] = {}
    """Lab id → what is wrong with what the repository says about it; such a lab waits."""


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
        MappingNeeded: A mapping is at fault: the instructor's, or the repository's own for all of these labs.
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
    instructors = Declared()
    if mapping is not None:
        instructors = declared(read_grade_file(mapping.read_bytes(), mapping.name), whole, by_instructor=True)
    said = instructors.over(declared(theirs, whole, besides=instructors))
    notes = [found.note] if found.note else []
    notes += [
        f"{lab}: {m.module} is graded through an instructor's mapping ({m.where}), which may allow for a "
        "convention that the lab's text does not know."
        for lab, spelled in said.mappings.items()
        for m in spelled
        if m.by_instructor and m.spellings
    ]
    selected = select_labs(with_folders(whole, said), labs)
    faults = {lab.id: said.faults[lab.id] for lab in selected.labs if lab.id in said.faults}
    if len(faults) == len(selected.labs):
        raise mapping_needed(chain.from_iterable(faults.values()), theirs.name)
    return Choice(assignment=selected, mappings=said.mappings, notes=tuple(notes), faults=faults)
