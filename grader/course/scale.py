"""What a rubric says of points: what checks are worth, what parts share, and how a grade follows from them.

grade:
  needed: 60                                       # of 100
  no_zero: [lab1, lab2]                            # in each of these, something has to be earned
  categories:
    scratch: {title: "From scratch", weight: 75}   # the weights add up to 100
    speed: {title: "Speed", weight: 25}
    extra: {title: "Challenge", bonus: 7.5}        # added on top, up to 100 in all

labs:
  lab1:
    category: scratch                              # of its criteria that say no other
    parts:
      - {id: A, title: "Forward", points: 12}
    criteria:
      - id: forward
        part: A
        checks:                                    # check → points
          forward.values: 4
          forward.learns: {points: 8, partly: 3}   # 3 for its lower floor
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.course.fields import read_record
from grader.course.problems import quoted, suggest
from grader.records import Category, Part, Scale, Share, Weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.course.fields import Fields
    from grader.course.problems import Problems
    from grader.course.yaml_nodes import Node
    from grader.records import Assignment, Criterion, Lab

WHOLE = 100.0
NEAR = 1e-9


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────


def read_scale(fields: Fields) -> Scale:
    """``grade:`` of an assignment."""
    categories = []
    for name, node in fields.named("categories"):

        def read(category: Fields, name: str = name) -> Category:
            key = "bonus" if "bonus" in category else "weight"
            category.offer("weight")
            if "bonus" in category and "weight" in category:
                category.problems.add(
                    category.where("bonus"),
                    f"the category {quoted(name)} has 'weight' and 'bonus'.",
                    "It is a share of the grade, or comes on top of it.",
                )
            return Category(
                id=name, title=category.text("title"), **{key: category.number(key, positive=True)}
            )

        category = read_record(node, read, fields.problems, subject=quoted(name))
        categories += [category] if category else []
    return Scale(
        needed=fields.number("needed"),
        no_zero=fields.texts("no_zero", required=False),
        categories=tuple(categories),
    )


def read_part(fields: Fields) -> Part:
    """One of a lab's ``parts:``."""
    return Part(
        id=fields.text("id"), title=fields.text("title"), points=fields.number("points", positive=True)
    )


def read_worth(fields: Fields) -> tuple[float, tuple[str, ...], dict[str, Share]]:
    """A criterion's points, its checks, and what each is worth where ``checks:`` is a map."""
    if "checks" not in fields or not isinstance(fields.node.at("checks").value, dict):
        checks = fields.texts("checks", required="manual" not in fields)
        return fields.number("points", default=0.0), checks, {}
    shares = {
        check: share for check, node in fields.named("checks") if (share := _share(check, node, fields))
    }
    if "points" in fields:
        fields.problems.add(
            fields.where("points"), "the checks have points of their own, so 'points' is their sum."
        )
        fields.offer("points")
    return sum(share.points for share in shares.values()), tuple(shares), shares


def _share(check: str, node: Node, fields: Fields) -> Share | None:
    if isinstance(node.value, dict):
        return read_record(node, _partly, fields.problems, subject=quoted(check))
    if isinstance(node.value, bool) or not isinstance(node.value, int | float) or node.value <= 0:
        fields.problems.add(
            node.where,
            f"what {quoted(check)} is worth must be a number greater than 0.",
            "Write `check.id: 4`, or `check.id: {points: 4, partly: 2}`.",
        )
        return None
    return Share(points=float(node.value))


def _partly(fields: Fields) -> Share:
    share = Share(
        points=fields.number("points", positive=True), partly=fields.number("partly", positive=True)
    )
    if share.partly >= share.points:
        fields.problems.add(
            fields.where("partly"), f"'partly' is {share.partly:g}, which is not less than {share.points:g}."
        )
    return share


# ── Do the points agree? ──────────────────────────────────────────────────────────────────────────────────


def lint_scale(assignment: Assignment, node: Node, problems: Problems) -> None:
    """Parts have their points, categories theirs, and weights make a hundred."""
    for lab in assignment.labs:
        _lint_parts(lab, node.at("labs", lab.id), problems)
        _lint_categories(lab, assignment.scale, node.at("labs", lab.id), problems)
    if assignment.scale is not None:
        _lint_grade(assignment, assignment.scale, node.at("grade"), problems)
    if assignment.policy.late == "reduce" and assignment.scale is None:
        problems.add(
            node.at("policy", "late").where, "'late' is 'reduce', but there is no grade that it could reduce."
        )


def _lint_grade(assignment: Assignment, scale: Scale, node: Node, problems: Problems) -> None:
    if assignment.pass_points is not None:
        problems.add(node.where, "'grade' says what is needed to pass; take 'pass_points' away.")
    total = sum(category.weight for category in scale.categories)
    if abs(total - WHOLE) > NEAR:
        problems.add(
            node.at("categories").where, f"the categories' weights add up to {total:g}; they must make 100."
        )
    if scale.needed > WHOLE:
        problems.add(node.at("needed").where, f"'needed' is {scale.needed:g}, but a grade is at most 100.")
    criteria = [criterion for lab in assignment.labs for criterion in lab.criteria]
    for category in scale.categories:
        if not any(c.category == category.id and c.points for c in criteria):
            problems.add(
                node.at("categories", category.id).where,
                f"no criterion has points in the category {quoted(category.id)}.",
            )
    earning = [lab.id for lab in assignment.labs if any(c.points for c in lab.criteria)]
    for lab_id in scale.no_zero:
        if lab_id not in earning:
            problems.add(
                node.at("no_zero").where,
                f"there is no lab with points that is called {quoted(lab_id)}.",
                suggest(lab_id, earning, "labs"),
            )


def _lint_parts(lab: Lab, node: Node, problems: Problems) -> None:
    known = {part.id: part for part in lab.parts}
    for criterion, place in _placed(lab, node):
        where = (place.at("part") if criterion.part else place).where
        if criterion.part and criterion.part not in known:
            problems.add(
                where,
                f"the lab {quoted(lab.id)} has no part {quoted(criterion.part)}.",
                suggest(criterion.part, known, "parts"),
            )
        elif known and criterion.points and not criterion.part:
            problems.add(where, f"the criterion {quoted(criterion.id)} has points, but no part.")
    for part, place in zip(lab.parts, node.at("parts").maps(), strict=True):
        total = sum(c.points for c in lab.criteria if c.part == part.id)
        if abs(total - part.points) > NEAR:
            problems.add(
                place.at("points").where,
                f"the part {quoted(part.id)} has {part.points:g} points, but its criteria have {total:g}.",
            )
        if known[part.id] is not part:
            problems.add(place.where, f"the part {quoted(part.id)} is written twice.")


def _lint_categories(lab: Lab, scale: Scale | None, node: Node, problems: Problems) -> None:
    known = [category.id for category in scale.categories] if scale else []
    for criterion, place in _placed(lab, node):
        where = (place.at("category") if isinstance(place.at("category").value, str) else place).where
        if criterion.category and criterion.category not in known:
            problems.add(
                where,
                f"there is no category {quoted(criterion.category)}.",
                suggest(criterion.category, known, "categories")
                if known
                else "Write 'grade:' with 'categories:'.",
            )
        elif scale and criterion.points and not criterion.category and criterion.weight is not Weight.ADVICE:
            problems.add(where, f"the criterion {quoted(criterion.id)} has points, but no category.")


def _placed(lab: Lab, node: Node) -> Iterator[tuple[Criterion, Node]]:
    return zip(lab.criteria, node.at("criteria").maps(), strict=True)
