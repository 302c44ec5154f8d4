"""A job in a process of its own, and one that watches it: what a student wrote may cost a check, never the others.

The kernel holds the judging process to its computing (``clock``) and this sandbox to its memory. If it ends that
process, the check that it was at gets its result here, and a new process goes on behind it. A process that died of
something else comes to its check once more first: that may have been anybody.
"""

from __future__ import annotations

import mmap
import os
import select
import signal
import socket
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from grader.judge import fault, session
from grader.judge import job as jobs
from grader.judge.clock import JudgeClock, was_heard, what_is_read
from grader.judge.progress import JobProgress
from grader.records import CheckResult

if TYPE_CHECKING:
    from grader.judge.place import Place
    from grader.judge.warmth import Warmth

NOTES_BYTES = 4096


def judge(job: jobs.Job, place: Place, channel: socket.socket, warmth: Warmth) -> None:
    """Do a job.

    Args:
        job: What to judge.
        place: The course and its real data.
        channel: To the grader: gets every event, ``Done`` last.
        warmth: Is told what the job imported.

    Raises:
        OSError: Nobody is listening any more.
    """
    progress = JobProgress()
    while not _Life(job, place, channel, progress, warmth).live():
        progress.lives += 1


class _Life:
    """One judging process, from its fork to its end."""

    def __init__(
        self, job: jobs.Job, place: Place, channel: socket.socket, progress: JobProgress, warmth: Warmth
    ) -> None:
        self._warmth = warmth
        self._job = job
        self._place = place
        self._channel = channel
        self._progress = progress
        self._check: jobs.Started | None = None
        self._began = time.monotonic()
        self._notes = mmap.mmap(-1, NOTES_BYTES)

    def live(self) -> bool:
        """Fork the process, hand on what it says, and see how it ends; True if nothing is left to do."""
        inner, its = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            inner.close()
            self._work(its)
        its.close()
        try:
            done = self._hand_on(inner)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            inner.close()
            _, status = os.waitpid(pid, 0)
        return done or self._ended(status)

    def _work(self, channel: socket.socket) -> NoReturn:
        """The judging process."""
        try:
            self._channel.close()
            with suppress(OSError):  # the first to be killed for memory, not who watches it
                Path("/proc/self/oom_score_adj").write_text("1000")
            clock = JudgeClock(self._notes, self._job.lab.limits.read_seconds)
            trouble = session.run(self._job, self._place, channel, self._progress, clock)
        except BrokenPipeError:
            os._exit(0)  # nobody is listening any more
        except BaseException:
            trouble = traceback.format_exc(limit=-6)
        try:
            jobs.send(channel, jobs.Done(trouble))
            self._warmth.note()
        finally:
            os._exit(0)

    def _hand_on(self, inner: socket.socket) -> bool:
        """Every event to the grader, every answer back; True after ``Done``, False if the process is gone."""
        poller = select.poll()
        poller.register(inner, select.POLLIN)
        poller.register(self._channel, 0)
        while True:
            if self._channel.fileno() in dict(poller.poll()):
                raise BrokenPipeError
            received = jobs.receive(inner)
            if received is None:
                return False
            event = received[0]
            jobs.send(self._channel, event)
            match event:
                case jobs.SandboxRequest():
                    self._hand_sandbox(inner)
                case jobs.Started():
                    self._check, self._began = event, time.monotonic()
                case jobs.Finished(result=result):
                    self._check = None
                    self._progress.outcomes[result.id] = fault.stands_as(result)
                case jobs.MappingFailed():
                    pass
                case jobs.Done():
                    return True
                case _:
                    self._hand_answer(inner)

    def _hand_sandbox(self, inner: socket.socket) -> None:
        answer, fds, _, _ = socket.recv_fds(self._channel, 1, 1)
        if not answer:
            raise BrokenPipeError
        socket.send_fds(inner, [answer], fds)
        for fd in fds:
            os.close(fd)

    def _hand_answer(self, inner: socket.socket) -> None:
        """Of every other request the answer is one message."""
        answer = jobs.receive(self._channel)
        if answer is None:
            raise BrokenPipeError
        jobs.send(inner, answer[0])

    def _ended(self, status: int) -> bool:
        """The process died: what that means for its check; True if it was at none, so that nobody can go on."""
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit status {status >> 8}"
        if self._check is None:
            jobs.send(self._channel, jobs.Done(f"the judge ended early: {how}"))
            return True
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
            self._finish(
                self._check, fault.TooLong(what_is_read(self._notes), self._job.lab.limits.read_seconds)
            )
        elif self._progress.died == self._check.id:
            self._finish(self._check, fault.JudgeDied(f"the judge ended at this check, twice: {how}"))
        else:
            self._progress.died = self._check.id
        return False

    def _finish(self, check: jobs.Started, error: Exception) -> None:
        meaning = fault.meaning(error, heard=was_heard(self._notes), hidden=check.hidden)
        criterion = next((c.id for c in self._job.lab.criteria if check.id in c.checks), "")
        self._progress.outcomes[check.id] = meaning.outcome
        result = CheckResult(
            id=check.id,
            lab=self._job.lab.id,
            promise=check.promise,
            outcome=meaning.outcome,
            criterion=criterion,
            hidden=check.hidden,
            fault=meaning.fault,
            finding=meaning.finding,
            seconds=time.monotonic() - self._began,
        )
        jobs.send(self._channel, jobs.Finished(result))
