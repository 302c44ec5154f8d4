"""(root, assignment) → Assignment, or every fault of its content at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from grader.course.digest import digest
from grader.course.discover import known_assignment
from grader.course.lint import LabContent, lint_lab, lint_points
from grader.course.mistakes import read_mistakes
from grader.course.problems import Problems, quoted, suggest
from grader.course.project import with_tested
from grader.course.reference import all_files, readable_files
from grader.course.rubric import RubricFile, read_rubric
from grader.course.suite import scan_suite
from grader.course.waivers import FILE, read_waivers

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from grader.records import Assignment, Lab, Waiver


def load(root: Path, assignment: str, labs: Collection[str] = ()) -> Assignment:
    """Read an assignment with all its content, and check that its parts fit together.

    Args:
        root: The course's folder: holds ``rubrics/``, ``test_suites/`` and ``reference/``.
        assignment: Its id: the rubric's file name without its ending.
        labs: Whose suites, references and mistakes are looked at, so that a lab can be proved while another is
            being written; empty: all.

    Returns:
        The assignment with its labs' mistakes and the digest of all of it. Nothing was imported or run.

    Raises:
        UsageError: There is no such assignment, or no course at ``root``.
        CourseError: The content is at fault; carries every problem with file and line.
    """
    root = root.resolve()
    known_assignment(root, assignment)
    problems = Problems()
    rubric = read_rubric(root, assignment, problems)
    read: tuple[Lab, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    if rubric is not None:
        lint_points(rubric, problems)
        waivers = read_waivers(root, assignment, problems)
        read = tuple(
            _with_mistakes(lab, rubric, problems) if not labs or lab.id in labs else lab
            for lab in rubric.assignment.labs
        )
    known = {f"{lab.id}/{check}" for lab in read for c in lab.criteria for check in c.checks}
    for waiver in waivers:
        if read and f"{waiver.lab}/{waiver.check}" not in known:
            said = suggest(f"{waiver.lab}/{waiver.check}", sorted(known), "checks")
            problems.add(FILE, f"there is no check {quoted(f'{waiver.lab}/{waiver.check}')} to waive.", said)
    problems.raise_any(
        f"The content of {assignment}", remedy="Fix the course at these places, then try again."
    )
    assert rubric is not None
    loaded = with_tested(structs.replace(rubric.assignment, labs=read, waivers=waivers))
    return structs.replace(loaded, digest=digest(loaded))


def _with_mistakes(lab: Lab, rubric: RubricFile, problems: Problems) -> Lab:
    root = rubric.assignment.root
    reference = root / lab.reference
    files = readable_files(reference, root, problems)
    there = {file.relative_to(reference).as_posix() for file in all_files(reference)}
    mistakes, node = read_mistakes(root / lab.mistakes_in, root, files, there, problems)
    lab = structs.replace(lab, mistakes=mistakes)
    content = LabContent(
        lab=lab,
        root=root,
        rubric=rubric.node.at("labs", lab.id),
        suite=scan_suite(root / lab.suite, root, problems),
        reference_files=files,
        mistakes=node,
        public=rubric.assignment.public,
    )
    lint_lab(content, problems)
    return lab
