"""A class graded on a Ray cluster: each member is a task, and nodes need Docker, the course and this grader.

The gradebook stays with who started it: jobs carry what they need of it, and each result is kept here when it
comes, once. A task whose node is lost is done again by Ray, elsewhere. Nodes get the images that are here.
"""

from __future__ import annotations

import functools
import os
import socket
from typing import TYPE_CHECKING, Any, NamedTuple

from grader import __version__
from grader.cohort import node
from grader.cohort.nodes import fetch_images, tidy
from grader.course import load
from grader.errors import Ungraded, UsageError
from grader.sandbox.engine import Engine
from grader.submission.address import Local, parse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.gradebook import Kept
    from grader.history import History, KeptHistory
    from grader.records import Record, SafeRecord
    from grader.request import Request, Watch
    from grader.sandbox.environment import Progress

INSTALL = "Install it here and on every node: pip install 'grader[ray]' -c constraints.txt"
START = "Start one: `ray start --head --include-dashboard=false`, and `ray start --address=HOST:6379` on each node."
CONNECT_SECONDS = 10.0
CPUS, MEMORY = 2, 3 << 30
"""What one submission takes of a node: its judge and its sandboxes."""
AGAIN = 3
"""How often a task is done again whose node was lost."""


class RayEngine:
    """Grades on a cluster (``ClassEngine``).

    Args:
        setting: Of every job.
        history: Where attempts are kept.
        course: The course here: what nodes grade by must be the same.
        progress: Is called with what takes long.

    Raises:
        UsageError: Ray isn't installed, there is no cluster, or no node of it is large enough.
        Ungraded: A node could not be given the images.
    """

    def __init__(self, setting: node.Setting, history: KeptHistory, course: Path, progress: Progress) -> None:
        self._setting, self._history, self._course, self._say = setting, history, course, progress
        self._ray = ray = _connected()
        gpus = 0 if setting.device == "cpu" else 1
        self._slot = {"num_cpus": CPUS, "memory": MEMORY, "num_gpus": gpus}
        self.jobs = sum(_slots(known["Resources"], gpus) for known in ray.nodes() if known["Alive"])
        if not self.jobs:
            raise UsageError(
                f"No node of the Ray cluster has {CPUS} CPUs, {MEMORY >> 30} GB of memory"
                f"{' and a GPU' if gpus else ''}.",
                START,
            )
        self._do = ray.remote(node.do).options(**self._slot, max_retries=AGAIN, name="grade")
        self._owners: dict[str, None] = {}
        if setting.sandbox == "docker":
            fetch_images(ray, Engine(), progress)

    def grade(self, request: Request, history: History, watch: Watch) -> SafeRecord:
        """Grade one repository somewhere, and keep what was found."""
        watch.stage("grade")
        earlier = self._history.kept(_key(request))
        job = node.MemberJob(setting=self._setting, request=request, earlier=earlier)
        try:
            said = self._ray.get(self._do.remote(node.written(job)))
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None) or error  # what a task raised, or what became of its node
            words = str(cause).strip().splitlines() or [type(cause).__name__]
            raise Ungraded(
                f"The cluster lost it: {words[0][:300]}", "`ray status` shows its nodes."
            ) from error
        answer = node.read(said, node.MemberAnswer)
        self._owners[answer.owner] = None
        if answer.record is None:
            raise (Ungraded if answer.ours else UsageError)(answer.trouble, answer.remedy)
        record = answer.record
        if answer.answered:
            known = history.answer(record.url, record.assignment, _Numbered(answer.answered))
            if known is not None:
                return known
        self._check_same(record)
        return history.keep(record.url, record.assignment, lambda now: _unless_changed(record, earlier, now))

    def close(self) -> None:
        """Remove what is left on the nodes, and hang up; what could not be removed costs nobody a verdict."""
        if not self._ray.is_initialized():
            return
        try:
            tidy(self._ray, list(self._owners))
        except Ungraded as trouble:
            self._say(f"{trouble.message.rstrip('.')}. Containers may be left there.")
        finally:
            self._ray.shutdown()

    def _check_same(self, record: Record) -> None:
        """Raise Ungraded if a node graded by another course, or with another grader."""
        here = _digest(self._course, record.assignment)
        if (record.suite_digest, record.grader_version) != (here, __version__):
            raise Ungraded(
                "A node of the cluster has another state of the course, or another grader.",
                f"Bring {self._course} and the grader to the same state on every node.",
            )


@functools.cache
def _digest(course: Path, assignment: str) -> str:
    """Of the course here, as it was when its first result came."""
    return load(course, assignment).digest


class _Numbered(NamedTuple):
    """Answered by one attempt."""

    number: int

    def answered_by(self, record: Record) -> bool:
        """Whether it is this one."""
        return record.attempt == self.number


def _unless_changed(record: SafeRecord, earlier: Sequence[Kept], now: Sequence[Kept]) -> SafeRecord:
    """The record, if nobody added to its history meanwhile: it says what came before it."""
    known = [kept.record.attempt for kept in earlier if kept.record.assignment == record.assignment]
    if known != [kept.record.attempt for kept in now]:
        raise Ungraded("Another grader graded this repository at the same time.")
    return record


def _key(request: Request) -> str:
    """The repository's address as its attempts have it."""
    address = parse(request.repo, trusted_origin=request.trusted_origin)
    return str(address.path) if isinstance(address, Local) else address.url


def _slots(resources: dict[str, float], gpus: int) -> int:
    """How many submissions a node can take at a time."""
    room = min(resources.get("CPU", 0) // CPUS, resources.get("memory", 0) // MEMORY)
    return int(min(room, resources.get("GPU", 0)) if gpus else room)


def _connected() -> Any:
    """Ray, connected to the cluster at ``RAY_ADDRESS``, or to the one on this machine."""
    try:
        import ray
    except ImportError as error:
        raise UsageError("--engine ray needs the package ray.", INSTALL) from error
    where = os.environ.get("RAY_ADDRESS", "auto")
    try:
        _check_answers(where)
        ray.init(where, namespace="grader", log_to_driver=False, configure_logging=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f"There is no Ray cluster at '{where}'.", START) from error
    return ray


def _check_answers(where: str) -> None:
    """Raise OSError if nobody listens at ``host:port``: Ray itself would ask for minutes."""
    host, colon, port = where.rpartition(":")
    if colon and "/" not in where:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
