"""Starters are cut from the reference; nothing of a solution is left in them."""

import ast

import pytest

from grader.course import load, starter_files, write_starter
from grader.course.problems import Problems
from grader.course.solution import cut_solutions
from grader.errors import CourseError, UsageError
from grader.judge_service import with_stand_ins


def cut(text):
    problems = Problems()
    return cut_solutions(text, "f.py", problems), [str(p) for p in problems.sorted()]


def test_a_solution_becomes_a_raise_at_its_indent():
    starter, problems = cut(
        "def f(x):\n    # BEGIN SOLUTION: the square\n    y = x\n    return x * y\n    # END SOLUTION\n\nN = 3\n"
    )
    assert starter == 'def f(x):\n    raise NotImplementedError("the square")\n\nN = 3\n'
    assert problems == []


def test_a_solution_without_message_gets_a_plain_one():
    starter, _ = cut("# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n")
    assert starter == 'raise NotImplementedError("Your code belongs here.")\n'


def test_quotes_in_a_message_stay_in_the_message():
    starter, _ = cut('# BEGIN SOLUTION: say "hi" \\ ü\nx = 1\n# END SOLUTION\n')
    assert ast.literal_eval(starter[len("raise NotImplementedError(") : -2]) == 'say "hi" \\ ü'


FAULTS = {
    "never closed": ("x = 1\n# BEGIN SOLUTION\ny = 2\n", "f.py:2: BEGIN SOLUTION without an END SOLUTION."),
    "never opened": ("x = 1\n# END SOLUTION\n", "f.py:2: END SOLUTION without a BEGIN SOLUTION."),
    "one inside another": (
        "# BEGIN SOLUTION\n# BEGIN SOLUTION\n# END SOLUTION\n",
        "f.py:2: BEGIN SOLUTION inside the one of line 1.",
    ),
    "nearly a marker": (
        "# BEGIN SOLUTIONS\nx = 1\n",
        "f.py:1: '# BEGIN SOLUTIONS' looks like a marker. "
        "Write '# BEGIN SOLUTION', '# BEGIN SOLUTION: what to write' or '# END SOLUTION'.",
    ),
    "a marker in small letters": (
        "# end solution\nx = 1\n",
        "f.py:1: '# end solution' looks like a marker. "
        "Write '# BEGIN SOLUTION', '# BEGIN SOLUTION: what to write' or '# END SOLUTION'.",
    ),
    "a whole method": (
        "class A:\n    # BEGIN SOLUTION\n    def f(self):\n        return 1\n    # END SOLUTION\n",
        "f.py: without solutions the class A raises when the file is imported, line 2 of the starter. "
        "Leave the line with 'def', and mark the body.",
    ),
    "half a statement": (
        "x = (\n# BEGIN SOLUTION\n1\n# END SOLUTION\n)\n",
        "f.py: without solutions this is not valid Python: invalid syntax, line 2 of the starter.",
    ),
}


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_markers_that_are_wrong_are_reported(text, told):
    assert cut(text)[1] == [told]


def test_a_comment_about_an_end_is_no_marker():
    text = "# end of the loop\n# Beginning of the next\nx = 1\n"
    assert cut(text) == (text, [])


def test_the_starter_has_the_modules_and_says_what_it_is_for(course, tmp_path):
    course.change("rubric", 'title: "Least squares"', 'title: "Least squares"\n    folder: src')
    folder = tmp_path / "new" / "week01"
    written = write_starter(course.load(), folder)
    assert [file.relative_to(folder).as_posix() for file in written] == [
        "src/line.py",
        "grade.yml",
        "README.md",
        "src/derive.py",
    ]
    assert (
        folder / "grade.yml"
    ).read_text() == "# What this repository is handed in for.\nassignment: week01\n"
    line = (folder / "src/line.py").read_text()
    assert line.endswith(
        '        """Of half the mean squared error."""\n'
        '        raise NotImplementedError("Your code belongs here.")\n'
    )
    assert "X @ self.W" not in line
    assert "SOLUTION" not in line


def test_a_given_file_is_handed_out_as_it_is(course, tmp_path):
    course.change("rubric", 'title: "Least squares"', 'title: "Least squares"\n    given: [points.npz]')
    (course.root / "reference/week01/lab1_line/points.npz").write_bytes(b"\x00\xff")
    write_starter(course.load(), tmp_path / "starter")
    assert (tmp_path / "starter/lab1_line/points.npz").read_bytes() == b"\x00\xff"
    readme = (tmp_path / "starter/README.md").read_text()
    assert "- `lab1_line/points.npz` is given, and not graded.\n" in readme


def test_a_given_file_that_is_not_there_is_reported(course):
    course.change("rubric", 'title: "Least squares"', 'title: "Least squares"\n    given: [lime.py]')
    (fault,) = course.faults()
    assert "the reference has no file 'lime.py'. Did you mean 'line.py'?" in fault


def test_where_a_given_file_holds_answers_another_stands_in_its_place(course):
    course.change(
        "rubric",
        'title: "Least squares"',
        'title: "Least squares"\n    given: [points.npz]\n    stand_ins: {points.npz: other.npz}\n'
        "    documents: {memo: MEMO.md}",
    )
    for name in ("points.npz", "other.npz", "MEMO.md"):
        (course.root / "reference/week01/lab1_line" / name).write_bytes(name.encode())
    (lab,) = course.load().labs
    files = {"lab1_line/points.npz": b"real", "lab1_line/MEMO.md": b"0.5", "lab1_line/line.py": b"x = 1"}
    assert with_stand_ins(lab, files, course.root) == {
        "lab1_line/points.npz": b"other.npz",
        "lab1_line/line.py": b"x = 1",
    }


def test_only_what_is_given_can_be_replaced_and_only_by_what_is_there(course):
    title = 'title: "Least squares"'
    course.change("rubric", title, title + "\n    stand_ins: {points.npz: line.py}")
    (fault,) = course.faults()
    assert "'points.npz' is not among the files that are 'given'." in fault


def test_the_readme_names_what_is_due_and_what_it_is_judged_by(course, tmp_path):
    write_starter(course.load(), tmp_path / "starter")
    assert (tmp_path / "starter/README.md").read_text() == (
        "# A line through points\n"
        "\n"
        "Due: Friday 18:00 Africa/Lagos\n"
        "\n"
        "Replace each `raise NotImplementedError(…)` by your code, commit, push, and hand in the URL of\n"
        "the repository. Keep the names and arguments of what is there; if you change one, say how in\n"
        "`grade.yml`.\n"
        "\n"
        "## Least squares\n"
        "\n"
        "- `lab1_line/line.py` runs with Python and NumPy only.\n"
        "- `lab1_line/derive.py` is what checks run beside your code: to read, not to change.\n"
        "\n"
        "Where it is graded, a check may compute for 5 seconds (some have more), all\n"
        "of them for 300, in 512 MB of memory, without a network.\n"
        "\n"
        "To pass:\n"
        "\n"
        "- The line is computed\n"
        "- The gradients are true\n"
        "\n"
        "Good practice, shown in your report and never the reason to revise:\n"
        "\n"
        "- Large inputs don't overflow\n"
    )


def test_nothing_is_overwritten_and_nothing_half_written(course, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "README.md").write_text("mine")
    with pytest.raises(UsageError) as caught:
        write_starter(course.load(), folder)
    assert caught.value.message == f"{folder} has README.md already; nothing is overwritten."
    assert [file.name for file in folder.iterdir()] == ["README.md"]


def test_a_reference_without_marks_is_never_handed_out(course):
    text = course.read("reference")
    course.write(
        "reference/week01/lab1_line/line.py",
        text.replace("SOLUTION", "PART").replace("# BEGIN PART", "# PART").replace("# END PART", "# PART"),
    )
    lab = load(course.root, "week01").labs[0]
    with pytest.raises(CourseError) as caught:
        starter_files(lab, course.root)
    assert [str(problem) for problem in caught.value.problems] == [
        "reference/week01/lab1_line/line.py: no solution is marked, so the starter would hand all of it out. "
        "Put '# BEGIN SOLUTION' and '# END SOLUTION' around what students write."
    ]
