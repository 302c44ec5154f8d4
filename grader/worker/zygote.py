"""The zygote: numpy (and torch) are imported once; every check gets a fresh process forked from here.

The judge's commands on the control socket, one byte each, and the answers:

    R                are you ready?  → R, once the libraries are imported and a process waits
    B + a socket     a check begins: the waiting process gets the socket and serves the judge on it
    E                the check is over: kill all it left, wipe its files → E, flags u8, wait status i32

In a container the zygote is PID 1 and keeps uid 0 with the right to change uid and to kill, no more; each
process gets a uid of its own, so it can't touch the zygote, nor the files of the one before it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from grader.worker import child, confine, forwarder

if TYPE_CHECKING:
    from pathlib import Path

READY, BEGIN, END = b"R", b"B", b"E"
ENDED = struct.Struct("!cBi")
PROCESSES, FORWARDER = 999, 999
"""Uids from the base: for student processes, one after the other; and for the forwarder, which is none of them."""
DIED, SPOILED = 1, 2
"""Flags of an end: the process had ended by itself; something that it left could not be removed."""
LAST_BREATH = 0.3
"""Seconds that a process which closed its socket gets to end by itself, so that its exit status is its own."""


class ZygoteConfig(NamedTuple):
    """Where student processes live, and as whom."""

    submission: Path
    tools: Path
    scratch: Path
    uid_base: int = 0
    preload: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    lifetime: int = 3600
    forwards: bool = False
    """Lead the loopback's port for packages to the proxy outside, for as long as a check runs."""


def serve(control: socket.socket, config: ZygoteConfig) -> NoReturn:
    """Answer the judge's commands until the connection closes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, lambda *_: os._exit(1))  # PID 1 has no default action
    signal.alarm(config.lifetime)
    prepare(config)
    forker = Forker(control, config)
    forker.fork_next()
    try:
        while True:
            command, fds, _, _ = socket.recv_fds(control, 1, 1)
            if command == READY:
                control.sendall(READY)
            elif command == BEGIN and fds:
                forker.begin(fds[0])
            elif command == END:
                control.sendall(ENDED.pack(END, *forker.end()))
                forker.fork_next()
            else:
                break
    except OSError:
        pass
    forker.kill_all()
    os._exit(0)


def prepare(config: ZygoteConfig) -> None:
    """Import the libraries with one thread, and freeze the heap so that forks stay cheap."""
    gc.disable()
    confine.deny_imports(config.deny)
    for name in config.preload:
        importlib.import_module(name)
    if "torch" in sys.modules:
        from grader.worker import torch_ready

        torch_ready.prepare()
    gc.enable()
    gc.collect()
    gc.freeze()
    confine.set_dumpable(on=False)
    confine.become_subreaper()


class Forker:
    """One process at a time: forked ahead, handed a socket, killed with all that it left."""

    def __init__(self, control: socket.socket, config: ZygoteConfig) -> None:
        self._control = control
        self._config = config
        self._serial = 0
        self._pid = 0
        self._handover: socket.socket | None = None

    def fork_next(self) -> None:
        """Fork the process of the next check; it confines itself and waits for its socket."""
        self._serial += 1
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            self._control.close()
            home = confine.Home(
                uid=self._config.uid_base and self._config.uid_base + self._serial % PROCESSES,
                scratch=self._config.scratch,
                name=f"check{self._serial}",
            )
            child.live(theirs, home, self._config.submission, self._config.tools)
        theirs.close()
        self._handover = ours

    def begin(self, fd: int) -> None:
        """Give the waiting process its socket."""
        if self._config.forwards:
            forwarder.start(self._config.uid_base and self._config.uid_base + FORWARDER)
        if self._handover is not None:
            with contextlib.suppress(OSError):  # it died while waiting: the judge sees its socket close
                socket.send_fds(self._handover, [BEGIN], [fd])
            self._handover.close()
            self._handover = None
        os.close(fd)

    def end(self) -> tuple[int, int]:
        """Kill everything that the check left and wipe its files.

        Returns:
            Flags, and the process's wait status.
        """
        died, status = self._reap_own()
        self.kill_all()
        while True:
            try:
                pid, any_status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                self.kill_all()
                time.sleep(0.001)
            elif pid == self._pid:
                status = any_status
        clean = True
        if self._config.uid_base:
            clean = all([confine.wipe(self._config.scratch), confine.wipe(confine.SHARED_MEMORY)])
        return DIED * died | SPOILED * (not clean), status

    def _reap_own(self) -> tuple[bool, int]:
        until = time.monotonic() + LAST_BREATH
        while True:
            try:
                pid, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:
                return True, 0
            if pid:
                return True, status
            if time.monotonic() > until or not confine.is_exiting(self._pid):
                return False, 0
            time.sleep(0.002)

    def kill_all(self) -> None:
        """SIGKILL to every process but this one: atomic in a container, a walk over descendants elsewhere."""
        if os.getpid() == 1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            confine.kill_descendants()
