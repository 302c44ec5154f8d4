"""What students may have of an assignment: a small course of its own, with nothing hidden and no solution in it.

    rubrics/week06.yaml          criteria and points of the public checks; no comment, no guidance for reviewers
    test_suites/week06/*/public  the checks; those that need a reference are left out
    reference/week06/*           tools and what is fixed: what runs beside students' own files

The engine reads it like any other course. By its digest a student's copy can be compared with the instructor's.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct
from msgspec.structs import replace

from grader.course.digest import digest_of
from grader.course.rubric import rubric_file
from grader.course.suite import is_check, rubric_of
from grader.errors import CourseError, Problem, UsageError
from grader.records import Weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.records import Assignment, Category, Criterion, Lab, RubricLab, Scale

LAB_FIELDS = ("title", "folder", "limits", "data", "fixed", "tools", "documents", "project")
MODULE_FIELDS = ("file", "environment", "arrays", "optional", "interface")
ONLY_OURS = ("draft", "known_as")
"""Of an interface: what drafts mappings, from files that students don't have."""
REFERENCE = frozenset({"reference"})
"""Arguments of a check that students can't give it."""


class PublicCourse(Struct, frozen=True, kw_only=True):
    """An assignment's public face.

    Attributes:
        files: Path in the small course → content.
        left_out: Public checks that need a reference, as ``lab/check``.
    """

    files: dict[str, bytes]
    left_out: tuple[str, ...]

    @property
    def digest(self) -> str:
        """sha256 over names and contents, as hex."""
        return digest_of(self.files)


def public_course(assignment: Assignment) -> PublicCourse:
    """What students may have, but for the starter.

    Raises:
        UsageError: It is a public face already.
        CourseError: A public file uses a hidden one.
    """
    if assignment.public:
        raise UsageError(
            f"{assignment.id} is what students have: nothing else can be made of it.",
            "Publish from the course itself: --course DIR.",
        )
    files: dict[str, bytes] = {}
    kept, left_out = [], []
    for lab in assignment.labs:
        texts, cut = _suite(assignment, lab)
        left_out += [f"{lab.id}/{check}" for check in cut]
        pruned = _without(lab, cut)
        if pruned.criteria and texts:
            kept.append(pruned)
            files |= texts | _given(assignment, lab)
    public = replace(assignment, labs=tuple(kept))
    files[rubric_file(Path(), assignment.id).as_posix()] = _rubric(public).encode()
    return PublicCourse(files=files, left_out=tuple(left_out))


# ── The suite ─────────────────────────────────────────────────────────────────────────────────────────────


def _suite(assignment: Assignment, lab: Lab) -> tuple[dict[str, bytes], list[str]]:
    """The lab's public files, with the packages around them; and the checks that were cut out of them."""
    root, cut, problems = assignment.root, [], []
    files: dict[str, bytes] = {}
    for file in sorted((root / lab.suite / "public").rglob("*.py")):
        place = file.relative_to(root)
        text, without = cut_checks(file.read_text(encoding="utf-8"))
        files[place.as_posix()] = text.encode()
        cut += without
        problems += [
            Problem(
                f"{place.as_posix()}:{line}", "this public file uses a hidden one: students don't have it."
            )
            for line in _uses_hidden(text)
        ]
    if problems:
        raise CourseError(f"{assignment.id} can't be published.", tuple(problems))
    if files:
        above = [lab.suite, *lab.suite.parents][:-1]
        files |= {(folder / "__init__.py").as_posix(): b"" for folder in above}
    return files, cut


def cut_checks(text: str) -> tuple[str, list[str]]:
    """A file of checks without those that take a reference, and what these are called."""
    lines, cut = text.splitlines(keepends=True), []
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    for function in reversed(functions):
        marks = [mark for mark in function.decorator_list if is_check(mark)]
        taken = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        if marks and taken & REFERENCE:
            first = min(mark.lineno for mark in function.decorator_list)
            while first > 1 and not lines[first - 2].strip():
                first -= 1
            del lines[first - 1 : function.end_lineno]
            cut += [ast.literal_eval(marks[0].args[0])] if isinstance(marks[0], ast.Call) else []
    return "".join(lines), cut[::-1]


def _uses_hidden(text: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(text)):
        named = (
            [node.module or "", *(alias.name for alias in node.names)]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        if any("hidden" in name.split(".") for name in named):
            assert isinstance(node, ast.Import | ast.ImportFrom)
            yield node.lineno


def _given(assignment: Assignment, lab: Lab) -> dict[str, bytes]:
    """What runs beside students' code, in the lab's own folder, also if the course's labs share one."""
    place = Path("reference") / lab.assignment / lab.id
    source = assignment.root / lab.reference
    names = (*lab.fixed, *lab.tools)
    return {(place / name).as_posix(): (source / name).read_bytes() for name in names}


# ── The rubric ────────────────────────────────────────────────────────────────────────────────────────────


def _without(lab: Lab, cut: list[str]) -> Lab:
    """The lab without these checks, without hidden ones, and without criteria that have no other."""
    criteria = []
    for criterion in lab.criteria:
        checks = tuple(check for check in criterion.checks if check not in cut)
        if checks == criterion.checks:
            criteria.append(criterion)
        elif checks:
            shares = {check: share for check, share in criterion.shares.items() if check in checks}
            points = sum(share.points for share in shares.values()) if shares else criterion.points
            criteria.append(replace(criterion, checks=checks, shares=shares, points=points))
    return replace(lab, criteria=tuple(criteria))


def _rubric(assignment: Assignment) -> str:
    """The rubric of the public checks alone, in YAML: what it says is written anew, and comments are gone."""
    said = yaml.safe_load(rubric_file(assignment.root, assignment.id).read_bytes())
    asked = rubric_of(assignment, "public")
    rubric: dict[str, Any] = {
        "assignment": assignment.id,
        "public": True,
        **_some(said, ("title", "opens", "deadline", "policy", "not_installed")),
    }
    if asked.pass_points is not None:
        rubric["pass_points"] = asked.pass_points
    if asked.scale is not None and asked.scale.categories:
        rubric["grade"] = _scale(asked.scale)
    rubric["labs"] = {lab.id: _lab(said["labs"][lab.id], lab) for lab in asked.labs}
    head = (
        "# What students have of this assignment. Written by `grade publish`; changes to it are reported.\n"
    )
    return head + yaml.safe_dump(rubric, sort_keys=False, allow_unicode=True, width=110)


def _lab(said: dict[str, Any], lab: RubricLab) -> dict[str, Any]:
    written = _some(said, LAB_FIELDS)
    if "modules" in said:
        written["modules"] = {name: _module(module) for name, module in said["modules"].items()}
    if lab.parts:
        written["parts"] = [{"id": p.id, "title": p.title, "points": p.points} for p in lab.parts]
    return written | {"criteria": [_criterion(criterion) for criterion in lab.criteria]}


def _module(said: dict[str, Any]) -> dict[str, Any]:
    written = _some(said, MODULE_FIELDS)
    if "interface" in written:
        written["interface"] = {k: v for k, v in written["interface"].items() if k not in ONLY_OURS}
    return written


def _criterion(criterion: Criterion) -> dict[str, Any]:
    written: dict[str, Any] = {"id": criterion.id, "title": criterion.title}
    if criterion.weight is Weight.ADVICE:
        written["advice"] = True
    if criterion.part:
        written["part"] = criterion.part
    if criterion.category:
        written["category"] = criterion.category
    if criterion.shares:
        written["checks"] = {
            check: {"points": share.points, "partly": share.partly} if share.partly else share.points
            for check, share in criterion.shares.items()
        }
        return written
    if criterion.points:
        written["points"] = criterion.points
    return written | {"checks": list(criterion.checks)}


def _scale(scale: Scale) -> dict[str, Any]:
    def counts(category: Category) -> dict[str, float]:
        return {"bonus": category.bonus} if category.bonus else {"weight": category.weight}

    return {
        "needed": scale.needed,
        "no_zero": list(scale.no_zero),
        "categories": {c.id: {"title": c.title, **counts(c)} for c in scale.categories},
    }


def _some(said: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Some of its fields, as they are written."""
    return {key: said[key] for key in keys if key in said}
