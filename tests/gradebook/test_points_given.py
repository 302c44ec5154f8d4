"""A person gives points: what waits is listed though the work has passed, and the grade follows."""

import pytest
from click.testing import CliRunner

from grader.cli.app import app
from grader.errors import UsageError
from grader.gradebook.sqlite import SqliteGradebook
from grader.history import as_reviewed, waiting
from grader.records import (
    Category,
    CheckResult,
    Criterion,
    Decision,
    Outcome,
    Record,
    Rubric,
    RubricLab,
    Scale,
    Share,
)
from grader.report.sanitizer import sanitize
from grader.verdict import decide

RUBRIC = Rubric(
    scale=Scale(
        needed=60.0,
        categories=(
            Category(id="code", title="Code", weight=80.0),
            Category(id="words", title="Words", weight=20.0),
        ),
    ),
    labs=(
        RubricLab(
            id="lab",
            title="A lab",
            criteria=(
                Criterion(
                    id="code", title="Code", points=8.0, category="code", checks=("a",), shares={"a": Share(points=8.0)}
                ),
                Criterion(id="readme", title="README", points=5.0, category="words", manual="Read it."),
            ),
        ),
    ),
)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    verdict = decide(RUBRIC, [CheckResult(id="a", lab="lab", promise="", outcome=Outcome.PASSED)])
    assert verdict.decision is Decision.PASS
    record = sanitize(
        Record(
            verdict=verdict.decision,
            assignment="week10",
            url="https://host.example/ada",
            commit="a",
            graded_at="2026-11-27T18:00:00+01:00",
            scale=RUBRIC.scale,
            grade=verdict.grade,
            earned=verdict.earned,
            points=verdict.points,
            pass_points=60.0,
            labs=verdict.labs,
            criteria=verdict.labs[0].criteria,
            checks=(CheckResult(id="a", lab="lab", promise="", outcome=Outcome.PASSED),),
        )
    )
    file = tmp_path / "gradebook.sqlite"
    with SqliteGradebook(file) as book:
        book.keep(record.url, record.assignment, lambda _earlier: record)
    return file


def run(path, *arguments):
    return CliRunner().invoke(
        app,
        ["review", *map(str, arguments), "--gradebook", str(path)],
        standalone_mode=False,
        env={"NO_COLOR": "1"},
    )


def test_points_that_wait_are_listed_though_the_work_has_passed(path):
    with SqliteGradebook(path) as book:
        assert [record.attempt for record in waiting(book)] == [1]
    run(path, 1, "--points", 5, "--by", "Ada")
    with SqliteGradebook(path) as book:
        assert waiting(book) == ()


@pytest.mark.parametrize(("points", "grade"), [(0, 80.0), (3, 92.0), (5, 100.0)])
def test_the_grade_follows_from_the_points_that_were_given(path, points, grade):
    run(path, 1, "--points", points, "--by", "Ada")
    with SqliteGradebook(path) as book:
        reviewed = as_reviewed(book.attempt(1))
    assert (reviewed.earned, reviewed.grade.value, reviewed.verdict) == (grade, grade, Decision.PASS)


def test_the_last_word_counts(path):
    run(path, 1, "--points", 1, "--by", "Ada")
    run(path, 1, "--decide", "pass", "--by", "Chi")
    with SqliteGradebook(path) as book:
        assert as_reviewed(book.attempt(1)).grade.value == 100.0


def test_more_points_than_there_are_can_not_be_given(path):
    error = run(path, 1, "--points", 6, "--by", "Ada").exception
    assert isinstance(error, UsageError)
    assert error.message == "'lab/readme' has 5 points; 6 can't be given."
