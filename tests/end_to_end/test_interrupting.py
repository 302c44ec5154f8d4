"""A grader that is stopped, politely or not, leaves nothing behind."""

import json
import os
import pty
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from grader.sandbox.docker import OWNER
from grader.sandbox.owner import OWNER_FILE, PREFIX
from tests.end_to_end.conftest import ATTACKS, PROGRAM, TOY, environment

pytestmark = pytest.mark.docker
SLOW = (
    (ATTACKS / "00_correct" / "mlp.py")
    .read_text()
    .replace("P = self._probs(X)", "__import__('time').sleep(60)")
)


class Terminal:
    """``grade`` on a terminal of its own, whose screen can be read while it runs."""

    def __init__(self, *arguments):
        self._screen, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            cwd=TOY,
            env=environment(TERM="xterm"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.text = ""

    def until(self, words: str) -> str:
        """Read until the screen shows these words."""
        while words not in self.text:
            self.text += os.read(self._screen, 65536).decode(errors="replace")
        return self.text

    def end(self) -> int:
        """Read to the end; returns the exit code."""
        try:
            while piece := os.read(self._screen, 65536):
                self.text += piece.decode(errors="replace")
        except OSError:  # how Linux says that nobody writes to it any more
            pass
        os.close(self._screen)
        return self.process.wait(timeout=60)


def containers_of(engine, pid: int) -> list:
    return [c for c in engine.containers(OWNER) if c.labels[OWNER].startswith(f"{pid}-")]


def eventually(condition, seconds=20.0) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


@pytest.fixture
def running(engine, hand_in, tmp_path):
    """A grade on a terminal that has passed its second check and sleeps in its third."""
    terminal = Terminal(hand_in(SLOW), "--out", tmp_path / "out")
    terminal.until("forward.logits")
    terminal.until("loss.value")
    assert containers_of(engine, terminal.process.pid)
    yield terminal
    if terminal.process.poll() is None:
        terminal.process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_what_was_graded_and_removes_the_containers(number, running, engine, tmp_path):
    began = time.monotonic()
    os.killpg(running.process.pid, number)
    assert running.end() == 130
    assert time.monotonic() - began < 10
    assert "Interrupted" in running.text
    assert "Traceback" not in running.text
    assert eventually(lambda: not containers_of(engine, running.process.pid))

    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["partial"] is True
    assert report["verdict"] == "ungraded"
    assert {c["id"] for c in report["checks"] if c["outcome"] == "passed"} == {
        "module.loads",
        "forward.logits",
    }


def test_after_a_kill_the_next_run_removes_what_was_left(running, engine, grade, hand_in):
    dead = running.process.pid
    folders = left_in_tmp(dead)
    assert folders
    running.process.kill()
    running.end()

    assert grade(hand_in(ATTACKS / "00_correct", "toy-bo"), "--quiet").status == 0
    assert eventually(lambda: not containers_of(engine, dead))
    assert not [folder for folder in folders if folder.exists()]


def left_in_tmp(pid: int) -> list[Path]:
    """Our folders in the temporary folder whose owner is this process."""
    found = Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER_FILE}")
    return [file.parent for file in found if file.read_text().startswith(f"{pid}-")]
