"""The student processes of one check, one per environment: begun on first use, ended with the check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader import wire
from grader.checks.failure import fail
from grader.judge.processes import (
    HAD_ENDED,
    Died,
    Killed,
    OutOfTime,
    SandboxLost,
    SandboxSpent,
    StudentProcess,
    TooSlow,
    ZygotePool,
)

if TYPE_CHECKING:
    from grader.records import Limits


class CheckProcesses:
    """Asks questions; what goes wrong over there becomes a finding, what goes wrong here does not.

    Args:
        zygotes: Give the processes.
        limits: Of the lab.
        seconds: Of computing, for each process.
        slow: The hint if they are used up; empty: the usual one.
    """

    def __init__(self, zygotes: ZygotePool, limits: Limits, seconds: float, slow: str = "") -> None:
        self._zygotes = zygotes
        self._limits = limits
        self._seconds = seconds
        self._slow = slow
        self._processes: dict[str, StudentProcess] = {}
        self._spared: set[str] = set()

    def ask(self, environment: str, question: wire.Question, call: str) -> wire.Reply:
        """One question, one reply.

        Raises:
            CheckFailed: The process ended, hung, or broke the agreement.
            Killed: See there.
            SandboxLost: Our side's fault; the next question gets another sandbox.
        """
        try:
            if environment in self._spared:
                raise Died(HAD_ENDED)  # noqa: TRY301
            if environment not in self._processes:
                return self._begin(environment, question)
            return self._processes[environment].ask(question)
        except SandboxSpent as death:
            self._abandon(environment, death.headline)
            raise fail(death.headline, call=call, hint=death.hint) from None
        except TooSlow as death:
            raise fail(death.headline, call=call, hint=self._slow or death.hint) from None
        except Died as death:
            raise fail(death.headline, call=call, hint=death.hint) from None
        except Killed as killed:
            killed.call = call
            raise
        except SandboxLost as lost:
            self._abandon(environment, str(lost))
            raise

    def _begin(self, environment: str, question: wire.Question) -> wire.Reply:
        """A process, and its first question; none where that is known not to end."""
        endless = self._zygotes.endless
        if isinstance(question, wire.Load) and (death := endless.known(environment, question, self._seconds)):
            self._spared.add(environment)
            raise death
        reply_bytes = self._limits.reply_mb << 20
        self._processes[environment] = self._zygotes.begin(environment, self._seconds, reply_bytes)
        try:
            return self._processes[environment].ask(question)
        except OutOfTime as death:
            if isinstance(question, wire.Load):
                endless.note(environment, question, self._seconds, death)
            raise

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self._processes)

    def take_over(self, others: CheckProcesses) -> None:
        """Go on with an earlier check's processes, on this check's own budget."""
        for environment, process in others._processes.items():
            process.renew(self._zygotes.budget(environment, self._seconds))
        self._processes |= others._processes
        others._processes.clear()

    def leave(self) -> None:
        """End all of them."""
        for environment, process in list(self._processes.items()):
            try:
                process.leave()
            except SandboxLost as lost:
                self._abandon(environment, str(lost))
        self._processes.clear()
        self._spared.clear()

    def _abandon(self, environment: str, why: str) -> None:
        self._processes.pop(environment, None)
        self._zygotes.abandon(environment, why)
