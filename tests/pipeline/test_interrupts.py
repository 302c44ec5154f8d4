"""Three signals, one way to stop; and blocks that are done as a whole."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from grader import interrupts


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    before = {number: signal.getsignal(number) for number in interrupts.SIGNALS}
    state = {name: value for name, value in vars(interrupts._State).items() if not name.startswith("__")}
    interrupts.install()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    for name, value in state.items():
        setattr(interrupts._State, name, value)


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_each_signal_is_a_keyboard_interrupt(number):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_signals_that_come_together_are_one(monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGHUP)
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGHUP)
    monkeypatch.setattr("grader.interrupts.time.monotonic", lambda: time.time() + 1e9)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


def test_a_deferred_block_is_done_as_a_whole_and_stops_when_asked():
    done = []
    with interrupts.deferred():
        with interrupts.deferred():
            signal.raise_signal(signal.SIGTERM)
        interrupts.raise_pending()  # not yet: the outer block is not done
        done.append(1)
    assert done
    with pytest.raises(KeyboardInterrupt):
        interrupts.raise_pending()
    interrupts.raise_pending()  # once is enough


def test_another_threads_block_defers_nothing_here():
    inside, leave = threading.Event(), threading.Event()

    def work():
        with interrupts.deferred():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    leave.set()
    thread.join()


PROGRAM = """
import signal, sys, time
from grader import interrupts
interrupts.install()
with interrupts.deferred():
    print("ready", flush=True)
    time.sleep(60)
"""


def start(*before):
    process = subprocess.Popen(
        [*before, sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def test_the_third_ctrl_c_leaves_at_once():
    with start() as process:
        for _ in range(3):
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        assert process.wait(timeout=20) == 130


@pytest.mark.skipif(not os.path.exists("/usr/bin/nohup"), reason="nohup is not here")
def test_what_nohup_ignores_stays_ignored():
    with start("nohup") as process:
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        assert process.poll() is None
        process.kill()


IN_TEXT = """
from grader import __main__ as program, cli
cli.run = lambda arguments: exec("raise KeyboardInterrupt")
program.main()
"""


def test_the_exit_code_is_ours_wherever_the_signal_came(tmp_path):
    """Also within an ``exec`` of text, as in the making of a dataclass during an import."""
    (tmp_path / "started.py").write_text(IN_TEXT)
    ended = subprocess.run([sys.executable, "-m", "started"], cwd=tmp_path, check=False)
    assert ended.returncode == 130


STUCK = """
import threading
from grader import __main__ as program, cli
program.LINGER = 0.2
def run(arguments):
    threading.Thread(target=threading.Event().wait).start()
    raise KeyboardInterrupt
cli.run = run
program.main()
"""


def test_a_thread_that_never_ends_holds_nobody_up():
    ended = subprocess.run([sys.executable, "-c", STUCK], check=False, timeout=60)
    assert ended.returncode == 130
