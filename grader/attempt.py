"""One grading of one commit: what was asked for, what was found so far, and the record that it makes."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from grader import __version__
from grader.course import public_checks
from grader.errors import MappingNeeded, Problem
from grader.judge.job import Event, Finished, MappingMismatch, ModuleSource
from grader.records import (
    Assignment,
    CheckResult,
    Decision,
    Document,
    Lab,
    Mapping,
    Record,
    Submission,
    Terms,
    Timing,
)
from grader.verdict import decide

if TYPE_CHECKING:
    from grader.judge_service import JudgeService

REMEDY = "Say how this repository spells the lab's interface: in its grade.yml, or with --mapping FILE."


class Request(Struct, frozen=True, kw_only=True):
    """What to grade, and how."""

    repo: str
    ref: str | None = None
    assignment: str = ""
    labs: tuple[str, ...] = ()
    mapping: Path | None = None
    """An instructor's mapping file; its word counts over the repository's."""
    suite: str = "all"
    seed: str = ""
    """128 bits in hex; empty: drawn anew."""
    device: str = "cpu"
    received: str = ""
    """When the work was handed in, ISO 8601 with an offset, as the forge or CI knows it; empty: not known."""
    extension: str = ""
    """Until when this repository has time; empty: as the course says."""
    trusted_origin: bool = True
    """False if the address comes from a roster."""


class Watch(Protocol):
    """Is called with what happens, while it happens."""

    def stage(self, name: str) -> None:
        """A stage begins."""
        ...

    def saw(self, lab: Lab, event: Event) -> None:
        """The judge did something."""
        ...


class Attempt:
    """One grading of one commit: what was found so far, and the record that it makes."""

    def __init__(
        self,
        request: Request,
        assignment: Assignment,
        submission: Submission,
        terms: Terms,
        notes: tuple[str, ...],
    ) -> None:
        self._request = request
        self._assignment = assignment
        self._submission = submission
        self._terms = terms
        self._notes = [*notes, *submission.notes]
        self._troubles: list[str] = []
        self._files: list[str] = []
        self._documents: list[Document] = []
        self._results: list[CheckResult] = []
        self._mismatches: list[tuple[Lab, MappingMismatch]] = []
        self.seed = request.seed or secrets.token_hex(16)
        self._begun = dt.datetime.now(dt.UTC)

    def reads(self, lab: Lab, modules: tuple[ModuleSource, ...], documents: dict[str, str]) -> None:
        """Keep which of the student's files a lab is graded by, and what a person has to read."""
        self._files += [m.file for m in modules if not m.absent]
        if any(criterion.manual for criterion in lab.criteria):
            self._documents += [
                Document(lab=lab.id, name=name, file=lab.documents[name], text=text)
                for name, text in documents.items()
            ]

    def saw(self, watch: Watch, lab: Lab, event: Event) -> None:
        """Keep what the judge found, as it comes."""
        if isinstance(event, Finished):
            self._results.append(event.result)
        if isinstance(event, MappingMismatch):
            self._mismatches.append((lab, event))
        watch.saw(lab, event)

    def trouble(self, lab: Lab, what: str) -> None:
        """Keep what was wrong with the suite or with us."""
        if what:
            self._notes.append(f"{lab.id}: the suite did not run to its end; this is not your fault.")
            self._troubles.append(f"{lab.id}: {what}")

    def check_mappings(self, mappings: dict[str, tuple[Mapping, ...]]) -> None:
        """A mapping that doesn't fit is never a reason to revise.

        Raises:
            MappingNeeded: Says which expression doesn't fit, and where it was written.
        """
        if self._mismatches:
            where = {(lab, m.module): m.where for lab, found in mappings.items() for m in found}
            problems = tuple(
                Problem(
                    where.get((lab.id, m.module), "the mapping"),
                    f"the mapping of {m.module} does not fit: {m.message}",
                )
                for lab, m in self._mismatches
            )
            raise MappingNeeded("The mapping does not fit this repository.", problems, REMEDY)

    def record(
        self, service: JudgeService, timings: tuple[Timing, ...], *, interrupted: bool = False
    ) -> Record:
        """Everything about this attempt; interrupted, it is no verdict on what was not graded."""
        # What was to run is read from the suite: a public check that gave no result must not look unselected.
        selected = public_checks(self._assignment) if self._request.suite == "public" else None
        verdict = decide(self._assignment, self._results, suite=self._request.suite, selected=selected)
        criterion = {
            (lab.id, check): c.id for lab in self._assignment.labs for c in lab.criteria for check in c.checks
        }
        return Record(
            verdict=Decision.UNGRADED if interrupted else verdict.decision,
            assignment=self._assignment.id,
            title=self._assignment.title,
            url=self._submission.url,
            ref=self._submission.ref,
            commit=self._submission.commit,
            committed_at=self._submission.committed_at,
            graded_at=self._begun.isoformat(timespec="seconds"),
            received_at=self._request.received,
            terms=self._terms,
            files=tuple(dict.fromkeys(self._files)),
            sandbox=service.provider.name,
            device=self._request.device,
            suite=self._request.suite,
            image_digests=service.provider.image_digests(),
            suite_digest=self._assignment.digest,
            seed=self.seed,
            grader_version=__version__,
            reasons=verdict.reasons,
            earned=verdict.earned,
            points=verdict.points,
            pass_points=self._assignment.pass_points,
            labs=verdict.labs,
            criteria=tuple(c for lab in verdict.labs for c in lab.criteria),
            checks=tuple(_with_criterion(r, criterion.get((r.lab, r.id), "")) for r in self._results),
            documents=tuple(self._documents),
            notes=tuple(self._notes),
            troubles=tuple(self._troubles),
            timings=timings,
            partial=interrupted,
        )


class Clock:
    """Wall time by stage."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._marks: list[tuple[str, float]] = []

    def stage(self, name: str) -> None:
        """A stage begins, and the one before it ends."""
        self._marks.append((name, time.monotonic()))
        self._watch.stage(name)

    def timings(self) -> tuple[Timing, ...]:
        """Every stage so far; the last one ends now."""
        ends = [*(begun for _, begun in self._marks[1:]), time.monotonic()]
        return tuple(
            Timing(stage=name, seconds=end - begun)
            for (name, begun), end in zip(self._marks, ends, strict=True)
        )


def _with_criterion(result: CheckResult, criterion: str) -> CheckResult:
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    return CheckResult(**{**fields, "criterion": criterion})
