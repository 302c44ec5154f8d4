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
from grader.judge.budget import Budget, Idled, Spent
from grader.judge.endless import EndlessLoads
from grader.judge.job import FAR_NET, PackagesReading

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.judge.job import PackagesRequest
    from grader.records import Usage

READY, BEGIN, END = b"R", b"B", b"E"
ENDED = struct.Struct("!cBi")
HAD_ENDED = "Your code's process had already ended."
DIED, SPOILED = 1, 2
START_SECONDS = 120.0
"""Our own patience with a sandbox that is starting; never charged to the student."""
END_SECONDS = 30.0


class SandboxLost(Exception):
    """The zygote is gone or answers nonsense: this sandbox can't be used any more."""


class NotCleared(SandboxLost):
    """The zygote is still at ending what a process left: too many processes, or too many files."""


class Died(Exception):
    """The student's process ended, or was ended; says how, in words for the student."""

    def __init__(self, headline: str, hint: str = "") -> None:
        super().__init__(headline)
        self.headline = headline
        self.hint = hint


class OutOfTime(Died):
    """The check's seconds were used up, by computing or by waiting."""


class TooSlow(OutOfTime):
    """By computing."""


class SandboxSpent(Died):
    """The student's process ended, and its sandbox is of no use any more."""


class OutOfMemory(SandboxSpent):
    """The student's process took its whole sandbox down: the kernel says that its memory was full."""

    def __init__(self) -> None:
        super().__init__(
            "Your code took its whole sandbox down.", "It used far more memory or processes than allowed."
        )


class LeftTooMuch(SandboxSpent):
    """The student's process ended, and what it left could not be cleared away in time."""

    def __init__(self) -> None:
        super().__init__(
            f"Your code left more behind than could be cleared away in {END_SECONDS:g} seconds.",
            "Look for processes that start others, and for thousands of files.",
        )


class Killed(Exception):
    """A student process was killed, and not for its own memory: by itself, or by this machine.

    Nothing tells the two apart at once. Code that kills itself does so again; so the check is repeated.
    """

    call = ""
    """What was called then."""
    is_undecided = False
    """More than the student's code ran there: a person decides."""


class ZygoteClient:
    """A zygote's control channel.

    Attributes:
        spoiled: Whether a process left something that could not be removed: the next one must not find it.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self.spoiled = False
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
        """Kill the process with all it left; returns whether it had died by itself, and its wait status.

        Raises:
            NotCleared: That takes too long.
            SandboxLost: The sandbox is gone.
        """
        self._say(END)
        try:
            answer = self._receive(ENDED.size, END_SECONDS)
        except SandboxLost as lost:
            raise NotCleared(str(lost)) if isinstance(lost.__cause__, wire.TooLate) else lost from None
        command, flags, status = ENDED.unpack(answer)
        if command != END:
            raise SandboxLost("the sandbox sent an answer that makes no sense")
        self.spoiled = bool(flags & SPOILED)
        return bool(flags & DIED), status

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
            return bytes(wire.receive(self._control, count, wire.At(time.monotonic() + seconds)))
        except wire.WireError as error:
            raise SandboxLost(str(error)) from error


class StudentProcess:
    """One student process, for one check.

    Args:
        client: Its zygote.
        budget: What the check may use.
        reply_bytes: Largest reply.
    """

    def __init__(self, client: ZygoteClient, budget: Budget, reply_bytes: int) -> None:
        self._client = client
        self._channel: socket.socket | None = client.begin()
        self._budget = budget
        self._reply_bytes = reply_bytes

    def ask(self, question: wire.Question) -> wire.Reply:
        """One question, exactly one reply.

        Raises:
            Died: The process ended, hung, or broke the agreement; it is gone now.
            SandboxSpent: And the sandbox with it.
            Killed: It was killed, and nothing says by whom.
            SandboxLost: The sandbox went down with it, or the machine gave it too little to go on.
        """
        if self._channel is None:
            raise Died(HAD_ENDED)
        identity = os.urandom(wire.ID_BYTES)
        self._budget.asked()
        try:
            if not wire.is_quiet(self._channel):
                raise wire.WireError("something was said before a question was asked")  # noqa: TRY301
            wire.send(self._channel, wire.encode(question, identity), self._budget)
            return wire.read_reply(self._channel, identity, wire.Bounds(self._reply_bytes, self._budget))
        except wire.TooLate as late:
            self._end()
            raise _out_of_time(late, self._budget.seconds) from None
        except wire.TooLarge:
            self._end()
            raise Died(
                "Your code returned more than can be read.",  # how much is the student's number
                f"At most {self._reply_bytes >> 20} MB are read: check the shape of what you return.",
            ) from None
        except wire.Closed:
            died, status = self._end()
            raise self._exit_reason(died, status) from None
        except wire.WireError as error:
            self._end()
            raise Died(
                "Your code's process wrote to the grader's own connection.",
                f"What it wrote is not an answer ({error}). Don't write to open files or sockets you did not open.",
            ) from None
        finally:
            self._budget.answered()

    def renew(self, budget: Budget) -> None:
        """Another check goes on with it."""
        self._budget = budget

    def leave(self) -> tuple[bool, int]:
        """End the process; harmless if it ended before."""
        if self._channel is None:
            return True, 0
        self._channel.close()
        self._channel = None
        self._budget.asked()
        self._budget.look()
        return self._client.end()

    def _end(self) -> tuple[bool, int]:
        try:
            return self.leave()
        except NotCleared:  # whatever the process did, it is not alive to do better
            raise LeftTooMuch from None
        except SandboxLost:
            self._budget.look()
            if self._budget.memory_killed:
                raise OutOfMemory from None
            raise

    def _exit_reason(self, died: bool, status: int) -> Exception:
        if not died:
            return Died(
                "Your code closed the connection to the grader.", "Don't close files that you did not open."
            )
        if not os.WIFSIGNALED(status):
            return Died(
                f"Your code ended its own process ({_exit_code(status)}).",
                "Remove exit(), quit() and os._exit(): a library must return to its caller.",
            )
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            if self._budget.memory_killed:
                return Died(
                    "Your code's process was killed: it used more memory than allowed.",
                    "Look for arrays that grow with every step, or a shape like (N, N) where (N,) was meant.",
                )
            if self._budget.host_killed:
                return SandboxLost("this machine's memory was full, and the kernel killed a process of it")
            return Killed("a process of the sandbox was killed, and not for its memory")
        if number == signal.SIGSEGV:
            return Died(
                "Your code's process crashed (segmentation fault).",
                "This happens with endless recursion and with ctypes; look for a function that calls itself.",
            )
        return Died(f"Your code's process ended with {_signal_name(number)}.")


def _exit_code(status: int) -> str:
    """0, 1 and 2, as programs end; any other number is the student's to choose."""
    code = os.waitstatus_to_exitcode(status)
    return f"exit code {code}" if code in (0, 1, 2) else "an exit code of its own"


def _signal_name(number: int) -> str:
    """``SIGTERM``; a real-time signal has a number only."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _out_of_time(late: wire.TooLate, seconds: float) -> Exception:
    match late:
        case Spent():
            return TooSlow(
                f"Your code did not finish within {seconds:g} seconds of computing.",
                "Look for a loop that never ends, or training at the top level of the file; "
                'code that should only run as a script belongs under `if __name__ == "__main__":`.',
            )
        case Idled():
            return OutOfTime(
                f"Your code did not finish within {seconds:g} seconds: it was waiting.",
                "Look for a sleep, a wait for input, or a lock that nobody opens.",
            )
        case _:
            return SandboxLost(
                f"this machine gave the check less than {seconds:g} s of computing in {FAR_NET:g} times as long"
            )


class ZygotePool:
    """The sandboxes of one job, one per environment, asked for when first needed.

    Args:
        request: Asks the grader for a sandbox: environment and why the last was lost → its connection, or ``None``.
        clock: Asks the grader what an environment's sandbox has used.
        packages: Asks the grader for a phase with packages, or about one.

    Attributes:
        endless: What did not finish loading.
    """

    def __init__(
        self,
        request: Callable[[str, str], socket.socket | None],
        clock: Callable[[str], Usage | None],
        packages: Callable[[PackagesRequest], PackagesReading] = lambda _: PackagesReading(),
    ) -> None:
        self._request = request
        self.packages = packages
        self.endless = EndlessLoads()
        self._clock = clock
        self._budgets: list[Budget] = []
        self._clients: dict[str, ZygoteClient] = {}
        self._lost: dict[str, str] = {}

    def client(self, environment: str) -> ZygoteClient:
        """The sandbox of this environment; another one if the last was spoiled.

        Raises:
            SandboxLost: There is none to be had: our side's fault.
        """
        if environment in self._clients and self._clients[environment].spoiled:
            self.abandon(environment, "something was left in it that could not be removed")
        if environment not in self._clients:
            control = self._request(environment, self._lost.pop(environment, ""))
            if control is None:
                raise SandboxLost(f"no sandbox for {environment}")
            try:
                self._clients[environment] = ZygoteClient(control)
            except SandboxLost as lost:  # it ended before it said a word: the next request is for another
                control.close()
                self._lost[environment] = str(lost)
                raise
        return self._clients[environment]

    def begin(self, environment: str, seconds: float, reply_bytes: int) -> StudentProcess:
        """A process for one check, with its budget.

        Raises:
            SandboxLost: There is no sandbox to be had: our side's fault.
        """
        client = self.client(environment)
        return StudentProcess(client, self.budget(environment, seconds), reply_bytes)

    def budget(self, environment: str, seconds: float) -> Budget:
        """What a check may use of an environment's sandbox, from now on."""
        budget = Budget(seconds, lambda: self._clock(environment))
        self._budgets.append(budget)
        return budget

    @property
    def used(self) -> float:
        """Seconds that student processes have computed and waited in all."""
        return sum(budget.computed + budget.waited for budget in self._budgets)

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
