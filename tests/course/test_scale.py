"""Points that make a grade: what a rubric says of them, and every way in which they can disagree."""

import pytest

from grader.course import rubric_of, select_labs
from grader.records import Category, Part, Share, Weight

GRADED = """\
assignment: week01
title: "A line through points"
policy: {late: reduce, late_percent: 10}
grade:
  needed: 60
  no_zero: [lab1_line]
  categories:
    scratch: {title: "From scratch", weight: 75}
    speed: {title: "Speed", weight: 25}
    extra: {title: "Challenge", bonus: 7.5}
labs:
  lab1_line:
    title: "Least squares"
    category: scratch
    modules:
      line: {file: line.py, environment: numpy}
    parts:
      - {id: A, title: "Forward", points: 10}
      - {id: B, title: "Backward", points: 4}
    criteria:
      - id: forward
        title: "The line is computed"
        part: A
        checks:
          forward.value: {points: 8, partly: 3}
      - id: readme
        title: "The README says what was found"
        part: A
        category: speed
        points: 2
        manual: "Read it."
      - id: gradients
        title: "The gradients are true"
        part: B
        checks: {gradients.W: 4}
      - id: challenge
        title: "Large inputs don't overflow"
        category: extra
        points: 30
        checks: [forward.large]
"""
BIAS = '@check("gradients.b", needs=("forward.value", "gradients.W"))'


@pytest.fixture
def graded(course):
    course.overwrite(
        "rubric", GRADED.replace("checks: {gradients.W: 4}", "checks: {gradients.W: 3, gradients.b: 1}")
    )
    course.change("rubric", "- id: challenge\n", "- id: challenge\n        part: B\n")
    course.change("rubric", 'Backward", points: 4', 'Backward", points: 34')
    return course


def test_points_parts_and_categories_are_read(graded):
    assignment = graded.load()
    (lab,) = assignment.labs
    assert lab.parts == (Part(id="A", title="Forward", points=10), Part(id="B", title="Backward", points=34))
    forward, readme, gradients, challenge = lab.criteria
    assert (forward.points, forward.shares) == (8, {"forward.value": Share(points=8, partly=3)})
    assert (readme.points, readme.shares, readme.category) == (2, {}, "speed")
    assert gradients.shares == {"gradients.W": Share(points=3), "gradients.b": Share(points=1)}
    assert [c.weight for c in lab.criteria] == [Weight.REQUIRED] * 3 + [Weight.BONUS]
    assert assignment.scale.needed == 60
    assert assignment.scale.categories[2] == Category(id="extra", title="Challenge", bonus=7.5)
    assert (assignment.policy.late, assignment.policy.late_percent) == ("reduce", 10)


def test_of_public_checks_alone_the_grade_is_one_of_what_is_asked_for(graded):
    rubric = rubric_of(graded.load(), "public")
    (lab,) = rubric.labs
    assert {c.id: c.points for c in lab.criteria} == {"forward": 8, "challenge": 30}
    assert [(c.id, c.weight) for c in rubric.scale.categories] == [("scratch", 100), ("extra", 0)]
    assert {part.id: part.points for part in lab.parts} == {"A": 8, "B": 30}


def test_of_some_labs_alone_as_well(graded):
    assert rubric_of(select_labs(graded.load(), ["lab1_line"])).scale == graded.load().scale


FAULTS = {
    "weights that are not a hundred": (
        ("weight: 25", "weight: 20"),
        "rubric:7: the categories' weights add up to 95; they must make 100.",
    ),
    "a part that misses its points": (
        ('"Forward", points: 10', '"Forward", points: 12'),
        "rubric:18: the part 'A' has 12 points, but its criteria have 10.",
    ),
    "a part that is not there": (
        ("part: A\n        checks:", "part: D\n        checks:"),
        "rubric:23: the lab 'lab1_line' has no part 'D'. Known parts: A, B.",
    ),
    "a category that is not there": (
        ("category: speed", "category: sped"),
        "rubric:29: there is no category 'sped'. Did you mean 'speed'?",
    ),
    "points in no category": (
        ("    category: scratch\n", ""),
        "rubric:20: the criterion 'forward' has points, but no category.",
    ),
    "points in no part": (
        ("        part: A\n        category: speed", "        category: speed"),
        "rubric:26: the criterion 'readme' has points, but no part.",
    ),
    "a floor that is worth as much": (
        ("partly: 3", "partly: 8"),
        "rubric:25: 'partly' is 8, which is not less than 8.",
    ),
    "a check that is worth nothing": (
        ("gradients.b: 1", "gradients.b: 0"),
        "rubric:35: what 'gradients.b' is worth must be a number greater than 0. "
        "Write `check.id: 4`, or `check.id: {points: 4, partly: 2}`.",
    ),
    "points twice": (
        ("        checks:\n          forward.value", "        points: 8\n        checks:\n          forward.value"),
        "rubric:24: the checks have points of their own, so 'points' is their sum.",
    ),
    "a lab that must earn and can't": (
        ("no_zero: [lab1_line]", "no_zero: [lab1_lime]"),
        "rubric:6: there is no lab with points that is called 'lab1_lime'. Did you mean 'lab1_line'?",
    ),
    "a grade above all grades": (
        ("needed: 60", "needed: 160"),
        "rubric:5: 'needed' is 160, but a grade is at most 100.",
    ),
    "two ways to pass": (
        ("grade:\n", "pass_points: 3\ngrade:\n"),
        "rubric:5: 'grade' says what is needed to pass; take 'pass_points' away.",
    ),
    "a weight and a bonus": (
        ("bonus: 7.5", "bonus: 7.5, weight: 1"),
        "rubric:10: the category 'extra' has 'weight' and 'bonus'. It is a share of the grade, or comes on top of it.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told"), FAULTS.values(), ids=FAULTS)
def test_a_disagreement_is_reported_at_its_place(graded, change, told):
    assert told in graded.change("rubric", *change).faults()


def test_a_grade_can_only_be_reduced_where_there_is_one(course):
    course.change("rubric", "labs:\n", "policy: {late: reduce, late_percent: 10}\nlabs:\n")
    assert course.faults() == ["rubric:4: 'late' is 'reduce', but there is no grade that it could reduce."]


def test_what_is_asked_for_may_not_need_a_bonus(graded):
    graded.change("hidden", 'needs="forward.value"', 'needs="forward.large"')
    graded.change("public", '"forward.large", needs="forward.value"', '"forward.large"')
    assert (
        "hidden:4: the check 'gradients.W' needs 'forward.large', which is a bonus: a bonus would cost points."
        in (graded.faults())
    )
