"""Grading one repository, from its address to the record that every report is made from.

open     an address            → Repository    one commit, ready to be read
choose   which assignment      → Choice        what is asked, and how the repository spells it
fetch    what the labs want    → Submission    files: path → bytes
plan     one job a lab         → Job           complete, and the same wherever it is done
judge    the suites            → LabResult     pytest, in a process that is ours
decide   pure arithmetic       → Verdict       with the repository's earlier attempts in sight
record   all of it             → Record        report.json, .html, .md, terminal
"""

from __future__ import annotations

import datetime as dt
import secrets
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader import __version__, interrupts
from grader.attempt import Attempt
from grader.basis import Basis
from grader.course import GRADE_FILE, GRADE_FILE_BYTES, choose, terms, with_waivers
from grader.course.publishing import MANIFEST, note_on_copy
from grader.errors import MappingNeeded, Problem, UsageError
from grader.gradebook import part
from grader.history import decided, since, standing
from grader.plan import UNREAD, plan
from grader.record import make_record, overriding
from grader.records import LabResult
from grader.request import Clock
from grader.submission import Wanted, commit_status, open_repository
from grader.verdict import decide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.attempt import Unmapped
    from grader.course import Choice
    from grader.gradebook import Kept
    from grader.history import History
    from grader.judge.job import Job
    from grader.judge_service import JudgeService
    from grader.records import Mapping, SafeRecord, Submission, Terms
    from grader.request import Request, Watch
    from grader.sandbox.environment import SandboxProvider
    from grader.submission import Repository

PUBLIC_OR_TRUST = (
    "Add --suite public to run the public checks, or --trust if you trust this repository's code."
)
REMEDY = "Say how this repository spells the lab's interface: in its grade.yml, or with --mapping FILE."


def grade(request: Request, service: JudgeService, history: History, watch: Watch) -> SafeRecord:
    """Grade one repository, and keep what was found.

    Returns:
        The record; a partial one if grading was interrupted.

    Raises:
        GraderError: It could not be graded, and why.
    """
    clock, begun = Clock(watch), dt.datetime.now(dt.UTC)
    clock.stage("fetch")
    with open_repository(
        request.repo,
        ref=request.ref,
        trusted_origin=request.trusted_origin,
        as_it_lies=request.as_it_lies,
    ) as repository:
        choice = choose(
            service.course,
            repository.read(GRADE_FILE, limit=GRADE_FILE_BYTES),
            repository.url,
            assignment=request.assignment,
            labs=request.labs,
            mapping=request.mapping,
        )
        choice = replace(choice, notes=(*choice.notes, *_copy(choice, repository)))
        due = terms(choice.assignment, repository.url, request.extension)
        service.prepare(choice.assignment.labs)
        if known := _known(request, choice, repository, due, service, history):
            return known
        submission = repository.fetch(Wanted.of(choice.assignment.labs, _all_mappings(choice)))
    _check_trust(request, service.provider)
    seed = request.seed or secrets.token_hex(16)
    jobs, unmapped = _plan(request, choice, submission, seed)
    results = _judge(jobs, submission, service, clock, watch)
    with interrupts.deferred():  # it takes moments: what was found is kept
        unmapped |= _misfits(choice, results)
        _check_mappings(choice, unmapped, results)
        attempt = Attempt(
            request=request,
            choice=choice,
            submission=submission,
            terms=due,
            seed=seed,
            jobs=jobs,
            results=tuple(
                replace(
                    r, checks=() if r.lab in unmapped else with_waivers(r.checks, choice.assignment.waivers)
                )
                for r in results
            ),
            unmapped=unmapped,
            graded_at=begun.isoformat(timespec="seconds"),
            course=service.course_version,
            sandbox=service.provider.name,
            protects=service.provider.protects,
            image_digests=service.provider.image_digests(),
            mapping_digest=_mapping_digest(request),
            data=service.data_names(),
            timings=clock.timings(),
        )

        def conclude(earlier: Sequence[Kept]) -> SafeRecord:
            stands = standing(attempt, earlier)
            reviews = decided(attempt, earlier)
            verdict = decide(
                attempt.rubric, attempt.checks, reviews=reviews, policy=due.policy, standing=stands
            )
            return make_record(attempt, verdict, stands, since(attempt, earlier), overriding(reviews))

        return history.keep(submission.url, choice.assignment.id, conclude)


def _copy(choice: Choice, repository: Repository) -> tuple[str, ...]:
    """What to say of the public checks that lie in the repository; nothing, if none do."""
    assignment = choice.assignment
    if MANIFEST not in repository.paths or assignment.public:
        return ()
    return note_on_copy(assignment, repository)


def _known(
    request: Request,
    choice: Choice,
    repository: Repository,
    due: Terms,
    service: JudgeService,
    history: History,
) -> SafeRecord | None:
    """An earlier attempt that rests on all the same, so that grading again would say the same."""
    if request.fresh or not repository.commit:
        return None
    basis = Basis(
        commit=repository.commit,
        part=part(request.suite, (lab.id for lab in choice.assignment.labs)),
        suite_digest=choice.assignment.digest,
        mapping_digest=_mapping_digest(request),
        image_digests=service.image_digests(choice.assignment.labs),
        sandbox=service.provider.name,
        device=request.device,
        data=service.data_names(),
        terms=due,
        received_at=request.received,
        grader_version=__version__,
        seed=request.seed,
    )
    return history.answer(repository.url, choice.assignment.id, basis)


def _mapping_digest(request: Request) -> str:
    return sha256(request.mapping.read_bytes()).hexdigest() if request.mapping else ""


def _check_trust(request: Request, provider: SandboxProvider) -> None:
    """Hidden checks in a sandbox that doesn't protect need a word of trust.

    Raises:
        UsageError: It was not given.
    """
    if request.suite != "public" and not request.trust and not provider.protects:
        without = f" (walls that do not hold: {', '.join(provider.missing)})" if provider.missing else ""
        raise UsageError(
            f"The {provider.name} sandbox does not protect{without}: student code could read the hidden suite.",
            PUBLIC_OR_TRUST,
        )


def _plan(
    request: Request, choice: Choice, submission: Submission, seed: str
) -> tuple[tuple[Job, ...], Unmapped]:
    """One job a lab, all with the same seed; and the labs that wait for a mapping."""
    labs = choice.assignment.labs
    about_it = any(lab.project for lab in labs)
    asked = about_it and request.ask_forge
    status = commit_status(submission.url, submission.commit) if asked else UNREAD
    jobs, unmapped = [], dict(choice.faults)
    for lab in labs:
        if lab.id in unmapped:
            continue
        try:
            job = plan(
                lab,
                submission.files,
                paths=submission.paths,
                mappings=choice.mappings.get(lab.id, ()),
                status=status,
                url=submission.url,
                ref=submission.branch or submission.ref,
                executable=submission.executable,
                seed=seed,
                suite=request.suite,
                device=request.device,
                waived=tuple(w.check for w in choice.assignment.waivers if w.lab == lab.id),
            )
        except MappingNeeded as needed:
            unmapped[lab.id] = needed.problems
        else:
            jobs.append(job)
    return tuple(jobs), unmapped


def _judge(
    jobs: Sequence[Job], submission: Submission, service: JudgeService, clock: Clock, watch: Watch
) -> tuple[LabResult, ...]:
    """What came of each job; after Ctrl-C, of those until then."""
    results: list[LabResult] = []
    for job in jobs:
        clock.stage(f"judge {job.lab.id}")
        try:
            with service.sandboxes(job, submission.files) as sandboxes:
                results.append(service.judge_lab(job, sandboxes, partial(watch.saw, job.lab)))
        except KeyboardInterrupt:
            results.append(LabResult(lab=job.lab.id, interrupted=True))
        if results[-1].interrupted:
            break
    return tuple(results)


def _misfits(choice: Choice, results: Sequence[LabResult]) -> Unmapped:
    """The labs whose mapping turned out not to fit: which expression, and where it was written."""
    where = {(lab, m.module): m.where for lab, found in choice.mappings.items() for m in found}
    return {
        result.lab: tuple(
            Problem(
                where.get((result.lab, mismatch.module), "the mapping"),
                f"the mapping of {mismatch.module} does not fit: {mismatch.message}",
            )
            for mismatch in result.mismatches
        )
        for result in results
        if result.mismatches
    }


def _check_mappings(choice: Choice, unmapped: Unmapped, results: Sequence[LabResult]) -> None:
    """A mapping that doesn't fit is never a reason to revise: its lab waits for one that does.

    Raises:
        MappingNeeded: All labs wait, or it is the instructor's, who can correct it now.
    """
    instructors = {(lab, m.module) for lab, ms in choice.mappings.items() for m in ms if m.by_instructor}
    theirs = any((r.lab, mismatch.module) in instructors for r in results for mismatch in r.mismatches)
    wait = theirs or len(unmapped) == len(choice.assignment.labs)
    if wait and not any(result.interrupted for result in results):
        problems = tuple(problem for found in unmapped.values() for problem in found)
        raise MappingNeeded("The mapping does not fit this repository.", problems, REMEDY)


def _all_mappings(choice: Choice) -> list[Mapping]:
    return [mapping for found in choice.mappings.values() for mapping in found]
