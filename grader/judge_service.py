"""Where a lab is judged: one judge and one provider of sandboxes, kept for as many submissions as there are.

The judge is started in the background and sandboxes are made ready ahead, so that a submission finds both waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Self

from grader.course import course_version
from grader.environments import WITHOUT_CODE, on
from grader.judge import client
from grader.judge.job import PackagesReading

if TYPE_CHECKING:
    import socket
    from pathlib import Path
    from types import TracebackType

    from grader.judge.job import Event, Job, ModuleSource, PackagesRequest
    from grader.records import CourseVersion, Lab, LabResult, Limits, Usage
    from grader.sandbox.environment import JudgeSandbox, Sandbox, SandboxProvider

Files = Mapping[str, bytes]
CODE = (".py", ".pyc", ".pyw", ".so", ".pyd")
"""How the names of files end that Python imports."""

STAND_IN = b'''"""Stands in for a file of the lab that is graded elsewhere: it can be imported, but not used."""

__all__ = []


class GradedElsewhereError(ImportError):
    """Something of that file was used."""


def _refuse(name):
    raise GradedElsewhereError(f"{name} is graded elsewhere: it is not there while this file is graded")


class _Absent(type):
    """What stands for a name of that file; only its own name is known."""

    def __call__(cls, *args, **kwargs):
        _refuse(cls.__name__)

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        _refuse(f"{cls.__name__}.{name}")


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _Absent(name, (), {})
'''
"""In place of a module that runs in another environment. Importing it works, as it does for the student, who may
compare the two halves in a script; there is nothing in it that could do the other half's work."""


class JudgeService:
    """One provider of sandboxes and one judge, for one course.

    Args:
        provider: Where student code runs; closed with the service.
        course: The course's folder.
        data: A folder of the instructor's with real data; a suite finds each entry in ``lab.data``, by its name
            without ending.
    """

    def __init__(self, provider: SandboxProvider, course: Path, data: Path | None = None) -> None:
        self.provider = provider
        self.course = course
        self._data = data
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="judge")
        self._judge = self._start_judge()
        self._course_version: Future[CourseVersion] | None = None
        self._sending = threading.Lock()

    def _start_judge(self) -> Future[JudgeSandbox]:
        return self._starter.submit(self.provider.judge, self.course, self._data)

    @property
    def course_version(self) -> CourseVersion:
        """Which state of its own repository the course is in; looked up while a submission is judged."""
        looking = self._course_version
        if looking is None or looking.cancel():  # interrupted before there was a judge
            return course_version(self.course)
        return looking.result()

    def data_names(self) -> tuple[str, ...]:
        """Names of what is in the data folder; none if there is no folder."""
        return tuple(sorted(entry.name for entry in self._data.iterdir())) if self._data else ()

    def image_digests(self, labs: Iterable[Lab]) -> dict[str, str]:
        """Environment → image id, of these labs' environments; of those that have no image, none."""
        known = self.provider.image_digests()
        wanted = {environment for lab in labs for environment in lab.environments}
        return {environment: known[environment] for environment in sorted(wanted & known.keys())}

    def prepare(self, labs: Iterable[Lab], count: int = 1) -> None:
        """Have sandboxes standing by for each environment of these labs."""
        for lab in labs:
            for environment in lab.environments:
                self.provider.prepare(environment, lab.limits, count)

    def sandboxes(self, job: Job, files: Files) -> SubmissionSandboxes:
        """The sandboxes for one submission of the job's lab; close it when the submission is judged."""
        folder = self.course / job.lab.reference
        tools = {name: (folder / name).read_bytes() for name in job.lab.tools}
        fixed = {name: (folder / name).read_bytes() for name in job.lab.fixed}
        laid = with_stand_ins(job.lab, laid_over(files, job.lab.folder, fixed), self.course)
        return SubmissionSandboxes(self.provider, job.lab.limits, job.modules, laid, tools, job.device)

    def judge_lab(
        self, job: Job, sandboxes: SubmissionSandboxes, watch: Callable[[Event], None]
    ) -> LabResult:
        """Judge one lab of one submission.

        Args:
            job: What to judge.
            sandboxes: The submission's sandboxes.
            watch: Sees every event as it comes, for display.

        Raises:
            Ungraded: No judge or no sandbox is to be had.
        """
        if self._course_version is None:  # only now: the start has enough to import
            self._course_version = self._starter.submit(course_version, self.course)
        judging = self._latest_judge()
        try:
            return self._judge_lab(judging, job, sandboxes, watch)
        except client.JudgeGone:  # the job was not begun: another judge may do it
            return self._judge_lab(self._another_judge(judging), job, sandboxes, watch)

    def _latest_judge(self) -> Future[JudgeSandbox]:
        """The judge; if it could not be started, another try: Docker may be back."""
        with self._sending:
            judge = self._judge
            if judge.done() and not judge.cancelled() and judge.exception():
                self._judge = self._start_judge()
            return self._judge

    def _another_judge(self, gone: Future[JudgeSandbox]) -> Future[JudgeSandbox]:
        """The judge after this one; started once, however many submissions miss it."""
        with self._sending:
            if self._judge is gone:
                gone.result().close()
                self._judge = self._start_judge()
            return self._judge

    def _judge_lab(
        self,
        judging: Future[JudgeSandbox],
        job: Job,
        sandboxes: SubmissionSandboxes,
        watch: Callable[[Event], None],
    ) -> LabResult:
        judge = judging.result()
        try:
            return client.judge_lab(
                judge.connection,
                job,
                sandboxes.connection,
                sandboxes.usage,
                sandboxes.packages,
                watch,
                self._sending,
            )
        except client.JudgeGone as gone:
            raise client.JudgeGone(f"{gone.message} {judge.exit_reason()}", gone.remedy) from gone

    def close(self) -> None:
        """End the judge and every sandbox."""
        self._starter.shutdown(wait=False, cancel_futures=True)
        if self._judge.done():
            with suppress(Exception):
                self._judge.result().close()
        self.provider.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SubmissionSandboxes:
    """One submission's sandboxes, one per environment, opened when first needed; all have the GPU that it is lent.

    Args:
        provider: Gives the sandboxes.
        limits: Of the lab.
        modules: Decide which files a sandbox may see.
        files: The submission's files, by path.
        tools: The lab's tools, by name.
        device: Where torch modules work.
    """

    def __init__(
        self,
        provider: SandboxProvider,
        limits: Limits,
        modules: tuple[ModuleSource, ...],
        files: Files,
        tools: Files,
        device: str = "cpu",
    ) -> None:
        self._provider = provider
        self._limits = limits
        self._modules = modules
        self._files = files
        self._tools = tools
        self._sandboxes: dict[str, Sandbox] = {}
        self._on_gpu = any(on(module.environment, device) != module.environment for module in modules)
        self._lent = ExitStack()
        self._gpu = ""

    def connection(self, environment: str, lost: str) -> socket.socket:
        """The control channel of this environment's sandbox; of a new one, if the judge lost the last."""
        if lost and environment in self._sandboxes:
            self._sandboxes.pop(environment).close()
        if environment not in self._sandboxes:
            row = environment.removesuffix(WITHOUT_CODE)
            seen = (
                visible(self._files, self._modules, row) if row == environment else without_code(self._files)
            )
            self._sandboxes[environment] = self._provider.open(
                row, self._limits, seen, self._tools, self._gpu
            )
        return self._sandboxes[environment].connection

    def packages(self, request: PackagesRequest) -> PackagesReading:
        """Open or end a phase with packages, or look a package up; where no gate stands, nothing is known of it."""
        sandbox = self._sandboxes.get(request.environment)
        gate = sandbox.gate if sandbox else None
        if gate is None:
            return PackagesReading()
        match request.act:
            case "open":
                gate.open()
                return PackagesReading()
            case "close":
                return PackagesReading(fetched=gate.close())
        return PackagesReading(known=gate.has(request.name))

    def usage(self, environment: str) -> Usage | None:
        """What this environment's sandbox has used; ``None`` if there is none, or it can't be known."""
        sandbox = self._sandboxes.get(environment)
        return sandbox.usage() if sandbox else None

    def __enter__(self) -> Self:
        """Wait for a GPU, if it needs one: before the judge's clock runs."""
        if self._on_gpu:
            self._gpu = self._lent.enter_context(self._provider.gpus.lend())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lent:
            for sandbox in self._sandboxes.values():
                sandbox.close()


def with_stand_ins(lab: Lab, files: Files, course: Path) -> Files:
    """A submission's files as they are tested: stand-ins where data lies that holds the answers, and no documents.

    What the documents claim can't be read back and told again.
    """
    place = "/".join
    claimed = {place(filter(None, (lab.folder, file))) for file in lab.documents.values()}
    replaced = {
        place(filter(None, (lab.folder, name))): (course / lab.reference / file).read_bytes()
        for name, file in lab.stand_ins.items()
    }
    return {path: content for path, content in files.items() if path not in claimed} | replaced


def laid_over(files: Files, folder: str, fixed: Files) -> Files:
    """The submission with the lab's fixed files in the place of whatever has their names."""
    places = {"/".join(filter(None, (folder, name))): content for name, content in fixed.items()}
    inside = tuple(f"{place}/" for place in places)
    kept = {path: content for path, content in files.items() if not (inside and path.startswith(inside))}
    return kept | places


def without_code(files: Files) -> Files:
    """The submission's files that Python neither imports nor runs."""
    return {path: content for path, content in files.items() if not path.lower().endswith(CODE)}


def visible(files: Files, modules: Iterable[ModuleSource], environment: str) -> Files:
    """What a sandbox of this environment may see: everything but the modules that run elsewhere.

    So a PyTorch port has no NumPy file to call, and NumPy code no port whose autograd it could borrow; in their
    place is ``STAND_IN``.
    """
    here = {m.file for m in modules if m.environment == environment}
    elsewhere = {m.file for m in modules if m.environment != environment} - here
    return {path: STAND_IN if path in elsewhere else content for path, content in files.items()}
