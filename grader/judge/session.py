"""One job: run the lab's suite with pytest in this process, and report every check as it ends."""

from __future__ import annotations

import os
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from grader.judge import job as jobs
from grader.judge.plugin import JudgePlugin
from grader.judge.processes import ZygotePool

if TYPE_CHECKING:
    from grader.judge.clock import JudgeClock
    from grader.judge.place import Place
    from grader.judge.progress import JobProgress
    from grader.records import Usage


def run(job: jobs.Job, place: Place, channel: socket.socket, progress: JobProgress, clock: JudgeClock) -> str:
    """Judge one lab of one submission; results go out over ``channel`` as they come.

    Args:
        job: What to judge.
        place: The course and its real data, as the judge sees them.
        channel: To the grader.
        progress: What was judged by a process before this one.
        clock: Holds this process to its time.

    Returns:
        What was wrong with the suite or with us; empty if it ran to its end.
    """
    suite = place.course / job.lab.suite
    folders = [suite / part for part in (("public",) if job.suite == "public" else ("public", "hidden"))]
    sys.path.insert(0, str(place.course))
    silence()

    zygotes = ZygotePool(partial(_request, channel), partial(_clock, channel), partial(_packages, channel))
    if progress.lives:  # who judged before left its sandboxes in the middle of a conversation
        for environment in job.lab.environments:
            zygotes.abandon(environment, "the judge began anew")
    plugin = JudgePlugin(job, place, zygotes, lambda event: jobs.send(channel, event), progress, clock)
    try:
        status = pytest.main(
            [
                *(str(f) for f in folders if f.is_dir()),
                *("-c", os.devnull, f"--rootdir={suite}", f"--confcutdir={suite}", "--noconftest"),
                *("--import-mode=importlib", "--assert=plain", "--tb=no", "-q", "--no-header"),
                *("-p", "no:cacheprovider", "-p", "no:junitxml", "-p", "no:pastebin", "-p", "no:doctest"),
                *("-W", "ignore"),
            ],
            plugins=[plugin],
        )
    finally:
        zygotes.close()
    if plugin.trouble:
        return plugin.trouble
    return (
        ""
        if status in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
        else f"pytest ended with {status!r}"
    )


def _request(channel: socket.socket, environment: str, lost: str) -> socket.socket | None:
    jobs.send(channel, jobs.SandboxRequest(environment, lost))
    answer, fds, _, _ = socket.recv_fds(channel, 1, 1)
    if answer == b"":
        raise BrokenPipeError
    return socket.socket(fileno=fds[0]) if answer == b"1" and fds else None


def _clock(channel: socket.socket, environment: str) -> Usage | None:
    jobs.send(channel, jobs.ClockRequest(environment))
    received = jobs.receive(channel)
    if received is None:
        raise BrokenPipeError
    answer = received[0]
    return answer.usage if isinstance(answer, jobs.ClockReading) else None


def _packages(channel: socket.socket, request: jobs.PackagesRequest) -> jobs.PackagesReading:
    jobs.send(channel, request)
    received = jobs.receive(channel)
    if received is None:
        raise BrokenPipeError
    answer = received[0]
    return answer if isinstance(answer, jobs.PackagesReading) else jobs.PackagesReading()


def silence() -> None:
    """Send our own standard streams nowhere: results come from hooks alone."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
