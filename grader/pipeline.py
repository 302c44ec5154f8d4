"""Grading one repository, from its address to the record that every report is made from.

course      which assignment is it, and what does it ask?     → Assignment
submission  one commit, as regular files in a fresh folder    → Submission
sandbox     sandboxes for the student's code, ready ahead     ┐
judge       the suite, in a process that is ours              ┴→ CheckResults
verdict     pure arithmetic                                   → Verdict
record      all of it                                         → report.json, .html, .md, terminal
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from grader.attempt import Attempt, Clock, Request, Watch
from grader.course import (
    GradeFile,
    declared,
    find_assignment,
    load,
    read_grade_file,
    select_labs,
    terms,
    with_folders,
)
from grader.errors import GraderError
from grader.judge.job import Job, ModuleSource, ProjectSource
from grader.records import CommitStatus
from grader.sandbox.owner import temporary_folder
from grader.submission import Repository, Wanted, commit_status, missing_files, open_repository

if TYPE_CHECKING:
    from pathlib import Path

    from grader.judge_service import JudgeService
    from grader.records import Assignment, Lab, Mapping, Record

GRADE_FILE = "grade.yml"
GRADE_FILE_BYTES = 65_536
MODULE_BYTES = 1 << 20
DOCUMENT_BYTES = 256 << 10
PROJECT_TEXTS = (".py", ".md", ".rst", ".txt", ".yml", ".yaml", ".toml", ".cfg", ".ini", "readme")
"""How the names of files end that say how a repository is installed, run and tested."""
UNREAD = CommitStatus(state="unread", source="nobody was asked")


class Interrupted(GraderError):
    """Ctrl-C: what was graded by then is in the record."""

    exit_code = 130

    def __init__(self, record: Record) -> None:
        super().__init__("Interrupted: what was graded by then is kept.")
        self.record = record


def grade(request: Request, service: JudgeService, watch: Watch) -> Record:
    """Grade one repository.

    Raises:
        GraderError: It could not be graded, and why; ``Interrupted`` carries what there was.
    """
    clock = Clock(watch)
    clock.stage("fetch")
    with (
        open_repository(request.repo, ref=request.ref, trusted_origin=request.trusted_origin) as repository,
        temporary_folder() as private,
    ):
        folder = private / "submission"
        assignment, mappings, notes = _assignment(request, service.course, repository)
        due = terms(assignment, repository.url, request.extension)
        for lab in assignment.labs:
            service.prepare(lab.environments, lab.limits)
        wanted = Wanted.of(assignment.labs, [m for lab in mappings.values() for m in lab])
        submission = repository.materialise(wanted, into=folder)
        files = {p: (folder / p).read_bytes() for p in _regular_files(folder)}

    attempt = Attempt(request, assignment, submission, due, notes)
    status = UNREAD
    if any(lab.project for lab in assignment.labs):
        status = commit_status(submission.url, submission.commit)
    try:
        for lab in assignment.labs:
            clock.stage(f"judge {lab.id}")
            modules = module_sources(lab, mappings.get(lab.id, ()), files, submission.paths)
            documents = document_texts(lab, files)
            attempt.reads(lab, modules, documents)
            job = Job(
                course="",
                lab=lab,
                modules=modules,
                documents=documents,
                project=project_source(lab, files, status),
                seed=attempt.seed,
                suite=request.suite,
                device=request.device,
            )
            with service.sandboxes(job, files) as sandboxes:
                lab_result = service.judge_lab(job, sandboxes, partial(attempt.saw, watch, lab))
            attempt.trouble(lab, lab_result.trouble)
    except KeyboardInterrupt:
        raise Interrupted(attempt.record(service, clock.timings(), interrupted=True)) from None
    attempt.check_mappings(mappings)
    return attempt.record(service, clock.timings())


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
    said = declared(grade_file, assignment)
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


def project_source(lab: Lab, files: dict[str, bytes], status: CommitStatus = UNREAD) -> ProjectSource | None:
    """The repository as a whole, for labs that are about it."""
    if not lab.project:
        return None
    texts = {
        path: content.decode("utf-8", "replace")
        for path, content in files.items()
        if path.lower().endswith(PROJECT_TEXTS) and len(content) <= DOCUMENT_BYTES
    }
    return ProjectSource(texts=texts, status=status)


def _regular_files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and not p.is_symlink())
