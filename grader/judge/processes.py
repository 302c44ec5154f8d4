"""Sandboxes and the processes in them: one fresh process per check, one conversation with it, one end.

Everything here faces the student's side, so it reads only what was announced, by a deadline, and takes nothing
that it receives for true: a process's last status only chooses the words in which its end is reported.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from typing import TYPE_CHECKING

from grader import wire

if TYPE_CHECKING:
    from collections.abc import Callable

READY, BEGIN, END = b"R", b"B", b"E"
ENDED = struct.Struct("!cBi")
START_SECONDS = 120.0
"""Our own patience with a sandbox that is starting; never charged to the student."""
END_SECONDS = 30.0


class SandboxLost(Exception):
    """The zygote is gone or answers nonsense: this sandbox can't be used any more."""


class Died(Exception):
    """The student's process ended, or was ended; says how, in words for the student."""

    def __init__(self, headline: str, hint: str = "") -> None:
        super().__init__(headline)
        self.headline = headline
        self.hint = hint


class ZygoteClient:
    """A zygote's control channel."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._say(READY)
        if self._receive(1, START_SECONDS) != READY:
            raise SandboxLost("the sandbox did not report that it is ready")

    def begin(self) -> socket.socket:
        """Start a process; returns our end of its channel."""
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [BEGIN], [theirs.fileno()])
        except OSError as error:
            raise SandboxLost("the sandbox is gone") from error
        finally:
            theirs.close()
        return ours

    def end(self) -> tuple[bool, int]:
        """Kill the process with all it left; returns whether it had died by itself, and its wait status."""
        self._say(END)
        command, died, status = ENDED.unpack(self._receive(ENDED.size, END_SECONDS))
        if command != END:
            raise SandboxLost("the sandbox sent an answer that makes no sense")
        return bool(died), status

    def close(self) -> None:
        """Hang up: everything in the sandbox ends."""
        self._control.close()

    def _say(self, command: bytes) -> None:
        try:
            self._control.send(command, socket.MSG_NOSIGNAL)
        except OSError as error:
            raise SandboxLost("the sandbox is gone") from error

    def _receive(self, count: int, seconds: float) -> bytes:
        try:
            return bytes(wire.receive(self._control, count, time.monotonic() + seconds))
        except wire.WireError as error:
            raise SandboxLost(str(error)) from error


class StudentProcess:
    """One student process, for one check."""

    def __init__(self, client: ZygoteClient, seconds: float, reply_bytes: int) -> None:
        self._client = client
        self._channel: socket.socket | None = client.begin()
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._reply_bytes = reply_bytes

    def ask(self, question: wire.Question) -> wire.Reply:
        """One question, exactly one reply.

        Raises:
            Died: The process ended, hung, or broke the agreement; it is gone now.
            SandboxLost: The sandbox went down with it.
        """
        if self._channel is None:
            raise Died("Your code's process had already ended.")
        identity = os.urandom(wire.ID_BYTES)
        try:
            if not wire.is_quiet(self._channel):
                raise wire.WireError("something was said before a question was asked")  # noqa: TRY301
            wire.send(self._channel, wire.encode(question, identity), self._deadline)
            return wire.read_reply(self._channel, identity, wire.Bounds(self._reply_bytes, self._deadline))
        except wire.TooLate:
            self.leave()
            raise Died(
                f"Your code did not finish within {self._seconds:g} seconds.",
                "Look for a loop that never ends, a wait for input, or training at the top level of the file; "
                'code that should only run as a script belongs under `if __name__ == "__main__":`.',
            ) from None
        except wire.TooLarge as error:
            self.leave()
            raise Died(
                f"Your code returned more than can be read: {error}.",
                f"At most {self._reply_bytes >> 20} MB are read: check the shape of what you return.",
            ) from None
        except wire.Closed:
            died, status = self.leave()
            raise _exit_reason(died, status) from None
        except wire.WireError as error:
            self.leave()
            raise Died(
                "Your code's process wrote to the grader's own connection.",
                f"What it wrote is not an answer ({error}). Don't write to open files or sockets you did not open.",
            ) from None

    def leave(self) -> tuple[bool, int]:
        """End the process; harmless if it ended before."""
        if self._channel is None:
            return True, 0
        self._channel.close()
        self._channel = None
        return self._client.end()


def _exit_reason(died: bool, status: int) -> Died:
    if not died:
        return Died(
            "Your code closed the connection to the grader.", "Don't close files that you did not open."
        )
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return Died(
                "Your code's process was killed: most likely it used more memory than allowed.",
                "Look for arrays that grow with every step, or a shape like (N, N) where (N,) was meant.",
            )
        if number == signal.SIGSEGV:
            return Died(
                "Your code's process crashed (segmentation fault).",
                "This happens with endless recursion and with ctypes; look for a function that calls itself.",
            )
        return Died(f"Your code's process ended with {signal.Signals(number).name}.")
    return Died(
        f"Your code ended its own process (exit code {os.waitstatus_to_exitcode(status)}).",
        "Remove exit(), quit() and os._exit(): a library must return to its caller.",
    )


class ZygotePool:
    """The sandboxes of one job, one per environment, asked for when first needed.

    Args:
        request: Asks the grader for a sandbox: environment and why the last was lost → its connection, or ``None``.
    """

    def __init__(self, request: Callable[[str, str], socket.socket | None]) -> None:
        self._request = request
        self._clients: dict[str, ZygoteClient] = {}
        self._lost: dict[str, str] = {}

    def client(self, environment: str) -> ZygoteClient:
        """The sandbox of this environment.

        Raises:
            SandboxLost: There is none to be had: our side's fault.
        """
        if environment not in self._clients:
            control = self._request(environment, self._lost.pop(environment, ""))
            if control is None:
                raise SandboxLost(f"no sandbox for {environment}")
            self._clients[environment] = ZygoteClient(control)
        return self._clients[environment]

    def abandon(self, environment: str, why: str) -> None:
        """Give up a sandbox that was lost; the next check gets another."""
        client = self._clients.pop(environment, None)
        if client is not None:
            client.close()
            self._lost[environment] = why or "lost"

    def close(self) -> None:
        """Hang up on all sandboxes."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
