"""A zygote that does not answer: what a student left is theirs, a sandbox that is gone is not."""

import signal
import socket
import threading

import pytest

from grader.judge import processes
from grader.judge.budget import Budget
from grader.judge.processes import Died, Killed, LeftTooMuch, SandboxLost, StudentProcess, ZygoteClient
from grader.records import Usage


def zygote(control, *, clears):
    """Says that it is ready, hangs up on the process at once, and is then busy clearing, or gone."""
    control.recv(1)
    control.sendall(processes.READY)
    _, fds, _, _ = socket.recv_fds(control, 1, 1)
    socket.socket(fileno=fds[0]).close()
    control.recv(1)
    if not clears:
        control.close()


@pytest.mark.parametrize(("clears", "wanted"), [(True, LeftTooMuch), (False, SandboxLost)])
def test_who_leaves_more_than_can_be_cleared_away_has_failed(monkeypatch, clears, wanted):
    monkeypatch.setattr(processes, "END_SECONDS", 0.2)
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=zygote, args=(theirs,), kwargs={"clears": clears})
    thread.start()
    process = StudentProcess(ZygoteClient(ours), Budget(5, lambda: None), 1 << 20)
    with pytest.raises(wanted):
        process.ask(processes.wire.Get("m", "x"))
    thread.join()
    ours.close()
    theirs.close()


def killer(control):
    """A zygote whose process is killed at once."""
    control.recv(1)
    control.sendall(processes.READY)
    _, fds, _, _ = socket.recv_fds(control, 1, 1)
    socket.socket(fileno=fds[0]).close()
    control.recv(1)
    control.sendall(processes.ENDED.pack(processes.END, processes.DIED, signal.SIGKILL))


@pytest.mark.parametrize(
    ("kills", "wanted"),
    [({"memory_kills": 1}, Died), ({"host_kills": 1}, SandboxLost), ({}, Killed)],
    ids=["its own memory was full", "this machine's memory was full", "by a hand"],
)
def test_whose_memory_was_full_decides_whose_fault_a_kill_is(kills, wanted):
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=killer, args=(theirs,))
    thread.start()
    told = iter([Usage(cpu_seconds=0.0)])
    budget = Budget(5, lambda: next(told, Usage(cpu_seconds=0.1, **kills)))
    process = StudentProcess(ZygoteClient(ours), budget, 1 << 20)
    with pytest.raises(wanted):
        process.ask(processes.wire.Get("m", "x"))
    thread.join()
    ours.close()
    theirs.close()
