"""Disagreements between rubric, suite, reference and mistakes, one each."""

import shutil

import pytest

NOWHERE = "Add it to a criterion of the rubric: required, or advice."

FAULTS = {
    "a check nobody wrote": (
        ("rubric", "[gradients.W, gradients.b]", "[gradients.W, gradients.b, gradient.b]"),
        "rubric:29: nobody wrote the check 'gradient.b'. Did you mean 'gradients.b'?",
    ),
    "a check like no other": (
        ("rubric", "[gradients.W, gradients.b]", "[gradients.W, gradients.b, zzz]"),
        "rubric:29: nobody wrote the check 'zzz'. "
        "Known checks: forward.value, forward.large, gradients.W, gradients.b.",
    ),
    "a check in no criterion": (
        ("rubric", "[gradients.W, gradients.b]", "[gradients.W]"),
        f"hidden:9: the check 'gradients.b' is in no criterion. {NOWHERE}",
    ),
    "a check in two criteria": (
        ("rubric", "[gradients.W, gradients.b]", "[gradients.W, forward.value, gradients.b]"),
        "rubric:29: the check 'forward.value' is in the criterion 'forward' already.",
    ),
    "an unknown need": (
        ("hidden", 'needs="forward.value"', 'needs="forward.valeu"'),
        "hidden:4: the check 'gradients.W' needs 'forward.valeu', which nobody wrote. Did you mean 'forward.value'?",
    ),
    "a check that needs itself": (
        ("hidden", 'needs="forward.value"', 'needs="gradients.W"'),
        "hidden:4: checks need each other in a circle: gradients.W → gradients.W.",
    ),
    "checks that need each other": (
        ("hidden", 'needs="forward.value"', 'needs=("forward.value", "gradients.b")'),
        "hidden:4: checks need each other in a circle: gradients.W → gradients.b → gradients.W.",
    ),
    "a required check that needs advice": (
        ("hidden", 'needs="forward.value"', 'needs="forward.large"'),
        "hidden:4: the check 'gradients.W' needs 'forward.large', which is advice: "
        "advice would be the reason for revise.",
    ),
    "a public check that needs a hidden one": (
        ("public", 'needs="forward.value"', 'needs="gradients.W"'),
        "public:12: the check 'forward.large' needs 'gradients.W', which is hidden: students don't have it.",
    ),
    "a module without reference": (
        ("rubric", "file: line.py", "file: lines.py"),
        "rubric:11: the reference has no file 'lines.py'. Did you mean 'line.py'?",
    ),
    "a mistake that must fail nothing known": (
        ("mistakes", "fails: forward.value", "fails: forward.values"),
        "mistakes:13: the mistake 'bias-forgotten' must fail 'forward.values', which nobody wrote. "
        "Did you mean 'forward.value'?",
    ),
    "points on advice": (
        ("rubric", "advice: true", "advice: true\n        points: 2"),
        "rubric:33: the criterion 'stability' is advice, so it can't carry points.",
    ),
    "points that don't add up": (
        ("rubric", "labs:\n", "points_total: 10\nlabs:\n"),
        "rubric:4: 'points_total' is 10, but the criteria's points add up to 0.",
    ),
    "a pass that can't be reached": (
        ("rubric", "labs:\n", "pass_points: 70\nlabs:\n"),
        "rubric:4: 'pass_points' is 70, but the criteria's points add up to 0.",
    ),
    "an optional module, and something required": (
        ("rubric", "environment: numpy\n", "environment: numpy\n        optional: true\n"),
        "rubric:13: the module 'line' is optional, but 'forward' is required. "
        "A lab with optional modules has only bonuses and advice: make two labs of it.",
    ),
    "a marker that is never closed": (
        ("reference", "        # END SOLUTION\n\n    def gradients", "\n    def gradients"),
        "reference:20: BEGIN SOLUTION inside the one of line 15.",
    ),
}


@pytest.mark.parametrize(("change", "told"), FAULTS.values(), ids=FAULTS)
def test_a_disagreement_is_reported_once_at_its_place(course, change, told):
    assert course.change(*change).faults() == [told]


def test_a_check_written_twice_is_reported_at_the_second_place(course):
    course.change("hidden", '"gradients.b"', '"forward.value"').change("rubric", ", gradients.b]", "]")
    course.change("mistakes", "fails: [gradients.W, gradients.b]", "fails: gradients.W")
    assert "hidden:9: the check 'forward.value' is written twice, first at public:4." in course.faults()


def test_points_that_add_up_are_no_fault(course):
    course.change("rubric", "labs:\n", "points_total: 10\npass_points: 7\nlabs:\n")
    course.change("rubric", "id: forward\n", "id: forward\n        points: 4\n")
    course.change("rubric", "id: gradients\n", "id: gradients\n        points: 6\n")
    assignment = course.load()
    assert assignment.pass_points == 7
    assert [c.points for c in assignment.labs[0].criteria] == [4, 6, 0]


def test_folders_that_are_missing_are_reported_and_nothing_that_follows_from_it(course):
    shutil.move(course.root / "test_suites/week01/lab1_line", course.root / "test_suites/week01/lab1_lime")
    shutil.rmtree(course.root / "reference")
    assert course.faults() == [
        "rubric:5: the lab 'lab1_line' has no folder test_suites/week01/lab1_line. Did you mean 'lab1_lime'?",
        "rubric:5: the lab 'lab1_line' has no folder reference/week01/lab1_line.",
    ]


def test_two_circles_are_reported_each_once(course):
    course.change("public", '@check("forward.value")', '@check("forward.value", needs="forward.large")')
    course.change("hidden", 'needs="forward.value"', 'needs="gradients.b"')
    circles = [told for told in course.faults() if "circle" in told]
    assert circles == [
        "hidden:4: checks need each other in a circle: gradients.W → gradients.b → gradients.W.",
        "public:4: checks need each other in a circle: forward.value → forward.large → forward.value.",
    ]


def test_a_check_without_mistake_is_no_fault(course):
    (course.root / "reference/week01/lab1_line/mistakes.yaml").unlink()
    assert course.load().labs[0].mistakes == ()


def test_a_reference_that_is_no_text_is_reported(course):
    course.write("reference/week01/lab1_line/extra.py", "ä".encode("latin-1"))
    assert course.faults() == [
        "reference/week01/lab1_line/extra.py: this is not UTF-8 text. Save the file as UTF-8."
    ]
