"""pytest's hooks → check results: select, order by needs, block, run, record. Nothing is ever parsed."""

from __future__ import annotations

import hashlib
import time
import traceback
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from _pytest.runner import runtestprotocol
from msgspec.structs import replace

from grader.checks.documents import Documents
from grader.checks.evidence import Evidence
from grader.checks.failure import CheckFailed, MappingMismatchError, NotDelivered
from grader.checks.known_mistakes import KnownMistakes
from grader.checks.reader import attend
from grader.checks.readings import Readings
from grader.judge import fault
from grader.judge import job as jobs
from grader.judge.processes import Killed, SandboxLost, ZygotePool
from grader.judge.project import Project
from grader.judge.reference import Reference
from grader.judge.student import Student
from grader.records import CheckResult, Finding, Lab, MappingMismatch, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from grader.checks.decorator import CheckSpec
    from grader.checks.readings import Reading
    from grader.judge.check_processes import CheckProcesses
    from grader.judge.clock import JudgeClock
    from grader.judge.place import Place
    from grader.judge.progress import JobProgress


class JudgePlugin:
    """Runs a suite's checks against one submission.

    Args:
        job: What to judge.
        place: The course and its real data, as the judge sees them.
        zygotes: Where student processes live.
        report: Receives each event.
        progress: What was judged before.
        clock: Holds this process to its time.
    """

    def __init__(
        self,
        job: jobs.Job,
        place: Place,
        zygotes: ZygotePool,
        report: Callable[[jobs.Event], None],
        progress: JobProgress,
        clock: JudgeClock,
    ) -> None:
        self._job = job
        self._place = place
        self._criterion = {check: c.id for c in job.lab.criteria for check in c.checks}
        self._zygotes = zygotes
        self._report = report
        self._outcomes = dict(progress.outcomes)
        self._clock = clock
        self._named: set[str] = set()
        self._started = 0.0
        self._evidence = Evidence()
        self._student: Student | None = None
        self._readings_left: dict[str, tuple[Reading, ...]] = {}
        self._project: Project | None = None
        self._mismatches: set[str] = set()
        self._found: dict[str, object] = {}
        self._kept: CheckProcesses | None = None
        self._again = self._repeating = False
        self._position = len(self._outcomes)
        self._total = 0
        self.trouble = ""
        attend(clock.reading)

    # ── which checks, in which order ─────────────────────────────────────────────────────────────────────

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the checks that were asked for (with what they need), each after what it needs."""
        by_id = {spec.id: item for item in items if (spec := _spec(item)) is not None}
        wanted = list(self._job.only or by_id)
        ordered: dict[str, pytest.Item] = {}

        def place(check_id: str, above: tuple[str, ...]) -> None:
            if check_id in ordered or check_id not in by_id or check_id in above:
                return
            for before in _check(by_id[check_id]).after:
                place(before, (*above, check_id))
            ordered[check_id] = by_id[check_id]

        for check_id in wanted:
            place(check_id, ())
        items[:] = [item for check_id, item in ordered.items() if check_id not in self._outcomes]
        self._total = len(ordered)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A suite that can't even be read is the course's fault, and must be reported."""
        if report.failed and not self.trouble:
            self.trouble = str(report.longrepr)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """A fault of ours: reported with its traceback, for nothing else would show it."""
        self.trouble = "".join(traceback.format_exception(excinfo.value, limit=-6))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run a check; once more, from its beginning, if a process or a sandbox was lost to we don't know what."""
        self._again = self._repeating = False
        runtestprotocol(item, log=False, nextitem=nextitem)
        if self._again:
            self._repeating = True
            item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001 - fresh fixtures, as pytest-rerunfailures does
            runtestprotocol(item, log=False, nextitem=nextitem)
        return True

    # ── one check ────────────────────────────────────────────────────────────────────────────────────────

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin a check, unless something it needs did not pass or the lab's time is used up."""
        spec = _check(item)
        self._position += not self._repeating
        self._report(jobs.Started(spec.id, _promise(item), self._position, self._total, _is_hidden(item)))
        self._clock.check(spec.seconds or self._job.lab.limits.check_seconds)
        self._started = time.monotonic()
        self._evidence = Evidence()
        self._student = self._project = None
        for need in (need for need in spec.needs if need not in self._job.waived):
            outcome = self._outcomes.get(
                need, Outcome.PASSED if self._job.suite == "public" else Outcome.UNGRADED
            )
            if outcome not in (Outcome.PASSED, Outcome.PARTLY):
                raise fault.Blocked(need, outcome)
        if self._time_left() <= 0:
            raise CheckFailed(
                Finding(
                    headline="This check was not run: the lab's time was used up by the checks before it.",
                    allowed=f"{self._job.lab.limits.total_seconds:g} seconds of computing for all checks together",
                    hint="Look at the checks that took longest.",
                )
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
        """Record the result: from the exception object, never from text."""
        report = yield
        error = call.excinfo.value if call.excinfo is not None else None
        failed_early = call.when == "setup" and error is not None
        if call.when == "call" or failed_early:
            self._finish(item, error)
        elif call.when == "teardown" and error is not None and not self.trouble:
            self.trouble = "".join(traceback.format_exception(error))
        return report

    def _finish(self, item: pytest.Item, error: BaseException | None) -> None:
        spec = _check(item)
        seconds = time.monotonic() - self._started
        if isinstance(error, Killed | SandboxLost | NotDelivered) and not self._repeating:
            self._again = True
            return
        derived = self._student.only_derived() if self._student is not None else ""
        if self._student and type(error) is CheckFailed and (library := self._student.lacks(error.finding)):
            error = fault.without(library, error.finding)
        if (
            not derived
            and isinstance(error, CheckFailed)
            and (cause := explanation(spec, error.finding, self._holding_up()))
        ):
            error = fault.Blocked(cause, self._outcomes[cause])
        if isinstance(error, MappingMismatchError) and error.module not in self._mismatches:
            self._mismatches.add(error.module)
            self._report(jobs.MappingFailed(MappingMismatch(module=error.module, message=str(error))))
        meaning = fault.meaning(error, heard=self._clock.heard, hidden=_is_hidden(item), derived=derived)
        result = CheckResult(
            id=spec.id,
            lab=self._job.lab.id,
            promise=_promise(item),
            outcome=meaning.outcome,
            criterion=self._criterion.get(spec.id, ""),
            hidden=_is_hidden(item),
            fault=meaning.fault,
            finding=meaning.finding,
            note=meaning.left_out or " ".join((*self._evidence.notes, *self._stood_in())),
            counted=not meaning.left_out,
            handed_in=meaning.handed_in,
            waited_for=meaning.waited_for,
            seconds=seconds,
            measurements=tuple(self._evidence.measurements),
            plots=tuple(self._evidence.plots),
            network=tuple(self._network()),
        )
        self._outcomes[spec.id] = fault.stands_as(result)
        if result.finding is not None:
            self._named.update(filter(None, result.finding.diagnosis_id.split("+")))
        self._report(jobs.Finished(result))

    def _holding_up(self) -> dict[str, Outcome]:
        """What came of the checks that others may wait for."""
        return {check: came for check, came in self._outcomes.items() if check not in self._job.waived}

    def _stood_in(self) -> Iterator[str]:
        """That a file of the reference was used in the place of the student's."""
        for module in self._student.stood_in if self._student else ():
            yield f"Here the reference's {module}.py stands in for yours, so that this file is judged by itself."

    def _network(self) -> list[str]:
        """What the check asked of the network."""
        return self._project.network if self._project else []

    def _time_left(self) -> float:
        """Seconds of computing and waiting that the lab's checks may still use."""
        return self._job.lab.limits.total_seconds - self._zygotes.used

    # ── fixtures ─────────────────────────────────────────────────────────────────────────────────────────

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission, in processes of this check's own."""
        limits = self._job.lab.limits
        seconds = min(_check(request.node).seconds or limits.check_seconds, self._time_left())
        reference = self._place.course / self._job.lab.reference
        slow = _check(request.node).slow
        self._student = Student(
            self._job.modules,
            self._zygotes,
            limits,
            seconds,
            self._job.device,
            reference,
            slow,
            self._job.lab.not_installed,
        )
        yield self._student
        self._student.leave()

    @pytest.fixture
    def project(self, request: pytest.FixtureRequest) -> Iterator[Project]:
        """The repository as a whole, in a process of this check's own."""
        assert self._job.project is not None, (
            "this lab is not about the repository: the rubric lacks `project: true`"
        )
        limits = self._job.lab.limits
        seconds = min(_check(request.node).seconds or limits.check_seconds, self._time_left())
        tested = self._job.lab.tested
        project = Project(
            self._job.project, tested, self._zygotes, limits, seconds, self._found, kept=self._kept
        )
        self._project = project
        yield project
        self._kept = project.leave()

    @cached_property
    def _reference(self) -> Reference:
        return Reference(self._place.course / self._job.lab.reference)

    @pytest.fixture
    def reference(self) -> Reference:
        """The reference's modules, imported here: they are ours."""
        return self._reference

    @cached_property
    def _known_mistakes(self) -> KnownMistakes:
        return KnownMistakes(self._place.course / self._job.lab.reference, self._job.lab.mistakes)

    @pytest.fixture
    def known_mistakes(self) -> KnownMistakes:
        """The lab's mistakes as mutants of the reference, to name a bug by."""
        passed = (check for check, outcome in self._outcomes.items() if outcome is Outcome.PASSED)
        return self._known_mistakes.given(passed, self._named)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Draws what is sent to the student's side; the same for the same seed and check, whatever ran before."""
        return self._generator(request, 0)

    @pytest.fixture
    def withheld(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Draws what is never sent; shows nothing about ``rng``, nor the other way round."""
        return self._generator(request, 1)

    def _generator(self, request: pytest.FixtureRequest, stream: int) -> np.random.Generator:
        own = int.from_bytes(hashlib.sha256(_check(request.node).id.encode()).digest()[:8], "big")
        return np.random.default_rng(np.random.SeedSequence(int(self._job.seed, 16), spawn_key=(own, stream)))

    @pytest.fixture
    def documents(self) -> Documents:
        """What was handed in beside code, as text."""
        return Documents(self._job.lab.documents, self._job.documents)

    @pytest.fixture
    def evidence(self) -> Evidence:
        """Keeps what the check measured."""
        return self._evidence

    @pytest.fixture
    def readings(self) -> Readings:
        """Finds the one reading under which everything agrees, where the lab leaves things open."""
        return Readings(self._readings_left, self._evidence)

    @pytest.fixture
    def lab(self) -> Lab:
        """The lab that is judged; its ``data`` has the paths of real data, where an instructor gave some."""
        lab = self._job.lab
        return replace(lab, data=lab.data | self._place.real_data())

    @pytest.fixture
    def device(self) -> str:
        """Where torch modules work: ``cpu`` or ``cuda``."""
        return self._job.device


def explanation(spec: CheckSpec, finding: Finding, outcomes: Mapping[str, Outcome]) -> str:
    """The check by whose failure a failure is explained; empty if it says of itself what is wrong.

    It does where the bug has a name, and where the student's own file raised.
    """
    if finding.diagnosis or finding.traceback:
        return ""
    causes = (check for check in spec.explained_by if check in outcomes)
    return next((check for check in causes if outcomes[check] is not Outcome.PASSED), "")


def _spec(item: pytest.Item) -> CheckSpec | None:
    return getattr(getattr(item, "function", None), "__check__", None)


def _check(item: pytest.Item) -> CheckSpec:
    spec = _spec(item)
    assert spec is not None  # others were left out at collection
    return spec


def _promise(item: pytest.Item) -> str:
    doc = getattr(getattr(item, "function", None), "__doc__", None) or ""
    return str(doc).strip().partition("\n\n")[0].replace("\n", " ")


def _is_hidden(item: pytest.Item) -> bool:
    return item.path.parent.name != "public"
