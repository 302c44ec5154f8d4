"""pytest's hooks → check results: select, order by needs, block, run, record. Nothing is ever parsed."""

from __future__ import annotations

import hashlib
import time
import traceback
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from _pytest.runner import runtestprotocol
from msgspec.structs import replace

from grader.checks.documents import Documents
from grader.checks.evidence import Evidence
from grader.checks.failure import CheckFailed, CheckUndecided, NotDelivered
from grader.checks.known_mistakes import KnownMistakes
from grader.judge import job as jobs
from grader.judge.processes import Killed, SandboxLost, ZygotePool
from grader.judge.project import Project
from grader.judge.reference import Reference
from grader.judge.student import MappingMismatchError, Student
from grader.records import CheckResult, Fault, Finding, Lab, MappingMismatch, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.checks.decorator import CheckSpec
    from grader.judge.check_processes import CheckProcesses
    from grader.judge.place import Place

SECRET_FIELDS = ("yours", "expected")
"""What a hidden check's finding keeps from the student's copy: it would show inputs and expected values."""


NET_SECONDS = 60
"""Beyond the far net of a check's own limit, until pytest-timeout ends a judge that hangs itself."""


class _Blocked(Exception):
    """A check that this one needs did not pass."""

    def __init__(self, waited_for: str, outcome: Outcome) -> None:
        super().__init__(waited_for)
        self.waited_for = waited_for
        self.outcome = outcome


class _Meaning(NamedTuple):
    """What the end of a check means."""

    outcome: Outcome
    fault: Fault | None = None
    finding: Finding | None = None
    waited_for: str = ""


class JudgePlugin:
    """Runs a suite's checks against one submission.

    Args:
        job: What to judge.
        place: The course and its real data, as the judge sees them.
        zygotes: Where student processes live.
        report: Receives each event.
    """

    def __init__(
        self, job: jobs.Job, place: Place, zygotes: ZygotePool, report: Callable[[jobs.Event], None]
    ) -> None:
        self._job = job
        self._place = place
        self._criterion = {check: c.id for c in job.lab.criteria for check in c.checks}
        self._zygotes = zygotes
        self._report = report
        self._outcomes: dict[str, Outcome] = {}
        self._started = 0.0
        self._evidence = Evidence()
        self._project: Project | None = None
        self._mismatches: set[str] = set()
        self._found: dict[str, object] = {}
        self._kept: CheckProcesses | None = None
        self._again = self._repeating = False
        self._position = 0
        self._total = 0
        self.trouble = ""

    # ── which checks, in which order ─────────────────────────────────────────────────────────────────────

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the checks that were asked for (with what they need), each after what it needs."""
        by_id = {spec.id: item for item in items if (spec := _spec(item)) is not None}
        wanted = list(self._job.only or by_id)
        ordered: dict[str, pytest.Item] = {}

        def place(check_id: str, above: tuple[str, ...]) -> None:
            if check_id in ordered or check_id not in by_id or check_id in above:
                return
            for need in _spec(by_id[check_id]).needs:  # type: ignore[union-attr]
                place(need, (*above, check_id))
            ordered[check_id] = by_id[check_id]

        for check_id in wanted:
            place(check_id, ())
        items[:] = ordered.values()
        for item in items:
            seconds = _check(item).seconds or self._job.lab.limits.check_seconds
            item.add_marker(pytest.mark.timeout(jobs.FAR_NET * seconds + NET_SECONDS))
        self._total = len(items)

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
        self._report(jobs.Started(spec.id, _promise(item), self._position, self._total))
        self._started = time.monotonic()
        self._evidence = Evidence()
        self._project = None
        for need in spec.needs:
            outcome = self._outcomes.get(
                need, Outcome.PASSED if self._job.suite == "public" else Outcome.UNGRADED
            )
            if outcome is not Outcome.PASSED:
                raise _Blocked(need, outcome)
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
        meaning = self._judge(error, hidden=_is_hidden(item))
        result = CheckResult(
            id=spec.id,
            lab=self._job.lab.id,
            promise=_promise(item),
            outcome=meaning.outcome,
            criterion=self._criterion.get(spec.id, ""),
            hidden=_is_hidden(item),
            fault=meaning.fault,
            finding=meaning.finding,
            note=" ".join(self._evidence.notes),
            waited_for=meaning.waited_for,
            seconds=seconds,
            measurements=tuple(self._evidence.measurements),
            plots=tuple(self._evidence.plots),
            network=tuple(self._network()),
        )
        self._outcomes[spec.id] = result.outcome
        self._report(jobs.Finished(result))

    def _judge(self, error: BaseException | None, *, hidden: bool) -> _Meaning:  # noqa: C901, PLR0911, PLR0912 - one meaning each
        """What an exception means: theirs, the course's, or ours. The one place where this is decided."""
        match error:
            case None:
                return _Meaning(Outcome.PASSED)
            case _Blocked(waited_for=check, outcome=Outcome.UNGRADED):
                return _Meaning(Outcome.UNGRADED, Fault.GRADER, waited_for=check)
            case _Blocked(waited_for=check):
                return _Meaning(Outcome.BLOCKED, Fault.STUDENT, waited_for=check)
            case CheckFailed(finding=finding):
                return _Meaning(Outcome.FAILED, Fault.STUDENT, _with_secrets(finding) if hidden else finding)
            case CheckUndecided(finding=finding):
                return _Meaning(Outcome.REVIEW, finding=_with_secrets(finding) if hidden else finding)
            case NotDelivered(finding=finding, sure=True):
                return _Meaning(Outcome.UNGRADED, Fault.GRADER, finding)
            case NotDelivered(finding=finding):
                return _Meaning(Outcome.REVIEW, finding=finding)
            case MappingMismatchError(module=module):
                if module not in self._mismatches:
                    self._mismatches.add(module)
                    self._report(jobs.MappingFailed(MappingMismatch(module=module, message=str(error))))
                finding = Finding(headline="The mapping does not fit this repository.", yours=str(error))
                return _Meaning(Outcome.UNGRADED, Fault.COURSE, finding)
            case Killed(call=call, is_undecided=True):
                headline = "What ran the repository's commands was killed, each time that it was started."
                return _Meaning(Outcome.REVIEW, finding=Finding(headline=headline, call=call))
            case Killed(call=call):
                finding = Finding(
                    headline="Your code's process was killed, each time that it was started.",
                    call=call,
                    yours="ended by SIGKILL, with memory to spare",
                    hint="Remove os.kill() and whatever else sends signals.",
                )
                return _Meaning(Outcome.FAILED, Fault.STUDENT, _with_secrets(finding) if hidden else finding)
            case SandboxLost():
                finding = Finding(
                    headline="We could not run your code: no sandbox was to be had.", yours=str(error)
                )
                return _Meaning(Outcome.UNGRADED, Fault.GRADER, finding)
            case _:
                finding = Finding(
                    headline="This check is broken; it says nothing about your work.",
                    traceback="".join(traceback.format_exception(error, limit=-4)),
                )
                return _Meaning(Outcome.UNGRADED, Fault.COURSE, finding)

    def _network(self) -> list[str]:
        """What the check asked of the network."""
        return self._project.network if self._project else []

    def _time_left(self) -> float:
        """CPU seconds that the lab's checks may still use."""
        return self._job.lab.limits.total_seconds - self._zygotes.computed

    # ── fixtures ─────────────────────────────────────────────────────────────────────────────────────────

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The submission, in processes of this check's own."""
        limits = self._job.lab.limits
        seconds = min(_check(request.node).seconds or limits.check_seconds, self._time_left())
        student = Student(self._job.modules, self._zygotes, limits, seconds, self._job.device)
        yield student
        student.leave()

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
        return self._known_mistakes

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
    def lab(self) -> Lab:
        """The lab that is judged; its ``data`` has the paths of real data, where an instructor gave some."""
        lab = self._job.lab
        return replace(lab, data=lab.data | self._place.real_data())

    @pytest.fixture
    def device(self) -> str:
        """Where torch modules work: ``cpu`` or ``cuda``."""
        return self._job.device


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


def _with_secrets(finding: Finding) -> Finding:
    return replace(finding, secret=tuple(dict.fromkeys((*finding.secret, *SECRET_FIELDS))))
