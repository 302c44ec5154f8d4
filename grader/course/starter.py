"""A student's first commit: the reference with its solutions cut out, what is given, ``grade.yml``, a README."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.problems import Problems
from grader.course.reference import reference_files
from grader.course.solution import cut_solutions, has_solution
from grader.environments import ENVIRONMENTS
from grader.errors import UsageError
from grader.records import Weight

if TYPE_CHECKING:
    from grader.records import Assignment, Lab


def starter(assignment: Assignment) -> dict[str, bytes]:
    """What students are given, by path.

    Raises:
        CourseError: A reference file has no marked solution, so that the starter would hand it out.
    """
    texts = {**_modules(assignment), "grade.yml": _grade_yml(assignment), "README.md": _readme(assignment)}
    return {name: text.encode() for name, text in texts.items()} | _given(assignment)


def write_starter(assignment: Assignment, folder: Path) -> tuple[Path, ...]:
    """Write the starter of an assignment's labs.

    Args:
        assignment: As loaded, with the labs that are wanted.
        folder: Where to; made if it isn't there.

    Returns:
        The files that were written.

    Raises:
        UsageError: One of them is there already: nothing is overwritten, and nothing was written.
        CourseError: A reference file has no marked solution, so that the starter would hand it out.
    """
    files = {folder / name: content for name, content in starter(assignment).items()}
    there = [file.relative_to(folder).as_posix() for file in files if file.exists()]
    if there:
        raise UsageError(
            f"{folder} has {', '.join(there)} already; nothing is overwritten.",
            "Name an empty or a new folder.",
        )
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tuple(files)


def starter_files(lab: Lab, root: Path) -> dict[str, str]:
    """The lab's files as students get them, by their path in the lab's folder: those of its modules.

    A project has none; of it they get the folders in which a solution is marked, helpers included.

    Raises:
        CourseError: A module has no marked solution, or the markers don't pair.
    """
    problems = Problems()
    reference = reference_files(root / lab.reference)
    starters = {}
    marked = {Path(name).parent for name, text in reference.items() if lab.project and has_solution(text)}
    beside = [name for name in reference if Path(name).parent in marked]
    for name in dict.fromkeys([*(module.file for module in lab.modules), *beside]):
        place = f"reference/{lab.assignment}/{lab.id}/{name}"
        if not lab.project and not has_solution(reference[name]):
            problems.add(
                place,
                "no solution is marked, so the starter would hand all of it out.",
                "Put '# BEGIN SOLUTION' and '# END SOLUTION' around what students write.",
            )
        starters[name] = cut_solutions(reference[name], place, problems)
    problems.raise_any(f"The starter of {lab.id}")
    return starters


def _modules(assignment: Assignment) -> dict[str, str]:
    return {
        (Path(lab.folder) / name).as_posix(): text
        for lab in assignment.labs
        for name, text in starter_files(lab, assignment.root).items()
    }


def _given(assignment: Assignment) -> dict[str, bytes]:
    return {
        (Path(lab.folder) / name).as_posix(): (assignment.root / lab.reference / name).read_bytes()
        for lab in assignment.labs
        for name in (*lab.given, *lab.tools)
    }


def _grade_yml(assignment: Assignment) -> str:
    return f"# What this repository is handed in for.\nassignment: {assignment.id}\n"


def _readme(assignment: Assignment) -> str:
    lines = [f"# {assignment.title}", ""]
    if assignment.deadline:
        lines += [f"Due: {assignment.deadline}", ""]
    lines += [
        "Replace each `raise NotImplementedError(…)` by your code, commit, push, and hand in the URL of",
        "the repository. Keep the names and arguments of what is there; if you change one, say how in",
        "`grade.yml`.",
    ]
    for lab in assignment.labs:
        lines += ["", *_lab(lab)]
    return "\n".join(lines) + "\n"


def _lab(lab: Lab) -> list[str]:
    lines = [f"## {lab.title}", ""]
    for module in lab.modules:
        file = (Path(lab.folder) / module.file).as_posix()
        lines.append(f"- `{file}` runs with {ENVIRONMENTS[module.environment].has}.")
    lines += [f"- `{(Path(lab.folder) / name).as_posix()}` is given, and not graded." for name in lab.given]
    lines += [
        f"- `{(Path(lab.folder) / name).as_posix()}` is what checks run beside your code: to read, not to change."
        for name in lab.tools
    ]
    lines += [
        f"- `{(Path(lab.folder) / name).as_posix()}` is yours to write." for name in lab.documents.values()
    ]
    limits = lab.limits
    lines += [
        "",
        f"Where it is graded, a check may compute for {limits.check_seconds:g} seconds (some have more), all",
        f"of them for {limits.total_seconds:g}, in {limits.memory_mb} MB of memory, without a network.",
    ]
    for weight, heading in (
        (Weight.REQUIRED, "To pass:"),
        (Weight.ADVICE, "Good practice, shown in your report and never the reason to revise:"),
    ):
        titles = [criterion.title for criterion in lab.criteria if criterion.weight is weight]
        if titles:
            lines += ["", heading, "", *(f"- {title}" for title in titles)]
    return lines
