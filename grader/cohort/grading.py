"""Grading a class: several submissions side by side, each result kept as it comes.

One judge and one provider of sandboxes serve them all. A submission that can't be graded costs itself alone: what
is our fault, or the network's, is tried again behind the others. A run that was killed is run again: what it had
kept is answered from the gradebook, as long as the commit, the suite and the images are the same.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple, Protocol

from grader.errors import GraderError, HostUnreachable, Ungraded
from grader.pipeline import grade
from grader.records import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from grader.cohort.roster import ClassMember
    from grader.gradebook import Kept
    from grader.history import Answering, History
    from grader.judge.job import Event
    from grader.judge_service import JudgeService
    from grader.records import Lab, SafeRecord
    from grader.request import Request, Watch

AHEAD = 2
"""Submissions for each job that are under way, or graded and not yet taken: a class's records never pile up."""
TRIES = 3
PAUSES = (0.0, 5.0, 30.0)
"""Seconds before each try: time for a daemon to come back."""


class ClassResult(NamedTuple):
    """What came of one member.

    Attributes:
        member: Whose.
        record: The attempt; ``None`` if it could not be graded.
        trouble: Why not, and what to do; empty if it was graded.
        ours: Whether that was our fault, or the network's, and so worth another try.
        answered: Whether an earlier attempt was the answer.
        seconds: How long it took, of the last try.
    """

    member: ClassMember
    record: SafeRecord | None
    trouble: str = ""
    ours: bool = False
    answered: bool = False
    seconds: float = 0.0


class ClassEngine(Protocol):
    """Where a class is graded; used from several threads."""

    @property
    def jobs(self) -> int:
        """How many submissions it grades side by side, if nobody says."""
        ...

    def grade(self, request: Request, history: History, watch: Watch) -> SafeRecord:
        """Grade one repository, and keep what was found; raises GraderError as ``pipeline.grade``."""
        ...

    def close(self) -> None:
        """End what is being graded."""
        ...


class OneMachine(NamedTuple):
    """This machine: one judge and one provider of sandboxes for all.

    Attributes:
        service: Closed with it.
    """

    service: JudgeService

    @property
    def jobs(self) -> int:
        """Half of the cores, for each submission has a judge's process and a student's; no more than GPUs."""
        gpus = self.service.provider.gpus.count
        room = max(1, (os.cpu_count() or 2) // 2)
        return min(room, gpus) if gpus else room

    def grade(self, request: Request, history: History, watch: Watch) -> SafeRecord:
        """Grade it here."""
        return grade(request, self.service, history, watch)

    def close(self) -> None:
        """End what is being graded."""
        self.service.close()


class ClassWatch(Protocol):
    """Sees what happens to the class; called from several threads."""

    def begun(self, member: ClassMember) -> None:
        """A submission is being graded."""
        ...

    def saw(self, member: ClassMember, lab: Lab, event: Event) -> None:
        """The judge did something."""
        ...

    def again(self, member: ClassMember, why: str) -> None:
        """It could not be graded, and will be tried again."""
        ...


def grade_class(
    members: Sequence[ClassMember],
    request_for: Callable[[ClassMember], Request],
    engine: ClassEngine,
    history: History,
    watch: ClassWatch,
    *,
    jobs: int,
) -> Iterator[ClassResult]:
    """Grade a class.

    Args:
        members: Whom.
        request_for: What to grade of each, and how.
        engine: Where; closed if the run is interrupted, so that what is being graded ends.
        history: Keeps each result as it comes.
        watch: Sees what happens.
        jobs: How many submissions are graded side by side.

    Yields:
        One result for each member, in the order in which they end; nothing is held back.
    """
    stop = threading.Event()

    def once(member: ClassMember) -> ClassResult:
        watch.begun(member)
        begun = time.monotonic()
        result = _grade(member, request_for(member), engine, _Until(stop, history), watch)
        return result._replace(seconds=time.monotonic() - begun)

    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="submission") as pool:
        running: dict[Future[ClassResult], int] = {}
        coming = deque(members)
        resting: list[_Again] = []
        try:
            while running or coming or resting:
                while coming and len(running) < AHEAD * jobs:
                    running[pool.submit(once, coming.popleft())] = 0
                while not coming and resting and resting[0].due <= time.monotonic():
                    again = heappop(resting)
                    running[pool.submit(once, again.member)] = again.tried
                for done in _ended(running, () if coming else resting):
                    tried = running.pop(done) + 1
                    result = done.result()
                    if result.ours and tried < TRIES:
                        watch.again(result.member, result.trouble)
                        heappush(resting, _Again(time.monotonic() + PAUSES[tried], result.member, tried))
                    else:
                        yield result
        finally:
            if running:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                engine.close()


class _Again(NamedTuple):
    """Who is tried again, and when: meanwhile others are graded."""

    due: float
    member: ClassMember
    tried: int


def _ended(running: Collection[Future[ClassResult]], resting: Sequence[_Again]) -> set[Future[ClassResult]]:
    """What ends until somebody has rested."""
    pause = max(0.0, resting[0].due - time.monotonic()) if resting else None
    if not running:
        time.sleep(pause or 0.0)
        return set()
    return wait(running, pause, return_when=FIRST_COMPLETED).done


def _grade(
    member: ClassMember, request: Request, engine: ClassEngine, history: _Until, watch: ClassWatch
) -> ClassResult:
    """One try; whatever goes wrong is this member's alone."""
    try:
        record = engine.grade(request, history, _WatchOf(member, watch))
    except GraderError as trouble:
        said = " ".join(filter(None, (trouble.message, trouble.remedy)))
        return ClassResult(member, None, said, ours=isinstance(trouble, HostUnreachable | Ungraded))
    except Exception as error:  # a fault of ours must not cost the others their verdict
        return ClassResult(member, None, f"A fault of the grader: {type(error).__name__}: {error}", ours=True)
    if record.verdict is Decision.UNGRADED:
        return ClassResult(member, record, " ".join(record.reasons), ours=True)
    return ClassResult(member, record, answered=history.answered)


class _WatchOf(NamedTuple):
    """The pipeline's watch, of one member."""

    member: ClassMember
    watch: ClassWatch

    def stage(self, name: str) -> None:
        """The class is told of submissions, not of stages."""

    def saw(self, lab: Lab, event: Event) -> None:
        """The judge did something."""
        self.watch.saw(self.member, lab, event)


class _Until:
    """A history that keeps nothing more once the run is interrupted: what follows then is no finding.

    Attributes:
        answered: Whether an earlier attempt was the answer.
    """

    def __init__(self, stop: threading.Event, history: History) -> None:
        self._stop = stop
        self._history = history
        self.answered = False

    def answer(self, url: str, assignment: str, basis: Answering) -> SafeRecord | None:
        """As the history says."""
        known = self._history.answer(url, assignment, basis)
        self.answered = known is not None
        return known

    def keep(self, url: str, assignment: str, conclude: Callable[[Sequence[Kept]], SafeRecord]) -> SafeRecord:
        """Keep what follows, unless the run was interrupted."""

        def unless_stopped(earlier: Sequence[Kept]) -> SafeRecord:
            if self._stop.is_set():
                raise Ungraded("The run was interrupted.")
            return conclude(earlier)

        return self._history.keep(url, assignment, unless_stopped)
