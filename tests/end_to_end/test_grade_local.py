"""A student's desk: what was published, solved, checked with `grade local` and with pytest, and handed in."""

import json
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import commit_all
from tests.end_to_end.conftest import ROOT, environment

RUBRIC = """\
assignment: tiny
title: "Doubling"
labs:
  line:
    title: "A line"
    folder: line
    modules: {line: {file: line.py, environment: numpy}}
    criteria:
      - {id: value, title: "It doubles", checks: [line.example, line.any]}
"""
PUBLIC = '''\
"""By hand."""

import numpy as np

from grader.checks import check, values_match
from grader.records import Plot, Series


@check("line.example")
def test_example(student, evidence):
    """double([1, 2]) is [2, 4]."""
    evidence.plot(Plot(title="Doubling", x_label="x", y_label="2x", series=(Series(label="true", y=(2.0, 4.0)),)))
    values_match(student.line.double(np.array([1.0, 2.0])), np.array([2.0, 4.0]), name="double", evidence=evidence)
'''
HIDDEN = '''\
"""Any numbers."""

from grader.checks import check, values_match


@check("line.any")
def test_any(student, reference, rng):
    """double(x) is twice x."""
    x = rng.normal(size=5)
    values_match(student.line.double(x), reference.line.double(x), name="double")
'''
REFERENCE = '''\
"""A line."""


def double(x):
    """Twice x."""
    # BEGIN SOLUTION: twice
    return 2 * x
    # END SOLUTION
'''
RIGHT = "def double(x):\n    return x + x\n"
WRONG = "def double(x):\n    return 3 * x\n"
SUITE = ".grader/test_suites/tiny/line/public/test_line.py"
PLUGIN = ("-p", "no:grader", "-p", "grader.pytest_plugin")  # installed or not


@pytest.fixture
def course(tmp_path):
    files = {
        "rubrics/tiny.yaml": RUBRIC,
        "test_suites/__init__.py": "",
        "test_suites/tiny/__init__.py": "",
        "test_suites/tiny/line/__init__.py": "",
        "test_suites/tiny/line/public/test_line.py": PUBLIC,
        "test_suites/tiny/line/hidden/test_any.py": HIDDEN,
        "reference/tiny/line/line.py": REFERENCE,
    }
    for name, text in files.items():
        (tmp_path / "course" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "course" / name).write_text(text)
    return tmp_path / "course"


@pytest.fixture
def desk(course, grade, tmp_path):
    ended = grade("publish", "tiny", tmp_path / "tiny-ada", "--engine", "grader[local]", course=course)
    assert ended.status == 0, ended.told
    return tmp_path / "tiny-ada"


def own_pytest(desk, *arguments):
    """What a student's plain ``pytest`` does there."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *PLUGIN, *arguments],
        cwd=desk,
        env={k: v for k, v in environment().items() if not k.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_a_wrong_line_is_told_in_the_report_s_words_by_both_and_a_right_one_passes(desk, grade):
    (desk / "line" / "line.py").write_text(WRONG)
    ended = grade("local", course=desk)
    assert ended.status == 1, ended.told
    words = (
        "REVISE",
        "line.example",
        "Public checks",
        "as they were published",
        "Not committed",
        "line/line.py",
    )
    assert [word for word in words if word not in ended.said] == []
    record = json.loads((desk / "grade-report" / "report.json").read_text())
    headline = record["checks"][0]["finding"]["headline"]
    assert headline in ended.said
    assert "<svg" in (desk / "grade-report" / "report.html").read_text()
    said = own_pytest(desk)
    assert said.returncode == 1, said.stdout + said.stderr
    assert headline in said.stdout
    assert "Traceback" not in said.stdout
    assert "1 failed" in said.stdout
    (desk / "line" / "line.py").write_text(RIGHT)
    assert grade("local", "--lab", "line", course=desk / "line").status == 0
    (desk / "test_mine.py").write_text("def test_mine():\n    assert True\n")
    said = own_pytest(desk).stdout
    assert "collected 2 items" in said
    assert "2 passed" in said
    assert "1 passed" in own_pytest(desk, "test_mine.py").stdout


def test_an_edited_copy_is_told_by_both_and_where_the_work_is_graded(desk, course, grade, tmp_path):
    (desk / "line" / "line.py").write_text(WRONG)
    suite = desk / SUITE
    suite.write_text(suite.read_text().replace("[2.0, 4.0]", "[3.0, 6.0]"))
    ended = grade("local", course=desk)
    assert ended.status == 0, ended.told
    assert f"These are not the course's checks: {SUITE} (changed)" in ended.told
    assert "These are not the course's checks" in (desk / "grade-report" / "report.md").read_text()
    assert "These are not the course's checks" in own_pytest(desk).stdout
    commit_all(desk)
    out = tmp_path / "out"
    ended = grade(desk, "--sandbox", "local", "--trust", "--no-keep", "--out", out, course=course)
    assert ended.status == 1, ended.told
    assert (
        "public checks in .grader were edited; the course's own were used"
        in (out / "report.student.md").read_text()
    )


def test_the_instructor_s_digest_is_compared(desk, grade):
    (desk / "line" / "line.py").write_text(RIGHT)
    digest = json.loads((desk / ".grader" / "public.json").read_text())["digest"]
    assert "the instructor's" in grade("local", "--digest", digest[:12].upper(), course=desk).said
    assert "The instructor's checks are 000000" in grade("local", "--digest", "000000", course=desk).said


def test_elsewhere_it_says_what_is_missing(tmp_path, grade):
    ended = grade("local", course=tmp_path)
    assert ended.status == 2
    assert ".grader/public.json" in ended.told
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    assert True\n")
    assert "1 passed" in own_pytest(tmp_path).stdout


def test_on_another_system_it_says_that_nobody_tried_it(monkeypatch):
    from grader import local

    assert local.untested_here() == ""
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert "tested on Linux alone" in local.untested_here()


def test_pytest_finds_the_plugin_by_the_package_s_metadata():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"grader": "grader.pytest_plugin"}
