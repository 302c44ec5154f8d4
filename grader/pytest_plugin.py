"""``pytest`` in a checkout with public checks: each of them is a test, beside the student's own.

Nothing of a suite is imported here: the checks run as ``grade local`` runs them, a lab at a time, and every test
reports what came of its check. Elsewhere the plugin does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.course.publishing import FOLDER, MANIFEST
from grader.errors import GraderError

if TYPE_CHECKING:
    from pathlib import Path

    from grader.judge.job import Event
    from grader.local import Desk
    from grader.records import CheckResult, Lab, SafeRecord

KEY = pytest.StashKey["Checks"]()


class CheckDidNotHold(Exception):
    """Carries the report's words."""


class Checks:
    """The public checks of one checkout, run a lab at a time when first asked for.

    Args:
        desk: Whose they are.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._records: dict[str, SafeRecord] = {}
        self._failed: dict[str, GraderError] = {}

    def record(self, lab: str) -> SafeRecord:
        """What came of a lab's checks.

        Raises:
            GraderError: They could not be run, and why.
        """
        if lab not in self._records and lab not in self._failed:
            try:
                self._records[lab] = self._run(lab)
            except GraderError as error:
                self._failed[lab] = error
        if lab in self._failed:
            raise self._failed[lab]
        return self._records[lab]

    def _run(self, lab: str) -> SafeRecord:
        from grader.judge_service import JudgeService
        from grader.local import grade_here
        from grader.sandbox.local import LocalProvider

        with JudgeService(LocalProvider(), self.desk.course) as service:
            return grade_here(self.desk, service, _Unseen(), labs=(lab,))


class _Unseen:
    """pytest shows what happens itself."""

    def stage(self, name: str) -> None:
        """A stage begins."""

    def saw(self, lab: Lab, event: Event) -> None:
        """The judge did something."""


class PublicChecks(pytest.Collector):
    """The checks of one lab."""

    def collect(self) -> list[pytest.Item]:
        """One test a check."""
        lab = next(lab for lab in self.config.stash[KEY].desk.loaded if lab.id == self.name)
        ids = [check for criterion in lab.criteria for check in criterion.checks]
        return [PublicCheck.from_parent(self, name=check) for check in ids]


class PublicCheck(pytest.Item):
    """One check."""

    def runtest(self) -> None:
        """Report what came of it: it fails as a test fails, and what could not run is skipped."""
        from grader.records import Outcome

        lab = self.parent.name if self.parent else ""
        record = self.config.stash[KEY].record(lab)
        result = next((check for check in record.checks if check.id == self.name), None)
        if result is None:
            pytest.skip("; ".join((*record.notes, "it did not run")))
        if result.outcome in (Outcome.FAILED, Outcome.PARTLY):
            raise CheckDidNotHold(_words(record, result))
        if result.outcome is not Outcome.PASSED:
            pytest.skip(_words(record, result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The report's words, without a traceback of ours."""
        del style
        if isinstance(excinfo.value, CheckDidNotHold):
            return str(excinfo.value)
        if isinstance(excinfo.value, GraderError):
            return " ".join(filter(None, (excinfo.value.message, excinfo.value.remedy)))
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it stands in the list."""
        lab = self.parent.name if self.parent else ""
        return self.config.rootpath / FOLDER, None, f"{lab}: {self.name}"


def _words(record: SafeRecord, check: CheckResult) -> str:
    """The check as the report shows it."""
    from grader.report.renderers import printed
    from grader.report.terminal import one_check

    lines = printed(one_check(record, check)).splitlines()
    return "\n".join(line.rstrip() for line in lines).rstrip()


def pytest_configure(config: pytest.Config) -> None:
    """Find the checkout, if pytest was started in one."""
    if not (config.invocation_params.dir / MANIFEST).is_file():
        return
    from grader.local import find_desk

    try:
        config.stash[KEY] = Checks(find_desk(config.invocation_params.dir))
    except GraderError as error:
        raise pytest.UsageError(f"{error.message} {error.remedy}") from error


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Whether these are the course's checks."""
    return list(config.stash[KEY].desk.about_copy()) if KEY in config.stash else []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Put the public checks behind the student's own tests, unless pytest was asked for some files only."""
    if KEY not in config.stash or config.args_source is pytest.Config.ArgsSource.ARGS:
        return
    for lab in config.stash[KEY].desk.labs:
        nodeid = f"{FOLDER}/{lab}"
        found = PublicChecks.from_parent(session, name=lab, nodeid=nodeid).collect()
        items += found
        config.hook.pytest_collectreport(report=pytest.CollectReport(nodeid, "passed", None, result=[*found]))
