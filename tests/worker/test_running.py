"""A test suite, tried on copies of a submission that can't touch each other."""

import socket

import pytest

from grader import wire
from grader.worker.running import CommandRunner, copy_tree, write

GOOD = "def double(x):\n    return 2 * x\n"
TEST = "from code_ import double\n\ndef test_double():\n    assert double(3) == 6\n"


@pytest.fixture
def runner(tmp_path, monkeypatch):
    submission = tmp_path / "submission"
    submission.mkdir()
    (submission / "code_.py").write_text(GOOD)
    (submission / "test_it.py").write_text(TEST)
    home = tmp_path / "check"
    home.mkdir()
    monkeypatch.chdir(home)
    return CommandRunner(submission, home)


def trials(runner, *overlays, argv=("python", "-m", "pytest", "-q"), seconds=20.0, total=60.0, **more):
    question = wire.Trials(
        argv=list(argv), overlays=list(overlays), seconds=seconds, total_seconds=total, **more
    )
    return [None if t is None else t["status"] for t in runner.trials(question)]


def test_each_trial_has_files_of_its_own(runner):
    bad = {"code_.py": GOOD.replace("2 *", "3 *")}
    marker = {"test_it.py": TEST + "    assert not __import__('os').path.exists('m')\n    open('m', 'w')\n"}
    assert trials(runner, {}, bad, {}, marker, marker, at_once=2) == [0, 1, 0, 0, 0]


def test_a_trial_that_never_ends_costs_its_own_time_only(runner):
    assert trials(runner, {"code_.py": "while True: pass"}, {}, seconds=3.0) == [None, 0]


def test_trials_for_which_no_time_is_left_are_not_begun(runner):
    assert trials(runner, {}, {}, total=0.0) == [None, None]


def test_a_trial_that_kills_itself_is_no_success(runner):
    (status,) = trials(runner, {"code_.py": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"})
    assert status == -9


def test_trials_take_the_folder_and_the_variables_of_the_command(runner):
    moved = {"src/code_.py": GOOD, "code_.py": "", "tests/test_more.py": TEST}
    more = {"folder": "tests", "variables": {"PYTHONPATH": "../src"}}
    assert trials(runner, moved, argv=("pytest", "-q"), **more) == [0]


def test_large_files_are_links_that_nothing_is_written_through(tmp_path):
    source = tmp_path / "a"
    source.mkdir()
    (source / "big").write_bytes(b"x" * (300 << 10))
    copy_tree(source, tmp_path / "b")
    assert (tmp_path / "b" / "big").is_symlink()
    write(tmp_path / "b", {"big": "small"})
    assert (source / "big").stat().st_size == 300 << 10


def test_the_questions_cross_the_wire():
    ours, theirs = socket.socketpair()
    for question in (
        wire.Settle("net", urls=["https://x/net"]),
        wire.Script("pytest", 3.0, variables={"A": "b"}),
        wire.Trials(["pytest"], [{"a": "b"}], 1.0, 2.0),
    ):
        wire.send(ours, wire.encode(question, bytes(16)))
        assert wire.read_question(theirs) == (question, bytes(16))
    ours.close(), theirs.close()
