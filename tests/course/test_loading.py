"""A whole course that has no fault, and one that has many."""

from pathlib import Path

import pytest

from grader.course import load
from grader.errors import CourseError, UsageError
from grader.records import Edit, Limits, Mistake, Weight


def test_a_course_without_fault_becomes_an_assignment(course):
    assignment = course.load()
    assert (assignment.id, assignment.title) == ("week01", "A line through points")
    assert assignment.deadline == "Friday 18:00 Africa/Lagos"
    (lab,) = assignment.labs
    assert (lab.id, lab.assignment, lab.folder) == ("lab1_line", "week01", "lab1_line")
    assert lab.limits == Limits(check_seconds=5, memory_mb=512)
    assert lab.data == {"source": "synthetic", "sizes": [3, 4]}
    assert lab.suite == Path("test_suites/week01/lab1_line")
    assert [(c.id, c.weight, c.checks) for c in lab.criteria] == [
        ("forward", Weight.REQUIRED, ("forward.value",)),
        ("gradients", Weight.REQUIRED, ("gradients.W", "gradients.b")),
        ("stability", Weight.ADVICE, ("forward.large",)),
    ]


def test_the_interface_is_plain_data(course):
    (module,) = course.load().labs[0].modules
    assert module.interface == {
        "class": "Line",
        "make": ["n_in", "n_out"],
        "tensors": {"W": ["n_in", "n_out"], "b": ["n_out"]},
        "methods": {"forward": ["X"], "gradients": ["X", "y"], "predict": ["X"]},
        "helpers": {"step": ["X", "y", "lr"]},
        "derive": {
            "predict": [{"by": "derive.predict", "needs": ["forward"]}],
            "gradients": [{"by": "derive.gradients", "needs": ["step"]}],
            "step": [{"by": "derive.step", "needs": ["gradients"]}],
        },
    }


def test_mistakes_come_with_their_lab(course):
    no_mean, bias = course.load().labs[0].mistakes
    assert no_mean == Mistake(
        id="no-mean",
        idea="a sum is as good as a mean",
        edits=(Edit(file="line.py", replace=" / len(X)", with_=""),),
        fails=("gradients.W", "gradients.b"),
        diagnosis="The gradient is that of the sum",
    )
    assert (len(bias.edits), bias.fails) == (2, ("forward.value",))


def test_all_faults_are_reported_at_once_with_their_places(course):
    course.change("rubric", 'title: "Least squares"', 'titel: "Least squares"')
    course.change("rubric", "[forward.value]", "[forward.vaule]")
    course.change("hidden", '"""Your gradient of W is true."""', "pass")
    course.change("mistakes", '" / len(X)"', '" / len(Y)"')
    assert course.faults() == [
        "mistakes:4: the text '/ len(Y)' is not found in line.py.",
        "rubric:5: 'title' is missing.",
        "rubric:6: unknown key 'titel'. Did you mean 'title'?",
        "rubric:26: nobody wrote the check 'forward.vaule'. Did you mean 'forward.value'?",
        "hidden:4: the check 'gradients.W' has no docstring. Its first line is the promise that students read.",
        "public:4: the check 'forward.value' is in no criterion. "
        "Add it to a criterion of the rubric: required, or advice.",
    ]


def test_the_error_counts_the_faults_and_says_what_next(course):
    course.change("rubric", "advice: true", "advise: true")
    with pytest.raises(CourseError) as caught:
        course.load()
    assert caught.value.message == "The content of week01 has 1 fault."
    assert caught.value.remedy == "Fix the course at these places, then try again."
    assert caught.value.exit_code == 2


def test_no_course_at_all_says_where_one_was_looked_for(tmp_path):
    with pytest.raises(UsageError) as caught:
        load(tmp_path, "week01")
    assert caught.value.message == f"There is no course in {tmp_path}: it has no folder 'rubrics'."
    assert caught.value.remedy == "Run it in the course's folder, or name that with --course DIR."


@pytest.mark.parametrize("asked", ["../rubrics/week01", "/etc/passwd", "week01/", ""])
def test_an_assignments_name_is_never_used_as_a_path(course, asked):
    with pytest.raises(UsageError, match="There is no assignment"):
        load(course.root, asked)


def test_the_digest_is_that_of_names_and_contents(course, tmp_path_factory):
    before = course.load().digest
    assert len(before) == 64
    elsewhere = type(course)(tmp_path_factory.mktemp("elsewhere"))
    assert elsewhere.load().digest == before


@pytest.mark.parametrize("short", ["rubric", "public", "hidden", "reference", "mistakes"])
def test_a_change_of_any_file_changes_the_digest(course, short):
    before = course.load().digest
    course.append(short, "\n")
    assert course.load().digest != before


def test_what_python_caches_does_not_change_the_digest(course):
    before = course.load().digest
    course.write("test_suites/week01/lab1_line/public/__pycache__/test_forward.cpython-311.pyc", b"\x00")
    course.write("reference/week01/lab1_line/.notes", "draft")
    assert course.load().digest == before


@pytest.mark.parametrize("short", ["rubric", "mistakes", "hidden"])
@pytest.mark.parametrize(
    "spoil", ["leave it out", "write it twice", "indent it", "cut it", "empty its value"]
)
def test_no_spoiled_line_does_more_than_raise_a_course_error(course, short, spoil):
    spoiled = {
        "leave it out": lambda line: "",
        "write it twice": lambda line: f"{line}\n{line}\n",
        "indent it": lambda line: f"  {line}\n",
        "cut it": lambda line: f"{line[: len(line) // 2]}\n",
        "empty its value": lambda line: f"{line.split(':')[0]}:\n",
    }[spoil]
    lines = course.read(short).splitlines()
    for i, line in enumerate(lines):
        course.overwrite(
            short, "\n".join(lines[:i]) + "\n" + spoiled(line) + "\n".join(lines[i + 1 :]) + "\n"
        )
        try:
            course.load()
        except CourseError as error:
            assert error.problems


def test_a_lab_is_loaded_while_another_is_being_written(course):
    begun = "  lab2_next:\n    title: Next\n    modules: {next: {file: next.py, environment: numpy}}\n"
    course.append("rubric", begun + "    criteria:\n      - {id: a, title: A, checks: [next.value]}\n")
    assert any("lab2_next" in told for told in course.faults())
    assignment = load(course.root, "week01", ["lab1_line"])
    assert [len(lab.mistakes) for lab in assignment.labs] == [2, 0]
    course.change("hidden", 'needs="forward.value"', 'needs="forward.valeu"')
    with pytest.raises(CourseError):
        load(course.root, "week01", ["lab1_line"])
