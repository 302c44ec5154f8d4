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
    from grader.records import Assignment, Criterion, Lab, Scale


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
        for name in (*lab.given, *lab.fixed, *lab.tools)
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
    libraries = dict.fromkeys(name for lab in assignment.labs for name in lab.not_installed)
    if libraries:
        names = ", ".join(f"`{name}`" for name in libraries)
        lines += [
            "",
            f"You may use {names}, but they are not installed where your work is graded: what fails for want",
            "of them is looked at by a person.",
        ]
    if assignment.scale is not None:
        lines += ["", *_grade(assignment, assignment.scale)]
    for lab in assignment.labs:
        lines += ["", *_lab(lab)]
    return "\n".join(lines) + "\n"


def _grade(assignment: Assignment, scale: Scale) -> list[str]:
    """How points become a grade."""
    lines = ["## How it is graded", "", f"The grade is at most 100; {scale.needed:g} are needed to pass."]
    if scale.no_zero:
        titles = "; ".join(lab.title for lab in assignment.labs if lab.id in scale.no_zero)
        lines.append(f"In each of these, at least a point has to be earned: {titles}.")
    lines += ["", "| | counts |", "|---|---:|"]
    for category in scale.categories:
        counts = f"up to {category.bonus:g} more" if category.bonus else f"{category.weight:g} %"
        lines.append(f"| {category.title} | {counts} |")
    return lines


def _lab(lab: Lab) -> list[str]:
    lines = [f"## {lab.title}", ""]
    for file, environment, optional in dict.fromkeys(
        (m.file, m.environment, m.optional) for m in lab.modules
    ):
        place = (Path(lab.folder) / file).as_posix() + ("`, optional," if optional else "`")
        lines.append(f"- `{place} runs with {ENVIRONMENTS[environment].has}.")
    lines += [f"- `{(Path(lab.folder) / name).as_posix()}` is given, and not graded." for name in lab.given]
    lines += [
        f"- `{(Path(lab.folder) / name).as_posix()}` is given, and runs as it is given, whatever you change in it."
        for name in lab.fixed
    ]
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
    for part in lab.parts:
        shared = [_criterion(criterion) for criterion in lab.criteria if criterion.part == part.id]
        lines += ["", f"### {part.id}: {part.title} ({part.points:g} points)", "", *shared]
    for weight, heading in (
        (Weight.REQUIRED, "To pass:"),
        (Weight.BONUS, "A bonus:"),
        (Weight.ADVICE, "Good practice, shown in your report and never the reason to revise:"),
    ):
        rest = [c for c in lab.criteria if c.weight is weight and not c.part]
        if rest:
            counted = "Counted:" if weight is Weight.REQUIRED and all(c.category for c in rest) else heading
            lines += ["", counted, "", *map(_criterion, rest)]
    return lines


def _criterion(criterion: Criterion) -> str:
    points = f" ({criterion.points:g} points)" if criterion.points else ""
    return f"- {criterion.title}{points}"
