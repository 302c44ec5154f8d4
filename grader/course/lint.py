"""Do rubric, suite, reference and mistakes speak of the same checks and files? Every disagreement is reported."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.course.problems import quoted, suggest
from grader.course.scale import lint_scale
from grader.course.solution import cut_solutions
from grader.course.suite import Suite
from grader.course.yaml_nodes import Node
from grader.records import Lab, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.course.problems import Problems
    from grader.course.rubric import RubricFile


class LabContent(Struct, frozen=True, kw_only=True):
    """All that was read of one lab, side by side."""

    lab: Lab
    root: Path
    rubric: Node
    """The lab's part of the rubric."""
    suite: Suite
    reference_files: dict[str, str]
    mistakes: Node | None
    """The YAML of the mistakes that are in ``lab``."""
    public: bool = False
    """It is what students have: of its reference, only what is given."""

    def lacks(self, check_id: str) -> bool:
        """Whether surely nobody wrote this check."""
        return self.suite.complete and all(check.id != check_id for check in self.suite.checks)

    def guess(self, check_id: str) -> str:
        """Which check was meant."""
        return suggest(check_id, [check.id for check in self.suite.checks], "checks")


def lint_lab(content: LabContent, problems: Problems) -> None:
    """Report every disagreement between the parts of a lab."""
    _lint_folders(content, problems)
    _lint_markers(content, problems)
    _lint_optional(content, problems)
    if (content.root / content.lab.suite).is_dir():
        _lint_checks(content, problems)
        _lint_criteria(content, problems)
        _lint_needs(content, problems)
        _lint_mistakes(content, problems)


def lint_points(rubric: RubricFile, problems: Problems) -> None:
    """Points add up to what the author says, suffice to pass, make a grade, and none are on advice."""
    assignment, node = rubric.assignment, rubric.node
    total = 0.0
    for lab in assignment.labs:
        for criterion, place in zip(lab.criteria, node.at("labs", lab.id, "criteria").maps(), strict=True):
            total += criterion.points
            if criterion.points and criterion.weight is Weight.ADVICE:
                problems.add(
                    place.at("points").where,
                    f"the criterion {quoted(criterion.id)} is advice, so it can't carry points.",
                )
    lint_scale(assignment, node, problems)
    sum_up = f"but the criteria's points add up to {total:g}."
    if rubric.points_total is not None and abs(rubric.points_total - total) > 1e-9:
        problems.add(node.at("points_total").where, f"'points_total' is {rubric.points_total:g}, {sum_up}")
    if assignment.pass_points is not None and assignment.pass_points > total:
        problems.add(node.at("pass_points").where, f"'pass_points' is {assignment.pass_points:g}, {sum_up}")


def _lint_folders(content: LabContent, problems: Problems) -> None:
    lab = content.lab
    for folder in (lab.suite,) if content.public else (lab.suite, lab.reference):
        if not (content.root / folder).is_dir():
            problems.add(
                content.rubric.where,
                f"the lab {quoted(lab.id)} has no folder {folder.as_posix()}.",
                suggest(
                    folder.name, sorted(f.name for f in (content.root / folder.parent).glob("*/")), "folders"
                ),
            )
    reference = content.root / lab.reference
    if reference.is_dir():
        for module in lab.modules:
            if module.file and not content.public and not (reference / module.file).is_file():
                problems.add(
                    content.rubric.at("modules", module.name, "file").where,
                    f"the reference has no file {quoted(module.file)}.",
                    suggest(module.file, content.reference_files, "files"),
                )
        handed_in = {} if content.public else lab.documents
        named = [(content.rubric.at("documents", name).where, file) for name, file in handed_in.items()]
        named += [
            (_item(content.rubric.at(key), file), file)
            for key, files in (
                ("given", lab.given),
                ("fixed", lab.fixed),
                ("tools", lab.tools),
                ("drafting", lab.drafting),
            )
            for file in files
        ]
        named += [(content.rubric.at("stand_ins", name).where, file) for name, file in lab.stand_ins.items()]
        for where, file in named:
            if file and not (reference / file).is_file():
                problems.add(
                    where,
                    f"the reference has no file {quoted(file)}.",
                    suggest(file, content.reference_files, "files"),
                )


def _lint_markers(content: LabContent, problems: Problems) -> None:
    place = content.lab.reference
    for name in dict.fromkeys(module.file for module in content.lab.modules):
        if name in content.reference_files:
            cut_solutions(content.reference_files[name], (place / name).as_posix(), problems)


def _lint_optional(content: LabContent, problems: Problems) -> None:
    """What is required can't rest on a file that may be missing."""
    required = [c.id for c in content.lab.criteria if c.weight is Weight.REQUIRED]
    for module in content.lab.modules:
        if module.optional and required:
            problems.add(
                content.rubric.at("modules", module.name, "optional").where,
                f"the module {quoted(module.name)} is optional, but {quoted(required[0])} is required.",
                "A lab with optional modules has only bonuses and advice: make two labs of it.",
            )


def _lint_checks(content: LabContent, problems: Problems) -> None:
    """Every check is written once, and judged by a criterion."""
    used = {check_id for criterion in content.lab.criteria for check_id in criterion.checks}
    places: dict[str, str] = {}
    for check in content.suite.checks:
        if check.id in places:
            problems.add(
                check.where, f"the check {quoted(check.id)} is written twice, first at {places[check.id]}."
            )
        elif check.id not in used:
            problems.add(
                check.where,
                f"the check {quoted(check.id)} is in no criterion.",
                "Add it to a criterion of the rubric: required, or advice.",
            )
        places.setdefault(check.id, check.where)


def _lint_criteria(content: LabContent, problems: Problems) -> None:
    """Every criterion rests on checks that somebody wrote, and that no other criterion rests on."""
    used: dict[str, str] = {}
    for criterion, place in zip(content.lab.criteria, content.rubric.at("criteria").maps(), strict=True):
        for check_id in criterion.checks:
            where = _item(place.at("checks"), check_id)
            if content.lacks(check_id):
                problems.add(where, f"nobody wrote the check {quoted(check_id)}.", content.guess(check_id))
            if check_id in used:
                problems.add(
                    where,
                    f"the check {quoted(check_id)} is in the criterion {quoted(used[check_id])} already.",
                )
            used.setdefault(check_id, criterion.id)


def _lint_needs(content: LabContent, problems: Problems) -> None:
    """What a check needs exists, is not the check itself, and is neither weaker nor more hidden."""
    written = {check.id: check for check in content.suite.checks}
    advice, bonus = (
        {c for criterion in content.lab.criteria if criterion.weight is weight for c in criterion.checks}
        for weight in (Weight.ADVICE, Weight.BONUS)
    )
    for check in content.suite.checks:
        links = [*((n, "needs") for n in check.needs), *((n, "is explained by") for n in check.explained_by)]
        for need, verb in links:
            subject = f"the check {quoted(check.id)} {verb} {quoted(need)}"
            if content.lacks(need) and not content.public:
                problems.add(check.where, f"{subject}, which nobody wrote.", content.guess(need))
            if need in advice and check.id not in advice:
                problems.add(
                    check.where, f"{subject}, which is advice: advice would be the reason for revise."
                )
            if need in bonus and check.id not in bonus:
                problems.add(check.where, f"{subject}, which is a bonus: a bonus would cost points.")
            if need in written and written[need].hidden and not check.hidden:
                problems.add(check.where, f"{subject}, which is hidden: students don't have it.")
    before = {c.id: [n for n in (*c.needs, *c.explained_by) if n in written] for c in written.values()}
    for circle in _circles(before):
        problems.add(written[circle[0]].where, f"checks need each other in a circle: {' → '.join(circle)}.")


def _circles(needs: dict[str, list[str]]) -> Iterator[list[str]]:
    """Circles of needs, each once, from the check that is written first back to itself."""
    order = list(needs)
    while True:
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1][:0:-1]  # each one now needs the next, and the last the first
            needs[circle[0]].remove(circle[1 % len(circle)])
            first = circle.index(min(circle, key=order.index))
            yield [*circle[first:], *circle[:first], circle[first]]
        else:
            return


def _lint_mistakes(content: LabContent, problems: Problems) -> None:
    """The checks that mistakes must fail exist."""
    places = content.mistakes.maps() if content.mistakes else []
    for mistake, place in zip(content.lab.mistakes, places, strict=True):
        for check_id in mistake.fails:
            if content.lacks(check_id):
                problems.add(
                    _item(place.at("fails"), check_id),
                    f"the mistake {quoted(mistake.id)} must fail {quoted(check_id)}, which nobody wrote.",
                    content.guess(check_id),
                )


def _item(node: Node, text: str) -> str:
    """The place of a text in a list, of a key in a map, or of the lone text."""
    if isinstance(node.value, dict):
        return node.at(text).where
    items: Iterable[Node] = node.value if isinstance(node.value, list) else ()
    return next((item.where for item in items if item.value == text), node.where)
