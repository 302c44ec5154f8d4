"""The grader's side of the judge: hand it a job, give it sandboxes, collect results as they come."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.errors import Ungraded
from grader.judge import job as jobs
from grader.records import LabResult

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from grader.records import CheckResult, MappingMismatch, Usage

GRACE_SECONDS = 180.0
"""Beyond a lab's own time: starting sandboxes, and the judge's own work."""


class JudgeGone(Ungraded):
    """The judge's process ended: ours to find out why."""


ReadClock = Callable[[str], "Usage | None"]
"""Environment → what its sandbox has used; ``None`` if that can't be known."""
AskPackages = Callable[[jobs.PackagesRequest], jobs.PackagesReading]
OpenSandbox = Callable[[str, str], socket.socket]
"""Environment, and why the one before it was lost → the connection of a sandbox with the student's files."""


def judge_lab(  # noqa: C901 - one case per event
    connection: socket.socket,
    job: jobs.Job,
    open_sandbox: OpenSandbox,
    clock: ReadClock,
    packages: AskPackages,
    watch: Callable[[jobs.Event], None],
    sending: AbstractContextManager[object],
) -> LabResult:
    """Have the judge do a job.

    Args:
        connection: The judge's control channel.
        job: What to judge.
        open_sandbox: Called when the judge needs a sandbox; raises Ungraded if there is none to be had.
        clock: Called when the judge asks what a sandbox has used.
        packages: Called when it asks for a phase with packages, or about one.
        watch: Sees every event as it comes, for display.
        sending: Held while the job is sent: several threads may share one judge.

    Returns:
        What was found; on Ctrl-C, what was found by then.

    Raises:
        JudgeGone: Its process has ended.
    """
    ours, theirs = socket.socketpair()
    with ours:
        try:
            with sending:
                jobs.send(connection, job, theirs.fileno())
        except OSError as error:
            raise JudgeGone("The judge is not there any more.", "Run the grade again.") from error
        finally:
            theirs.close()
        checks: list[CheckResult] = []
        mismatches: list[MappingMismatch] = []
        trouble, interrupted = "", False
        try:
            for event in _events(ours, jobs.FAR_NET * job.lab.limits.total_seconds + GRACE_SECONDS):
                if not isinstance(event, jobs.ClockRequest | jobs.PackagesRequest):
                    watch(event)
                match event:
                    case jobs.SandboxRequest(environment=environment, lost=lost):
                        _give_sandbox(ours, environment, lost, open_sandbox)
                    case jobs.ClockRequest(environment=environment):
                        jobs.send(ours, jobs.ClockReading(clock(environment)))
                    case jobs.PackagesRequest():
                        jobs.send(ours, packages(event))
                    case jobs.Finished(result=result):
                        checks.append(result)
                    case jobs.MappingFailed(mismatch=mismatch):
                        mismatches.append(mismatch)
                    case jobs.Done():
                        trouble = event.trouble
        except KeyboardInterrupt:
            interrupted = True
    return LabResult(
        lab=job.lab.id,
        checks=tuple(checks),
        mismatches=tuple(mismatches),
        trouble=trouble,
        interrupted=interrupted,
    )


def _events(channel: socket.socket, seconds: float) -> Iterator[jobs.Event]:
    """What the judge says, up to ``Done``; of a judge that says nothing more, ``Done`` is made here."""
    until = time.monotonic() + seconds
    while True:
        if not select.select([channel], [], [], max(0.0, until - time.monotonic()))[0]:
            yield jobs.Done("the judge took too long")
            return
        received = jobs.receive(channel)
        if received is None:
            yield jobs.Done("the judge ended early")
            return
        event = received[0]
        if not isinstance(event, jobs.Job | jobs.Answer):
            yield event
        if isinstance(event, jobs.Done):
            return


def _give_sandbox(channel: socket.socket, environment: str, lost: str, open_sandbox: OpenSandbox) -> None:
    try:
        connection = open_sandbox(environment, lost)
    except Ungraded:
        channel.sendall(b"0")
        raise
    socket.send_fds(channel, [b"1"], [connection.fileno()])
