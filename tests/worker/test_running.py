"""Commands in copies of a submission: an empty environment that pip fills, and trials that can't touch each other."""

import socket
import time

import pytest

from grader import wire
from grader.worker.running import CommandRunner, copy_tree, write

GOOD = "def double(x):\n    return 2 * x\n"
TEST = "from code_ import double\n\ndef test_double():\n    assert double(3) == 6\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    from grader.worker.index import make_index

    folder = tmp_path_factory.mktemp("sandbox")
    make_index(folder / "index")
    return folder


@pytest.fixture
def runner(index, tmp_path, monkeypatch):
    submission = tmp_path / "submission"
    submission.mkdir()
    (submission / "code_.py").write_text(GOOD)
    (submission / "test_it.py").write_text(TEST)
    home = index / f"check{time.monotonic_ns()}"
    home.mkdir()
    monkeypatch.chdir(home)
    return CommandRunner(submission, home)


def run(runner, *argv, seconds=30.0, **more):
    return runner.run(wire.Run(argv=list(argv), seconds=seconds, **more))


def test_the_environment_is_empty_until_pip_has_installed_what_was_asked_for(runner):
    assert "No module named" in run(runner, "python", "-c", "import msgspec")["output"]
    assert run(runner, "pip", "install", "msgspec")["status"] == 1, (
        "without the index there is nothing to be had"
    )
    done = run(runner, "pip", "install", "msgspec==" + __import__("msgspec").__version__, index=True)
    assert done["status"] == 0, done["output"]
    assert run(runner, "python", "-c", "import msgspec")["status"] == 0
    assert run(runner, "python", "-c", "import click")["status"] == 1, "only what was asked for"


def test_commands_find_what_those_before_them_left(runner):
    assert run(runner, "python", "-c", "open('left', 'w').write('x')")["status"] == 0
    assert run(runner, "python", "-c", "print(open('left').read())")["output"] == "x\n"


def test_a_command_that_does_not_end_is_ended_with_all_it_started(runner):
    began = time.monotonic()
    script = "import subprocess, sys; print('on', flush=True); subprocess.run([sys.executable, '-c', 'while 1: pass'])"
    done = run(runner, "python", "-c", script, seconds=1.0)
    assert done == {"status": None, "output": "on\n"}
    assert time.monotonic() - began < 10


def test_only_the_end_of_a_long_output_is_kept(runner):
    done = run(runner, "python", "-c", "print('a' * 10**6); print('end')")
    assert done["output"].endswith("a\nend\n")
    assert len(done["output"]) <= 8192


def test_a_program_or_a_folder_that_is_not_there_is_reported(runner):
    assert run(runner, "black", ".")["status"] == 127
    assert run(runner, "python", "x.py", folder="src")["status"] == 126


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


def test_both_questions_cross_the_wire():
    ours, theirs = socket.socketpair()
    for question in (
        wire.Run(["python"], 3.0, variables={"A": "b"}),
        wire.Trials(["pytest"], [{"a": "b"}], 1.0, 2.0),
    ):
        wire.send(ours, wire.encode(question, bytes(16)))
        assert wire.read_question(theirs) == (question, bytes(16))
    ours.close(), theirs.close()
