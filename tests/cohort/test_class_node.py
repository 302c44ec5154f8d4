"""A member's grading as JSON, without a cluster: what a node does, and what is kept of its answer."""

import shutil
from functools import partial
from pathlib import Path

import msgspec
import pytest

from grader.cohort import node, ray_engine
from grader.errors import Ungraded, UsageError
from grader.gradebook import Kept, open_gradebook
from grader.history import KeptHistory, NoHistory
from grader.pipeline import grade
from grader.records import Decision
from grader.request import Request
from tests.conftest import Silent, commit_all
from tests.gradebook.books import record

COURSE = Path(__file__).parents[1] / "courses" / "attacks"
ATTACKS = Path(__file__).parents[1] / "attacks"
SETTING = node.Setting(course=str(COURSE), sandbox="local")


@pytest.fixture(scope="module")
def hand_in(tmp_path_factory):
    """A correct hand-in of ours: the local sandbox may run it."""
    folder = shutil.copytree(ATTACKS / "00_correct", tmp_path_factory.mktemp("class") / "ada")
    commit_all(folder)
    yield folder
    node._service(SETTING, "").close()
    node._service.cache_clear()


def done(repo, earlier=(), **rest):
    request = Request(repo=str(repo), assignment="toy", trust=True, fresh=False, seed=f"{7:032x}", **rest)
    job = node.MemberJob(setting=SETTING, request=request, earlier=tuple(earlier))
    return node.read(node.do(node.written(job)), node.MemberAnswer)


def test_a_job_done_from_json_gives_the_record_of_a_lone_grade(hand_in, local_service):
    there = done(hand_in).record
    request = Request(repo=str(hand_in), assignment="toy", trust=True, seed=f"{7:032x}")
    here = grade(request, local_service(COURSE), NoHistory(), Silent())
    assert there.verdict is here.verdict is Decision.PASS
    assert [(c.id, c.outcome) for c in there.checks] == [(c.id, c.outcome) for c in here.checks]
    assert (there.commit, there.seed, there.suite_digest) == (here.commit, here.seed, here.suite_digest)


def test_what_came_with_the_job_answers_it(hand_in):
    first = msgspec.structs.replace(done(hand_in).record, attempt=5)
    again = done(hand_in, [Kept(record=first)])
    assert again.answered == 5
    other = msgspec.structs.replace(first, assignment="another")
    assert done(hand_in, [Kept(record=other)]).answered == 0


def test_a_repository_that_is_not_there_is_said_and_not_tried_again(tmp_path):
    answer = done(tmp_path / "nobody")
    assert answer.record is None
    assert answer.ours is False
    assert str(tmp_path / "nobody") in answer.trouble


def test_an_answer_to_a_history_that_moved_on_is_not_kept(tmp_path):
    """Another grader was faster: the answer's hand-in would have the wrong number."""
    history = KeptHistory(partial(open_gradebook, str(tmp_path / "book")), required=True)
    made = record("b")
    earlier = history.kept(made.url)
    with pytest.raises(Ungraded, match="at the same time"):
        history.keep(made.url, "week06", lambda _: record("a"))
        history.keep(made.url, "week06", lambda now: ray_engine._unless_changed(made, earlier, now))
    assert [kept.record.commit for kept in history.kept(made.url)] == ["a"]
    earlier = history.kept(made.url)
    history.keep(made.url, "week06", lambda now: ray_engine._unless_changed(made, earlier, now))
    assert [kept.record.commit for kept in history.kept(made.url)] == ["a", "b"]


@pytest.mark.parametrize(
    ("resources", "gpus", "slots"),
    [
        ({"CPU": 8, "memory": 64 << 30}, 0, 4),
        ({"CPU": 8, "memory": 7 << 30}, 0, 2),
        ({"CPU": 1, "memory": 64 << 30}, 0, 0),
        ({"CPU": 8, "memory": 64 << 30}, 1, 0),
        ({"CPU": 8, "memory": 64 << 30, "GPU": 1}, 1, 1),
    ],
)
def test_a_node_takes_what_it_has_room_for(resources, gpus, slots):
    assert ray_engine._slots(resources, gpus) == slots


def test_without_ray_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(UsageError, match="needs the package ray") as said:
        ray_engine._connected()
    assert "pip install 'grader[ray]'" in said.value.remedy
