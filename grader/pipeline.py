"""Grading one repository, from its address to the record that every report is made from.

    course      which assignment is it, and what does it ask?     → Assignment
    submission  one commit, as regular files in a fresh folder    → Submission
    sandbox     rooms for the student's code, ready ahead         ┐
    judge       the suite, in a process that is ours              ┴→ CheckResults
    verdict     pure arithmetic                                   → Verdict
    record      all of it                                         → report.json, .html, .md, terminal
"""

from __future__ import annotations

import datetime as dt
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from grader import __version__
from grader.course import (
    Declared,
    GradeFile,
    declared,
    find_assignment,
    load,
    read_grade_file,
    select_labs,
    with_folders,
)
from grader.court import Court
from grader.errors import GraderError, MappingNeeded, Problem
from grader.judge.job import Event, Finished, Job, Misfit, ModuleSource
from grader.records import Assignment, CheckResult, Decision, Lab, Mapping, Record, Submission, Timing
from grader.submission import Repository, Wanted, missing_files, open_repository
from grader.verdict import decide

GRADE_FILE = "grade.yml"
GRADE_FILE_BYTES = 65_536
MODULE_BYTES = 1 << 20
DOCUMENT_BYTES = 256 << 10
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
    trusted_origin: bool = True
    """False if the address comes from a roster."""


class Watch(Protocol):
    """Told what happens while it happens."""

    def stage(self, name: str) -> None:
        """A stage begins."""
        ...

    def saw(self, lab: Lab, event: Event) -> None:
        """The judge did something."""
        ...


class Interrupted(GraderError):  # noqa: N818 - an event
    """Ctrl-C: what was graded by then is in the record."""

    exit_code = 130

    def __init__(self, record: Record) -> None:
        super().__init__("Interrupted: what was graded by then is kept.")
        self.record = record


def grade(request: Request, court: Court, watch: Watch) -> Record:
    """Grade one repository.

    Raises:
        GraderError: It could not be graded, and why; ``Interrupted`` carries what there was.
    """
    clock = _Clock(watch)
    clock.stage("fetch")
    with open_repository(
        request.repo, ref=request.ref, trusted_origin=request.trusted_origin
    ) as repository, _fresh_folder() as folder:
        assignment, mappings, notes = _assignment(request, court.course, repository)
        for lab in assignment.labs:
            court.prepare((m.environment for m in lab.modules), lab.limits)
        wanted = Wanted.of(assignment.labs, [m for lab in mappings.values() for m in lab])
        submission = repository.materialise(wanted, into=folder)
        files = {p: (folder / p).read_bytes() for p in _regular_files(folder)}

    attempt = _Attempt(request, assignment, submission, notes)
    try:
        for lab in assignment.labs:
            clock.stage(f"judge {lab.id}")
            modules = module_sources(lab, mappings.get(lab.id, ()), files, submission.paths)
            job = Job(
                course="",
                lab=lab,
                modules=modules,
                documents=document_texts(lab, files),
                seed=attempt.seed,
                suite=request.suite,
                device=request.device,
            )
            with court.house(job, files) as house:
                ruling = court.rule(job, house, partial(attempt.saw, watch, lab))
            attempt.trouble(lab, ruling.trouble)
    except KeyboardInterrupt:
        raise Interrupted(attempt.record(court, clock.timings(), partial=True)) from None
    attempt.check_mappings(mappings)
    return attempt.record(court, clock.timings())


def _assignment(
    request: Request, course: Path, repository: Repository
) -> tuple[Assignment, dict[str, tuple[Mapping, ...]], tuple[str, ...]]:
    """Which assignment this is, what was asked of it, and how the repository spells it."""
    theirs = repository.read(GRADE_FILE, limit=GRADE_FILE_BYTES)
    grade_file = read_grade_file(theirs) if theirs is not None else GradeFile()
    found = find_assignment(
        course,
        option=request.assignment,
        in_grade_yml=grade_file.assignment,
        where=grade_file.where,
        repository=repository.url,
    )
    assignment = load(course, found.assignment)
    said: Declared = declared(grade_file, assignment)
    if request.mapping is not None:
        ours = read_grade_file(request.mapping.read_bytes(), request.mapping.name)
        said = declared(ours, assignment).over(said)
    assignment = select_labs(with_folders(assignment, said), request.labs)
    return assignment, said.mappings, tuple(filter(None, (found.note,)))


def module_sources(
    lab: Lab, mappings: tuple[Mapping, ...], files: dict[str, bytes], paths: tuple[str, ...]
) -> tuple[ModuleSource, ...]:
    """The lab's modules as a submission has them; a missing one says where it might be."""
    by_module = {m.module: m for m in mappings}
    absent = {m.module: str(m) for m in missing_files([lab], paths, by_module)}
    sources = []
    for module in lab.modules:
        mapping = by_module.get(module.name)
        file = mapping.file if mapping else "/".join(filter(None, (lab.folder, module.file)))
        text = files.get(file, b"")[:MODULE_BYTES].decode("utf-8", "replace")
        sources.append(
            ModuleSource(
                name=module.name,
                file=file,
                environment=module.environment,
                arrays=module.arrays,
                source=text,
                interface=module.interface,
                mapping=mapping,
                absent=absent.get(module.name, ""),
            )
        )
    return tuple(sources)


def document_texts(lab: Lab, files: dict[str, bytes]) -> dict[str, str]:
    """What was handed in beside code, by name; what is missing is left out."""
    places = {name: "/".join(filter(None, (lab.folder, file))) for name, file in lab.documents.items()}
    return {
        name: files[place][:DOCUMENT_BYTES].decode("utf-8", "replace")
        for name, place in places.items()
        if place in files
    }


class _Attempt:
    """One grading of one commit: what was found so far, and the record that it makes."""

    def __init__(
        self, request: Request, assignment: Assignment, submission: Submission, notes: tuple[str, ...]
    ) -> None:
        self._request = request
        self._assignment = assignment
        self._submission = submission
        self._notes = [*notes, *submission.notes]
        self._results: list[CheckResult] = []
        self._misfits: list[tuple[Lab, Misfit]] = []
        self.seed = request.seed or secrets.token_hex(16)
        self._begun = dt.datetime.now(dt.UTC)

    def saw(self, watch: Watch, lab: Lab, event: Event) -> None:
        """Keep what the judge found, as it comes."""
        if isinstance(event, Finished):
            self._results.append(event.result)
        if isinstance(event, Misfit):
            self._misfits.append((lab, event))
        watch.saw(lab, event)

    def trouble(self, lab: Lab, what: str) -> None:
        """Keep what was wrong with the suite or with us."""
        if what:
            self._notes.append(f"{lab.id}: the suite did not run to its end; this is not your fault. {what}")

    def check_mappings(self, mappings: dict[str, tuple[Mapping, ...]]) -> None:
        """A mapping that doesn't fit is never a reason to revise.

        Raises:
            MappingNeeded: Says which expression doesn't fit, and where it was written.
        """
        if self._misfits:
            where = {(lab, m.module): m.where for lab, found in mappings.items() for m in found}
            problems = tuple(
                Problem(where.get((lab.id, m.module)) or GRADE_FILE, f"the mapping of {m.module} does not fit: {m.message}")
                for lab, m in self._misfits
            )
            raise MappingNeeded("The mapping does not fit this repository.", problems, REMEDY)

    def record(self, court: Court, timings: tuple[Timing, ...], *, partial: bool = False) -> Record:
        """Everything about this attempt; interrupted, it is no verdict on what was not graded."""
        verdict = decide(self._assignment, self._results, suite=self._request.suite)
        criterion = {
            (lab.id, check): c.id for lab in self._assignment.labs for c in lab.criteria for check in c.checks
        }
        return Record(
            verdict=Decision.UNGRADED if partial else verdict.decision,
            assignment=self._assignment.id,
            title=self._assignment.title,
            url=self._submission.url,
            ref=self._submission.ref,
            commit=self._submission.commit,
            committed_at=self._submission.committed_at,
            graded_at=self._begun.isoformat(timespec="seconds"),
            sandbox=court.sandbox.name,
            device=self._request.device,
            suite=self._request.suite,
            image_digests=court.sandbox.image_digests(),
            suite_digest=self._assignment.digest,
            seed=self.seed,
            grader_version=__version__,
            reasons=verdict.reasons,
            earned=verdict.earned,
            points=verdict.points,
            labs=verdict.labs,
            criteria=tuple(c for lab in verdict.labs for c in lab.criteria),
            checks=tuple(_with_criterion(r, criterion.get((r.lab, r.id), "")) for r in self._results),
            notes=tuple(self._notes),
            timings=timings,
            partial=partial,
        )


class _Clock:
    """Wall time by stage."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._marks: list[tuple[str, float]] = []

    def stage(self, name: str) -> None:
        self._marks.append((name, time.monotonic()))
        self._watch.stage(name)

    def timings(self) -> tuple[Timing, ...]:
        ends = [*(begun for _, begun in self._marks[1:]), time.monotonic()]
        return tuple(
            Timing(stage=name, seconds=end - begun) for (name, begun), end in zip(self._marks, ends, strict=True)
        )


@contextmanager
def _fresh_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="grader-submission-") as folder:
        yield Path(folder)


def _regular_files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def _with_criterion(result: CheckResult, criterion: str) -> CheckResult:
    fields = {name: getattr(result, name) for name in result.__struct_fields__}
    return CheckResult(**{**fields, "criterion": criterion})
