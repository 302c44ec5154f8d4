"""A repository as a whole, in a real sandbox: commands, trials, and code that turns on whoever runs it."""

import pytest

from grader.course import load
from grader.plan import plan
from grader.records import Outcome

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
    limits: {check_seconds: 30}
    criteria: [{id: b, title: "b", checks: [whole.runs, whole.trials, whole.asks, whole.forge]}]
"""
LINE = (
    'from grader.checks import check\n\n\n@check("line.value")\ndef test_it(student):\n    """It holds."""\n'
)
WHOLE = '''\
from grader.checks import check, fail


@check("whole.runs")
def test_runs(project, evidence):
    """The script runs in a new environment."""
    project.settle(name="line")
    (ran,) = project.script("python line/run.py", seconds=20).commands
    evidence.note(ran.last_lines)
    if not ran.worked:
        raise fail("It does not run.", yours=str(ran.status))


@check("whole.trials")
def test_trials(project):
    """The tests notice that x is 2."""
    project.settle(name="line")
    overlays = [{}, {project.tested[0]: "x = 2"}]
    good, bad = project.trials('python -c "import test_line; test_line.test_x()"', overlays, seconds=10, total_seconds=20)
    if not good.worked or bad.worked:
        raise fail("The tests notice nothing.")


@check("whole.forge")
def test_forge(project, evidence):
    """The forge was asked."""
    evidence.note(project.status.state)
'''
ASKS = '''

@check("whole.asks")
def test_asks(project):
    """A person decides."""
    raise ask("Nobody knows.", where="README.md")
'''
WHOLE = WHOLE.replace("check, fail", "ask, check, fail") + ASKS
FILES = {
    "line/line.py": b"x = 1\n",
    "line/run.py": b"print('hello')\n",
    "test_line.py": b"from line.line import x\n\ndef test_x():\n    assert x == 1\n",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    files = {
        "rubrics/week01.yaml": RUBRIC,
        "test_suites/__init__.py": "",
        "test_suites/week01/line/public/test_a.py": LINE,
        "test_suites/week01/whole/public/test_b.py": WHOLE,
        "reference/week01/line/line.py": "x = 1\n",
        "reference/week01/whole/README.md": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture(scope="module")
def service(local_service, course):
    return local_service(course)


def judge(service, course, files):
    lab = load(course, "week01").labs[1]
    job = plan(lab, files, seed="2a")
    with service.sandboxes(job, files) as sandboxes:
        lab_result = service.judge_lab(job, sandboxes, lambda _event: None)
    assert lab_result.trouble == ""
    return {r.id: r for r in lab_result.checks}


def test_commands_run_and_tests_are_tried_on_variants(service, course):
    found = judge(service, course, FILES)
    assert {r.outcome for i, r in found.items() if i != "whole.asks"} == {Outcome.PASSED}
    assert found["whole.runs"].note == "hello"


def test_a_check_that_asks_the_network_says_so_and_no_other_does(service, course):
    found = judge(service, course, FILES)
    assert found["whole.forge"].network == ("what the forge says of the commit",)
    assert found["whole.runs"].network == found["whole.trials"].network == ()


def test_tests_without_teeth_are_seen(service, course):
    found = judge(service, course, FILES | {"test_line.py": b"import line.line\n\ndef test_x(): pass\n"})
    assert found["whole.trials"].outcome is Outcome.FAILED


def test_tests_that_kill_what_runs_them_go_to_a_person_and_harm_nobody_else(service, course):
    hostile = b"import os, signal\n\ndef test_x():\n    os.kill(os.getppid(), signal.SIGKILL)\n"
    found = judge(service, course, FILES | {"test_line.py": hostile})
    assert found["whole.trials"].outcome is Outcome.REVIEW
    assert found["whole.runs"].outcome is Outcome.PASSED


def test_what_a_command_prints_is_bounded(service, course):
    found = judge(service, course, FILES | {"line/run.py": b"print('a' * 10**7)\n"})
    assert len(found["whole.runs"].note) <= 3 * 160 + 2  # both ends, and what was left out between them


def test_what_a_machine_cannot_decide_waits_for_a_person_with_the_evidence(service, course):
    found = judge(service, course, FILES)["whole.asks"]
    assert (found.outcome, found.finding.where) == (Outcome.REVIEW, "README.md")
