"""Labs about the repository as a whole: no modules of their own, and the others' files to be tested."""

import pytest

from grader.course import load, starter_files, with_folders
from grader.course.mapping import Declared
from grader.errors import CourseError
from grader.records import Mapping

RUBRIC = """\
assignment: week01
title: "A repository"
labs:
  line:
    title: "A line"
    modules: {line: {file: line.py}}
    criteria: [{id: a, title: "a", checks: [line.value]}]
  whole:
    title: "The repository"
    folder: .
    project: true
    criteria: [{id: b, title: "b", checks: [whole.runs]}]
"""
CHECK = 'from grader.checks import check\n\n\n@check("{}")\ndef test_it(project):\n    """It holds."""\n'
TEST = "def test_line():\n    # BEGIN SOLUTION: a test\n    assert True\n    # END SOLUTION\n"


@pytest.fixture
def course(tmp_path):
    files = {
        "rubrics/week01.yaml": RUBRIC,
        "test_suites/week01/line/public/test_a.py": CHECK.format("line.value"),
        "test_suites/week01/whole/public/test_b.py": CHECK.format("whole.runs"),
        "reference/week01/line/line.py": "# BEGIN SOLUTION: all\nx = 1\n# END SOLUTION\n",
        "reference/week01/whole/README.md": "pip install numpy\n",
        "reference/week01/whole/.github/workflows/tests.yml": "on: push\n",
        "reference/week01/whole/line/line.py": "x = 1\n",
        "reference/week01/whole/tests/test_line.py": TEST,
        "reference/week01/whole/tests/conftest.py": "import sys\n",
        "reference/week01/whole/mistakes.yaml": (
            "- {id: m, idea: i, file: .github/workflows/tests.yml, replace: push, with: pull, fails: whole.runs}\n"
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_it_needs_no_modules_one_sandbox_and_knows_the_others_files(course):
    line, whole = load(course, "week01").labs
    assert (whole.folder, whole.modules, whole.environments) == ("", (), ("stranger",))
    assert whole.tested == ("line/line.py",)
    assert line.environments == ("numpy",)


def test_a_lab_that_is_no_project_still_needs_modules(course):
    (course / "rubrics/week01.yaml").write_text(RUBRIC.replace("    project: true\n", ""))
    with pytest.raises(CourseError) as caught:
        load(course, "week01")
    assert any("'modules' is missing" in str(p) for p in caught.value.problems)


def test_the_tested_files_are_where_the_repository_has_them(course):
    assignment = load(course, "week01")
    moved = with_folders(assignment, Declared(folders={"line": "src"}))
    assert moved.labs[1].tested == ("src/line.py",)
    mapped = Declared(mappings={"line": (Mapping(module="line", file="code/my_line.py"),)})
    assert with_folders(assignment, mapped).labs[1].tested == ("code/my_line.py",)


def test_mistakes_edit_workflows_too(course):
    assert load(course, "week01").labs[1].mistakes[0].edits[0].file == ".github/workflows/tests.yml"


def test_the_starter_gets_the_folders_in_which_something_is_marked_and_nothing_else(course):
    starter = starter_files(load(course, "week01").labs[1], course)
    assert list(starter) == ["tests/conftest.py", "tests/test_line.py"]
    assert "NotImplementedError" in starter["tests/test_line.py"]
