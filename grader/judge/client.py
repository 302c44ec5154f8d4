"""The grader's side of the judge: hand it a job, give it sandboxes, collect results as they come."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.errors import Ungraded
from grader.judge import job as jobs
from grader.records import CheckResult

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

GRACE_SECONDS = 180.0
"""Beyond a lab's own time: starting sandboxes, and the judge's own work."""


class LabResult(Struct, frozen=True, kw_only=True):
    """What came of a job.

    Attributes:
        results: In the order in which the checks ran.
        mismatches: Mappings that don't fit: module and what went wrong.
        trouble: What was wrong with the suite or with us; empty if the suite ran to its end.
    """

    results: tuple[CheckResult, ...]
    mismatches: tuple[jobs.MappingMismatch, ...] = ()
    trouble: str = ""


class JudgeGone(Ungraded):
    """The judge's process ended: ours to find out why."""


OpenSandbox = Callable[[str, str], socket.socket]
"""Environment, and why the one before it was lost → the connection of a sandbox with the student's files."""


def judge_lab(
    connection: socket.socket,
    job: jobs.Job,
    open_sandbox: OpenSandbox,
    watch: Callable[[jobs.Event], None],
    sending: AbstractContextManager[object],
) -> LabResult:
    """Have the judge do a job.

    Args:
        connection: The judge's control channel.
        job: What to judge.
        open_sandbox: Called when the judge needs a sandbox; raises Ungraded if there is none to be had.
        watch: Sees every event as it comes, so that nothing is lost if this is interrupted.
        sending: Held while the job is sent: several threads may share one judge.

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
        return _follow(ours, job, open_sandbox, watch)


def _follow(
    channel: socket.socket, job: jobs.Job, open_sandbox: OpenSandbox, watch: Callable[[jobs.Event], None]
) -> LabResult:
    results: list[CheckResult] = []
    mismatches: list[jobs.MappingMismatch] = []
    until = time.monotonic() + job.lab.limits.total_seconds + GRACE_SECONDS
    while True:
        if not select.select([channel], [], [], max(0.0, until - time.monotonic()))[0]:
            return LabResult(
                results=tuple(results), mismatches=tuple(mismatches), trouble="the judge took too long"
            )
        received = jobs.receive(channel)
        if received is None:
            return LabResult(
                results=tuple(results), mismatches=tuple(mismatches), trouble="the judge ended early"
            )
        event = received[0]
        if isinstance(event, jobs.Job):
            continue
        watch(event)
        match event:
            case jobs.SandboxRequest(environment=environment, lost=lost):
                _give_sandbox(channel, environment, lost, open_sandbox)
            case jobs.Finished(result=result):
                results.append(result)
            case jobs.MappingMismatch():
                mismatches.append(event)
            case jobs.Done(trouble=trouble):
                return LabResult(results=tuple(results), mismatches=tuple(mismatches), trouble=trouble)


def _give_sandbox(channel: socket.socket, environment: str, lost: str, open_sandbox: OpenSandbox) -> None:
    try:
        connection = open_sandbox(environment, lost)
    except Ungraded:
        channel.sendall(b"0")
        raise
    socket.send_fds(channel, [b"1"], [connection.fileno()])
