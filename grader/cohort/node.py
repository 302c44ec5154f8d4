"""Grading one member on another machine: the job as JSON in, what came of it as JSON out.

A job is complete, and nothing is kept where it is done: the same job may be done twice, and one that is lost with
its machine is done again. The judge stays for the next job of this process.
"""

from __future__ import annotations

import atexit
import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from grader.errors import GraderError, HostUnreachable, Ungraded
from grader.gradebook import Kept
from grader.history import as_reviewed, newest_answer
from grader.judge_service import JudgeService
from grader.pipeline import grade
from grader.records import SafeRecord
from grader.request import Request
from grader.sandbox import owner
from grader.sandbox.gpus import VISIBLE
from grader.sandbox.providers import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.history import Answering
    from grader.judge.job import Event
    from grader.records import Lab


Message = TypeVar("Message", bound=Struct)


class Setting(Struct, frozen=True, kw_only=True):
    """What a class's jobs have in common.

    Attributes:
        course: The course's folder, at the same place on every machine.
        data: The instructor's data folder, likewise; empty: none.
    """

    course: str
    sandbox: str
    device: str = "cpu"
    data: str = ""


class MemberJob(Struct, frozen=True, kw_only=True):
    """All that the verdict on one member follows from, but the repository itself.

    Attributes:
        earlier: The repository's attempts, at any assignment, the oldest first.
    """

    setting: Setting
    request: Request
    earlier: tuple[Kept, ...] = ()


class MemberAnswer(Struct, frozen=True, kw_only=True):
    """What came of a job.

    Attributes:
        record: The attempt, not numbered yet; ``None`` if there is none.
        answered: The number of the earlier attempt that is the answer; 0 if it was graded.
        trouble: Why there is none, and in ``remedy`` what to do.
        ours: Whether another try may succeed.
        owner: Whose the containers and folders of this job are, on its machine.
    """

    record: SafeRecord | None = None
    answered: int = 0
    trouble: str = ""
    remedy: str = ""
    ours: bool = False
    owner: str = ""


def written(message: Struct) -> str:
    """A job or an answer as JSON."""
    return msgspec.json.encode(message, enc_hook=str).decode()


def read(text: str, kind: type[Message]) -> Message:
    """A job or an answer of JSON; raises msgspec.MsgspecError if it is none."""
    return msgspec.json.decode(text, type=kind, dec_hook=lambda found, value: found(value))


def do(text: str) -> str:
    """Do a job."""
    job = read(text, MemberJob)
    history = _Given(job.earlier)
    mine = owner.myself()
    try:
        service = _service(job.setting, os.environ.get(VISIBLE, ""))
        record = grade(job.request, service, history, _Unwatched())
    except GraderError as trouble:
        ours = isinstance(trouble, HostUnreachable | Ungraded)
        return written(MemberAnswer(trouble=trouble.message, remedy=trouble.remedy, ours=ours, owner=mine))
    return written(MemberAnswer(record=record, answered=history.answered, owner=mine))


@functools.cache
def _service(setting: Setting, _gpus: str) -> JudgeService:
    """The judge of this process, started once; with GPUs, once for each set of them that Ray gives to it."""
    provider = PROVIDERS[setting.sandbox](setting.device, lambda _line: None)
    service = JudgeService(provider, Path(setting.course), Path(setting.data) if setting.data else None)
    atexit.register(service.close)
    return service


class _Given:
    """The history that came with the job."""

    def __init__(self, earlier: Sequence[Kept]) -> None:
        self._earlier = earlier
        self.answered = 0

    def answer(self, _url: str, assignment: str, basis: Answering) -> SafeRecord | None:
        """The newest that fits."""
        known = newest_answer(map(as_reviewed, self._at(assignment)), basis)
        self.answered = known.attempt if known else 0
        return known

    def keep(
        self, _url: str, assignment: str, conclude: Callable[[Sequence[Kept]], SafeRecord]
    ) -> SafeRecord:
        """Conclude; who sent the job keeps it."""
        return conclude(self._at(assignment))

    def _at(self, assignment: str) -> tuple[Kept, ...]:
        return tuple(kept for kept in self._earlier if kept.record.assignment == assignment)


class _Unwatched:
    def stage(self, name: str) -> None:
        """Nobody looks."""

    def saw(self, lab: Lab, event: Event) -> None:
        """Nobody looks."""
