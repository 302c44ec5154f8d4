"""What ``grade verify`` may call proved."""

from pathlib import Path

import pytest

from grader.course import load
from grader.errors import UsageError
from grader.records import Assignment, CourseVersion, Lab, Mistake
from grader.verify import Proof, Row, check_mistakes, verify

ESSAY = Path(__file__).parents[1] / "courses" / "essay"


def proof(*rows):
    return Proof(assignment="toy", suite_digest="", course=CourseVersion(), seeds=1, rows=rows)


def row(held, seeds):
    return Row(lab="l", kind="mistake", name="m", held=held, seeds=seeds)


def test_nothing_proved_is_nothing_that_holds():
    assert not proof().holds
    assert not proof(row(0, 0)).holds
    assert proof(row(2, 2)).holds
    assert not proof(row(1, 2)).holds


def test_a_mistake_that_no_lab_has_is_wrong_usage_and_guessed():
    mistake = Mistake(id="no-mean", idea="", edits=(), fails=())
    lab = Lab(id="l", assignment="toy", title="", folder="", modules=(), criteria=(), mistakes=(mistake,))
    toy = Assignment(id="toy", title="", labs=(lab,), root=Path())
    check_mistakes(toy, ("no-mean",))
    with pytest.raises(UsageError, match="There is no mistake 'no-maen' in l. Did you mean 'no-mean'"):
        check_mistakes(toy, ("no-maen",))


def test_mistakes_can_be_tried_on_fewer_seeds_than_the_reference(local_service):
    rows = verify(load(ESSAY, "essay"), local_service(ESSAY), seeds=3, mistake_seeds=2).rows
    assert {row.kind: row.seeds for row in rows if row.kind != "check"} == {
        "reference": 3,
        "starter": 2,
        "mistake": 2,
    }
