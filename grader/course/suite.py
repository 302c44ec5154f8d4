"""A suite's checks, read from its source: nothing of it is imported, so that a fault in it can be reported."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from grader.course.problems import Problems, quoted
from grader.records import Rubric, RubricLab, Weight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.records import Assignment, Criterion, Part, Scale

ARGUMENTS = ("id", "needs", "explained_by", "seconds", "slow")


class SuiteCheck(Struct, frozen=True, kw_only=True):
    """One check function, as its decorator and docstring describe it."""

    id: str
    needs: tuple[str, ...] = ()
    explained_by: tuple[str, ...] = ()
    seconds: float | None = None
    promise: str = ""
    """The docstring's first line."""
    where: str
    """``file:line`` of the decorator."""
    hidden: bool


class Suite(Struct, frozen=True, kw_only=True):
    """A lab's checks, public ones first, in the order of files and lines."""

    checks: tuple[SuiteCheck, ...]
    complete: bool
    """False if a file or a decorator could not be read: a check that seems to be missing may be there."""


class NotLiteralError(ValueError):
    """A decorator's argument is computed, so it can't be read without running it."""


def scan_suite(suite: Path, root: Path, problems: Problems) -> Suite:
    """Find the checks of a lab.

    Args:
        suite: The folder that holds ``public/`` and ``hidden/``.
        root: The course's folder, which places are relative to.
        problems: Where faults go: files that don't parse, functions that can't be checks.
    """
    checks: list[SuiteCheck] = []
    complete = True
    for part in ("public", "hidden"):
        for file in sorted((suite / part).rglob("test_*.py")):
            place = file.relative_to(root).as_posix()
            tree = parse_file(file, place, problems)
            found = [] if tree is None else list(_checks(tree, place, problems, hidden=part == "hidden"))
            complete = complete and tree is not None and None not in found
            checks += [check for check in found if check is not None]
    return Suite(checks=tuple(checks), complete=complete)


def rubric_of(assignment: Assignment, suite: str = "all") -> Rubric:
    """The criteria that a part of the suite asks for.

    Args:
        assignment: As loaded, so without faults.
        suite: ``all``, or ``public``: hidden checks and what people decide are left out, and so is their share
            of the points to pass.

    Where only some labs are graded, or only public checks, the grade is one of what was asked for.
    """
    labs = tuple(
        RubricLab(id=lab.id, title=lab.title, criteria=lab.criteria, parts=lab.parts)
        for lab in assignment.labs
        if lab.criteria
    )
    scale = assignment.scale
    whole = Rubric(
        labs=labs,
        pass_points=assignment.pass_points,
        scale=scale and _scale_of(scale, labs),
        suite=suite,
    )
    if suite == "all":
        return whole
    asked = tuple(
        replace(lab, criteria=tuple(_asked(lab.criteria, _public_checks(assignment, lab.id)))) for lab in labs
    )
    share = _points(asked) / _points(labs) if _points(labs) else 1.0
    needed = None if assignment.pass_points is None else assignment.pass_points * share
    asked = tuple(replace(lab, parts=_parts_of(lab)) for lab in asked if lab.criteria)
    return replace(whole, labs=asked, pass_points=needed, scale=scale and _scale_of(scale, asked))


def _asked(criteria: tuple[Criterion, ...], public: frozenset[str]) -> Iterator[Criterion]:
    """The criteria that rest on public checks, on these alone, with their points."""
    for criterion in criteria:
        if checks := tuple(check for check in criterion.checks if check in public):
            shares = {check: share for check, share in criterion.shares.items() if check in checks}
            points = sum(share.points for share in shares.values()) if shares else criterion.points
            yield replace(criterion, checks=checks, shares=shares, points=points)


def _parts_of(lab: RubricLab) -> tuple[Part, ...]:
    """A lab's parts with the points that its criteria have."""
    points = {part.id: sum(c.points for c in lab.criteria if c.part == part.id) for part in lab.parts}
    return tuple(replace(part, points=points[part.id]) for part in lab.parts if points[part.id])


def _scale_of(scale: Scale, labs: tuple[RubricLab, ...]) -> Scale:
    """The scale of these labs alone: a category without points goes, and the other weights make a hundred."""
    there = {c.category for lab in labs for c in lab.criteria if c.points}
    kept = [category for category in scale.categories if category.id in there]
    total = sum(category.weight for category in kept)
    earning = {lab.id for lab in labs if any(c.points for c in lab.criteria)}
    return replace(
        scale,
        categories=tuple(
            replace(category, weight=100.0 * category.weight / total if total else 0.0) for category in kept
        ),
        no_zero=tuple(lab for lab in scale.no_zero if lab in earning),
    )


def _points(labs: tuple[RubricLab, ...]) -> float:
    return sum(c.points for lab in labs for c in lab.criteria if c.weight is Weight.REQUIRED)


def _public_checks(assignment: Assignment, lab_id: str) -> frozenset[str]:
    """The ids of a lab's checks that students have."""
    lab = next(lab for lab in assignment.labs if lab.id == lab_id)
    suite = scan_suite(assignment.root / lab.suite, assignment.root, Problems())
    return frozenset(check.id for check in suite.checks if not check.hidden)


def parse_file(file: Path, place: str, problems: Problems) -> ast.Module | None:
    """A Python file's syntax tree, or ``None`` and a problem."""
    try:
        return ast.parse(file.read_bytes(), filename=place)
    except SyntaxError as error:
        problems.add(f"{place}:{error.lineno or 1}", f"not valid Python: {error.msg}.")
    except ValueError as error:
        problems.add(f"{place}:1", f"not valid Python: {error}.")
    return None


def _checks(tree: ast.Module, place: str, problems: Problems, *, hidden: bool) -> Iterator[SuiteCheck | None]:
    """The checks of a file; ``None`` for one that can't be read."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        mark = next((d for d in function.decorator_list if is_check(d)), None)
        if mark is None:
            if function in tree.body and function.name.startswith("test_"):
                problems.add(
                    f"{place}:{function.lineno}",
                    f"{function.name} has no @check, so no criterion can use it.",
                )
            continue
        where = f"{place}:{mark.lineno}"
        if function not in tree.body or not isinstance(function, ast.FunctionDef):
            problems.add(where, f"{function.name} must be a plain function of the module to be a check.")
        elif not function.name.startswith("test_"):
            problems.add(where, f"{function.name} is never run.", f"Call it 'test_{function.name}'.")
        yield _read(function, mark, where, problems, hidden=hidden)


def is_check(decorator: ast.expr) -> bool:
    """Whether a decorator makes a function a check."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (isinstance(target, ast.Name) and target.id == "check") or (
        isinstance(target, ast.Attribute) and target.attr == "check"
    )


def _read(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    mark: ast.expr,
    where: str,
    problems: Problems,
    *,
    hidden: bool,
) -> SuiteCheck | None:
    if not isinstance(mark, ast.Call):
        problems.add(where, f"the @check of {function.name} has no id.", 'Write @check("topic.property").')
        return None
    try:
        arguments = {keyword.arg: _literal(keyword.value) for keyword in mark.keywords}
        if mark.args:
            arguments["id"] = _literal(mark.args[0])
    except NotLiteralError:
        problems.add(
            where, f"the @check of {function.name} must be written out: it is read without running it."
        )
        return None
    id_, seconds = arguments.get("id"), arguments.get("seconds")
    needs, explained_by = _ids(arguments.get("needs", ())), _ids(arguments.get("explained_by", ()))
    if (
        not (isinstance(id_, str) and id_)
        or needs is None
        or explained_by is None
        or not (seconds is None or (isinstance(seconds, int | float) and seconds > 0))
        or not isinstance(arguments.get("slow", ""), str)
        or not set(arguments) <= set(ARGUMENTS)
        or len(mark.args) > 1
    ):
        problems.add(
            where,
            f"the @check of {function.name} is not one.",
            'Write @check("id"), with needs="id" or needs=("id", "id"), and seconds=60 if need be; '
            "explained_by is written like needs, slow is a sentence.",
        )
        return None
    promise = (ast.get_docstring(function) or "").split("\n", 1)[0].strip()
    if not promise:
        problems.add(
            where,
            f"the check {quoted(id_)} has no docstring.",
            "Its first line is the promise that students read.",
        )
    return SuiteCheck(
        id=id_,
        needs=needs,
        explained_by=explained_by,
        seconds=seconds,
        promise=promise,
        where=where,
        hidden=hidden,
    )


def _ids(given: object) -> tuple[str, ...] | None:
    """One id or several; ``None`` for anything else."""
    several = (given,) if isinstance(given, str) else given
    if isinstance(several, tuple | list) and all(isinstance(each, str) for each in several):
        return tuple(several)
    return None


def _literal(node: ast.expr) -> object:
    try:
        value: object = ast.literal_eval(node)
    except ValueError as error:
        raise NotLiteralError from error
    return value
