"""Nothing that a student writes is our fault, costs another check, or ends a grade."""

from pathlib import Path

import pytest

from grader import verify
from grader.course import load
from grader.judge.job import Job, ModuleSource, Started
from grader.records import Fault, LabResult, Outcome

COURSE = Path(__file__).parents[1] / "courses" / "greedy"


@pytest.fixture(scope="module")
def service(local_service):
    return local_service(COURSE)


@pytest.fixture(scope="module")
def lab():
    return load(COURSE, "greedy").labs[0]


def judge(service, lab, word, events=None):
    source = f"def say():\n    return {word!r}\n"
    module = ModuleSource(name="mirror", file="mirror.py", environment="numpy", source=source)
    job = Job(lab=lab, modules=(module,), seed="2a")
    with service.sandboxes(job, {"mirror.py": source.encode()}) as sandboxes:
        result = service.judge_lab(job, sandboxes, events.append if events is not None else lambda _e: None)
    assert result.trouble == ""
    found = {check.id: check for check in result.checks}
    assert list(found) == [
        "mirror.says",
        "mirror.reads",
        "mirror.looks",
        "mirror.twice",
        "mirror.unheard",
        "mirror.last",
    ]
    return found


def others(found, check):
    return {c.outcome for id_, c in found.items() if id_ != check}


@pytest.mark.parametrize("word", ["pattern", "deep", "huge"])
def test_what_is_over_a_bound_is_a_finding_with_the_bound_in_it_and_costs_its_own_check(service, lab, word):
    found = judge(service, lab, word)
    result = found["mirror.reads"]
    assert (result.outcome, result.fault) == (Outcome.FAILED, Fault.STUDENT)
    assert "a word" in result.finding.headline
    assert result.finding.allowed
    assert others(found, "mirror.reads") == {Outcome.PASSED}


def test_a_pattern_that_never_ends_is_ended_from_outside_and_the_next_checks_are_told_in_order(service, lab):
    events = []
    found = judge(service, lab, "pattern", events)
    assert found["mirror.reads"].finding.allowed == "1 seconds of computing"
    assert [e.position for e in events if isinstance(e, Started)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("word", "check"), [("odd", "mirror.reads"), ("broken", "mirror.looks"), ("die", "mirror.twice")]
)
def test_what_a_machine_can_not_decide_waits_for_a_person_and_costs_its_own_check(service, lab, word, check):
    found = judge(service, lab, word)
    assert (found[check].outcome, found[check].fault) == (Outcome.REVIEW, None)
    assert found[check].finding.traceback
    assert others(found, check) == {Outcome.PASSED}


def test_a_suite_that_breaks_on_a_mistake_is_a_problem_to_who_verifies_it(service, lab):
    found = judge(service, lab, "broken")
    told = list(verify._trouble(LabResult(lab="mirror", checks=tuple(found.values()))))
    assert told == ["mirror.looks could not be judged: KeyError: 'ours'"]


def test_a_judge_that_died_comes_to_its_check_once_more(service, lab):
    events = []
    judge(service, lab, "die", events)
    assert [e.id for e in events if isinstance(e, Started)].count("mirror.twice") == 2


@pytest.mark.docker
def test_in_a_container_too_a_pattern_that_never_ends_costs_its_own_check(docker_service, lab):
    found = judge(docker_service(COURSE), lab, "pattern")
    assert found["mirror.reads"].outcome is Outcome.FAILED
    assert others(found, "mirror.reads") == {Outcome.PASSED}
