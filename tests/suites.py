"""Runs a lab's suite as the grader does, for tests: the same judge, plugin, worker and wire, kept warm.

Only the walls are missing (the local sandbox) and the wait: one judge and one zygote per environment serve every
submission of a test run, each check in a process of its own as always. The code is ours.
"""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING


from grader.course import apply, load, reference_files
from grader.course.mapping import declared, read_grade_file
from grader.judge.job import PackagesReading
from grader.environments import WITHOUT_CODE
from grader.judge_service import JudgeService, visible, with_stand_ins, without_code
from grader.plan import plan
from grader.records import CheckResult, Outcome
from grader.sandbox import filling
from grader.sandbox.local import LocalProvider

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.judge.job import Job
    from grader.records import Mistake

COURSE = Path(__file__).parent.parent


class WarmSandboxes:
    """One sandbox an environment, refilled for each submission: what ``SubmissionSandboxes`` is for one."""

    def __init__(self, provider: LocalProvider) -> None:
        self._provider = provider
        self._open = {}
        self._job: Job | None = None
        self._files: Mapping[str, bytes] = {}
        self._tools: Mapping[str, bytes] = {}
        self._filled: set[str] = set()

    def hold(self, job: Job, files: Mapping[str, bytes]) -> None:
        """The next job is about this submission."""
        self._job, self._files = job, with_stand_ins(job.lab, files, COURSE)
        self._tools = {name: (COURSE / job.lab.reference / name).read_bytes() for name in job.lab.tools}
        self._filled.clear()

    def connection(self, environment: str, lost: str):
        """As ``SubmissionSandboxes.connection``."""
        if lost and environment in self._open:
            self._open.pop(environment).close()
        row = environment.removesuffix(WITHOUT_CODE)
        bare = row != environment
        seen = without_code(self._files) if bare else visible(self._files, self._job.modules, row)
        if environment not in self._open:
            limits = self._job.lab.limits
            self._open[environment] = self._provider.open(row, limits, seen, self._tools)
        elif environment not in self._filled:
            folder = self._open[environment]._folder
            _refill(folder / "submission", seen)
            _refill(folder / "tools", self._tools)
        self._filled.add(environment)
        return self._open[environment].connection

    def usage(self, environment: str):
        """As ``SubmissionSandboxes.usage``."""
        return self._open[environment].usage() if environment in self._open else None

    def packages(self, _request):
        """As ``SubmissionSandboxes.packages`` where no gate stands."""
        return PackagesReading()


def _refill(folder: Path, files: Mapping[str, bytes]) -> None:
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    filling.fill(folder, files)


@cache
def _warm(data: Path | None) -> tuple[JudgeService, WarmSandboxes]:
    provider = LocalProvider()
    service = JudgeService(provider, COURSE, data)
    atexit.register(service.close)
    return service, WarmSandboxes(provider)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


class Suite:
    """One lab's checks, its reference and its mistakes."""

    def __init__(self, assignment: str, lab: str) -> None:
        self.assignment = load(COURSE, assignment, (lab,))
        self.lab = next(found for found in self.assignment.labs if found.id == lab)
        self.folder = COURSE / self.lab.reference
        self.mistakes = self.lab.mistakes
        self.checks = tuple(check for criterion in self.lab.criteria for check in criterion.checks)

    def reference(self) -> dict[str, str]:
        """The reference as a submission: path in the lab's folder → text."""
        return reference_files(self.folder)

    def mistaken(self, mistake: Mistake) -> dict[str, str]:
        """The reference with a mistake in it."""
        return apply(mistake, self.reference())

    def run(
        self,
        texts: Mapping[str, str | bytes | None],
        seed: int = 0,
        only: Iterable[str] = (),
        *,
        spelled: str = "",
        by_instructor: bool = True,
        data: Path | None = None,
    ) -> dict[str, CheckResult]:
        """Every check's result for a submission.

        Args:
            texts: What differs from the reference: path → text, ``None`` for a file that is missing.
            seed: Of the job.
            only: Checks to run, with what they need; empty: all.
            spelled: A mapping, as YAML.
            by_instructor: Whether an instructor gives it; else it is the student's own.
            data: A folder with real data.
        """
        texts = {path: text for path, text in (self.reference() | texts).items() if text is not None}
        files = {"/".join(filter(None, (self.lab.folder, p))): _bytes(text) for p, text in texts.items()}
        mappings = ()
        if spelled:
            mappings = declared(
                read_grade_file(spelled.encode()), self.assignment, by_instructor=by_instructor
            ).mappings[self.lab.id]
        job = plan(self.lab, files, seed=f"{seed:032x}", mappings=mappings, only=tuple(only))
        service, sandboxes = _warm(data)
        sandboxes.hold(job, files)
        result = service.judge_lab(job, sandboxes, lambda _event: None)
        assert not result.trouble, result.trouble
        return {check.id: check for check in result.checks}

    def one(self, check: str, texts: Mapping[str, str | None] | None = None, seed: int = 0, **how):
        """The result of one check; what it needs must have passed."""
        found = self.run(texts or {}, seed, [check], **how)
        assert found[check].outcome is not Outcome.BLOCKED, found[check].waited_for
        return found[check]
