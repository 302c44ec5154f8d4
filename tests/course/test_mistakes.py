"""Mistakes: what can't be made is told, and what can is made exactly."""

import pytest

from grader.course import apply, handed_in, reference_content, reference_files
from grader.errors import CourseError
from grader.records import Edit, Mistake

FAULTS = {
    "text that isn't there": (
        'replace: " / len(X)"',
        'replace: " / len(Z)"',
        "4: the text '/ len(Z)' is not found in line.py.",
    ),
    "text that is there twice": (
        'replace: " / len(X)"',
        'replace: "return "',
        "4: the text 'return' is found 2 times in line.py; take in more, so that it is found once.",
    ),
    "a file that isn't there": (
        "  file: line.py\n",
        "  file: lime.py\n",
        "3: the reference has no file 'lime.py'. Did you mean 'line.py'?",
    ),
    "an edit of what an edit has removed": (
        'replace: "error.sum(0)"',
        'replace: "self.W + self.b"',
        "12: the text 'self.W + self.b' of line.py is gone after the edits before it.",
    ),
    "no change": (
        'with: ""',
        'with: " / len(X)"',
        "1: the mistake 'no-mean' changes nothing in line.py.",
    ),
    "broken Python": (
        'with: ""',
        'with: " /"',
        "1: the mistake 'no-mean' makes line.py invalid Python: line 22, invalid syntax.",
    ),
    "an id written twice": (
        "id: bias-forgotten",
        "id: no-mean",
        "8: the mistake 'no-mean' is written twice, first in line 1.",
    ),
    "no idea": ('  idea: "a sum is as good as a mean"\n', "", "1: 'idea' is missing."),
    "nothing that fails": ("  fails: forward.value\n", "", "8: 'fails' is missing."),
    "an empty list of what fails": (
        "fails: forward.value",
        "fails: []",
        "13: 'fails' must be text or a list of texts, not an empty list.",
    ),
    "no text to replace with": ('  with: ""\n', "", "1: 'with' is missing."),
    "an unknown key": (
        "diagnosis:",
        "diagnose:",
        "7: unknown key 'diagnose'. Did you mean 'diagnosis'?",
    ),
}


@pytest.mark.parametrize(("old", "new", "told"), FAULTS.values(), ids=FAULTS)
def test_a_mistake_that_cannot_be_made_is_reported(course, old, new, told):
    assert course.change("mistakes", old, new).faults() == [f"mistakes:{told}"]


def test_a_mistake_without_id_still_has_its_checks_looked_up(course):
    course.change("mistakes", "- id: bias-forgotten\n  idea", "- idea").change(
        "mistakes", ": forward.value", ": {}"
    )
    assert course.faults() == [
        "mistakes:8: 'id' is missing.",
        "mistakes:12: 'fails' must be text or a list of texts, not an empty map.",
    ]
    course.change("mistakes", "fails: {}", "fails: '{x}'")
    assert course.faults()[1] == (
        "mistakes:12: the mistake '' must fail '{x}', which nobody wrote. "
        "Known checks: forward.value, forward.large, gradients.W, gradients.b."
    )


def test_mistakes_that_are_no_list_are_reported(course):
    course.write("reference/week01/lab1_line/mistakes.yaml", "id: x\n")
    assert course.faults() == ["mistakes:1: mistakes.yaml must be a list, not a map."]


def test_a_mistake_is_the_reference_with_its_edits(course):
    lab = course.load().labs[0]
    before = reference_files(course.root / lab.reference)
    after = apply(lab.mistakes[1], before)
    assert after["line.py"] == before["line.py"].replace("self.W + self.b", "self.W").replace(
        "error.sum(0)", "0 * error.sum(0)"
    )
    assert list(after) == list(before) == ["derive.py", "line.py"]


def test_files_without_an_edit_are_unchanged():
    mistake = Mistake(id="m", idea="", edits=(Edit(file="a.py", replace="1", with_="2"),), fails=())
    assert apply(mistake, {"a.py": "x = 1\n", "b.py": "y = 1\n"}) == {"a.py": "x = 2\n", "b.py": "y = 1\n"}


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (Edit(file="a.py", replace="3", with_=""), "the text '3' is not found in a.py."),
        (
            Edit(file="a.py", replace="=", with_=""),
            "the text '=' is found 2 times in a.py; take in more, so that it is found once.",
        ),
        (Edit(file="c.py", replace="1", with_=""), "the reference has no file 'c.py'."),
    ],
)
def test_a_mistake_of_another_reference_is_refused(edit, told):
    mistake = Mistake(id="m", idea="", edits=(edit,), fails=())
    with pytest.raises(CourseError) as caught:
        apply(mistake, {"a.py": "x = 1\ny = 2\n"})
    assert caught.value.message == f"The mistake 'm' can't be made: {told}"


# ── Whole files ───────────────────────────────────────────────────────────────────────────────────────────

WEIGHTS = """
- id: no-weights
  idea: "they can be trained again"
  file: weights.npz
  missing: true
  fails: forward.value
- id: broken-weights
  idea: "half a file is a file"
  edits:
    - {file: weights.npz, instead: half.npz}
    - {file: line.py, replace: " / len(X)", with: ""}
  fails: gradients.W
"""


@pytest.fixture
def weighty(course):
    course.write("reference/week01/lab1_line/weights.npz", b"\x80whole")
    course.write("reference/week01/lab1_line/half.npz", b"\x80ha")
    return course.append("mistakes", WEIGHTS)


def test_a_whole_file_is_left_out_or_replaced(weighty):
    lab = weighty.load().labs[0]
    folder = weighty.root / lab.reference
    content = reference_content(folder)
    assert "mistakes.yaml" not in content
    missing, broken = lab.mistakes[-2:]
    assert set(content) - set(handed_in(missing, content, folder)) == {"weights.npz"}
    made = handed_in(broken, content, folder)
    assert made["weights.npz"] == b"\x80ha"
    assert b"/ len(X)" in content["line.py"]
    assert b"/ len(X)" not in made["line.py"]
    assert made["derive.py"] == content["derive.py"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "instead: half.npz",
            "instead: haf.npz",
            "mistakes:23: there is no file 'haf.npz' beside mistakes.yaml.",
        ),
        (
            "file: weights.npz\n  missing",
            "file: weight.npz\n  missing",
            "mistakes:17: the reference has no file 'weight.npz'. Did you mean 'weights.npz'?",
        ),
    ],
)
def test_a_whole_file_that_is_not_there_is_reported(weighty, old, new, told):
    assert weighty.change("mistakes", old, new).faults() == [told]
