"""Which assignment a repository is graded for, and which of its labs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from grader.course.problems import did_you_mean, quoted, suggest
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.records import Assignment


class Found(Struct, frozen=True, kw_only=True):
    """The assignment that was found, and what a reader should know about how."""

    assignment: str
    note: str = ""


def assignments(root: Path) -> tuple[str, ...]:
    """The ids of a course's assignments, sorted.

    Raises:
        UsageError: The folder is no course, or has no assignment.
    """
    if not (root / "rubrics").is_dir():
        raise UsageError(
            f"There is no course in {root}: it has no folder 'rubrics'.",
            "Run it in the course's folder, or name that with --course DIR.",
        )
    found = tuple(sorted(file.stem for file in (root / "rubrics").glob("*.yaml") if file.is_file()))
    if not found:
        raise UsageError(f"The course in {root} has no assignment: no rubrics/*.yaml.")
    return found


def known_assignment(root: Path, assignment: str, said_by: str = "") -> str:
    """The id, if the course has it.

    Args:
        root: The course's folder.
        assignment: What was asked for.
        said_by: Where, if not on the command line: "grade.yml:1".

    Raises:
        UsageError: It has not; lists what there is, with a guess.
    """
    known = assignments(root)
    if assignment in known:
        return assignment
    guess = did_you_mean(assignment, known)
    raise UsageError(
        f"{said_by + ': there' if said_by else 'There'} is no assignment {quoted(assignment)}."
        f"{' ' + guess if guess else ''} The course has: {', '.join(known)}.",
        "Correct it there, or name the assignment with --assignment." if said_by else "",
    )


def find_assignment(
    root: Path, *, option: str = "", in_grade_yml: str = "", where: str = "grade.yml", repository: str = ""
) -> Found:
    """Decide what a repository is graded for.

    The instructor's explicit word wins; a repository that says something else is noted, since a mapping that
    was written for another assignment can't be used. Then comes ``grade.yml``, and last the repository's
    name: ``week06-jane`` is handed in for ``week06``.

    Args:
        root: The course's folder.
        option: ``--assignment``; empty if not given.
        in_grade_yml: What the repository's ``grade.yml`` says; empty if nothing.
        where: Where it says so, for messages.
        repository: The repository's name or URL.

    Raises:
        UsageError: None of them fits, or one names an assignment that isn't there; lists what there is.
    """
    if option:
        note = ""
        if in_grade_yml and in_grade_yml != option:
            said = f"{where} says {quoted(in_grade_yml)}"
            note = f"Graded for {option} as asked, although {said}; its mappings are not used."
        return Found(assignment=known_assignment(root, option), note=note)
    if in_grade_yml:
        return Found(assignment=known_assignment(root, in_grade_yml, where))
    known = assignments(root)
    name = repository_name(repository)
    fitting = [assignment for assignment in known if _begins(name, assignment)]
    if fitting:
        return Found(
            assignment=max(fitting, key=len), note=f"Found by the repository's name, {quoted(name)}."
        )
    guess = did_you_mean(re.split(r"[^a-zA-Z0-9]", name)[0], known)
    raise UsageError(
        f"Which assignment is {quoted(name)} handed in for? No grade.yml says so, and its name begins with "
        f"none of: {', '.join(known)}.{' ' + guess if guess else ''}",
        f"Name it with --assignment, or write a line like 'assignment: {known[0]}' into its grade.yml.",
    )


def repository_name(url: str) -> str:
    """``week06-jane`` of ``https://host/class/week06-jane.git``, ``host:week06-jane`` or a folder's path."""
    return re.split(r"[/:\\]", url.strip().rstrip("/\\"))[-1].removesuffix(".git")


def select_labs(assignment: Assignment, wanted: Sequence[str]) -> Assignment:
    """The assignment with the labs asked for only, in its own order; all of them if none is asked for.

    Raises:
        UsageError: It has no such lab; lists what there is.
    """
    known = [lab.id for lab in assignment.labs]
    for lab in wanted:
        if lab not in known:
            raise UsageError(f"{assignment.id} has no lab {quoted(lab)}. {suggest(lab, known, 'labs')}")
    return structs.replace(
        assignment, labs=tuple(lab for lab in assignment.labs if not wanted or lab.id in wanted)
    )


def _begins(name: str, assignment: str) -> bool:
    """Whole words only (``week06`` is not ``week061``), whatever separates them."""
    words, wanted = (re.sub(r"[^a-z0-9]+", "-", text.lower()) + "-" for text in (name, assignment))
    return words.startswith(wanted)
