"""Prove that an assignment's own content is right, through the same judge and sandboxes as a student's work.

The reference passes every check on every seed; the starter has to be revised; every mistake fails the checks it
must fail, on every seed, with its diagnosis; no check is without a mistake that fails it.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from grader.course import handed_in, reference_content, starter, starter_files
from grader.course.problems import quoted, suggest
from grader.errors import UsageError
from grader.plan import plan
from grader.records import CourseVersion, Decision, Outcome, Rubric, RubricLab, Weight
from grader.verdict import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grader.judge_service import JudgeService
    from grader.records import Assignment, CheckResult, Finding, Lab, LabResult, Mistake


PYTHONS_OWN = "Traceback (most recent call last)"
PROJECT_SEEDS = 3
"""For labs about the repository: a seed only chooses which bugs are put into its code, and each takes seconds."""


class Row(Struct, frozen=True, kw_only=True):
    """What became of one submission of ours.

    Attributes:
        lab: Whose it is.
        kind: ``reference``, ``starter``, ``mistake`` or ``check``.
        name: The mistake's or check's id.
        held: Seeds on which it behaved as it must.
        seeds: Seeds tried.
        faults: What it did instead, each once.
        shown: The diagnosis that was given, for mistakes.
    """

    lab: str
    kind: str
    name: str
    held: int
    seeds: int
    faults: tuple[str, ...] = ()
    shown: str = ""


class Proof(Struct, frozen=True, kw_only=True):
    """The result of ``grade verify``: one row per reference, starter, mistake and uncovered check."""

    assignment: str
    suite_digest: str
    course: CourseVersion
    seeds: int
    rows: tuple[Row, ...]

    @property
    def holds(self) -> bool:
        """True if every row behaved as it must on every seed; nothing proved is nothing that holds."""
        tried = sum(row.seeds for row in self.rows)
        return tried > 0 and all(row.held == row.seeds and not row.faults for row in self.rows)


def check_mistakes(assignment: Assignment, wanted: Sequence[str]) -> None:
    """Whether these labs have these mistakes.

    Raises:
        UsageError: They lack one; lists what there is, with a guess.
    """
    known = [mistake.id for lab in assignment.labs for mistake in lab.mistakes]
    for mistake in wanted:
        if mistake not in known:
            of = ", ".join(lab.id for lab in assignment.labs)
            raise UsageError(
                f"There is no mistake {quoted(mistake)} in {of}. {suggest(mistake, known, 'mistakes')}".strip(),
                "Mistakes are in reference/*/*/mistakes.yaml.",
            )


def verify(
    assignment: Assignment,
    service: JudgeService,
    *,
    seeds: int = 20,
    mistake_seeds: int | None = None,
    jobs: int = 2,
    only: Sequence[str] = (),
    device: str = "cpu",
    saw: Callable[[Row], None] = lambda _row: None,
) -> Proof:
    """Judge the content of an assignment.

    Args:
        assignment: With the labs to prove.
        service: Where to judge.
        seeds: How many; always the same ones, so that a proof can be repeated.
        mistake_seeds: How many for starters and mistakes; ``None``: as many.
        jobs: Submissions judged at the same time.
        only: Mistakes to try; empty: everything.
        device: Where torch modules work.
        saw: Is called with each row as it is done.
    """
    drawn = [_seed(assignment.id, number) for number in range(seeds)]
    trials = [trial for lab in assignment.labs for trial in _trials(assignment, lab, only)]

    def run(trial: _Trial) -> Row:
        row = trial.run(service, drawn if trial.kind == "reference" else drawn[:mistake_seeds], device)
        saw(row)
        return row

    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        rows = list(pool.map(run, trials))
    except BaseException:
        service.close()  # what is being judged ends now: nobody waits for it
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    if not only:
        uncovered = [row for lab in assignment.labs for row in _uncovered(lab)]
        for row in uncovered:
            saw(row)
        rows += uncovered
    return Proof(
        assignment=assignment.id,
        suite_digest=assignment.digest,
        course=service.course_version,
        seeds=seeds,
        rows=tuple(rows),
    )


def _seed(assignment: str, number: int) -> str:
    return hashlib.sha256(f"verify {assignment} {number}".encode()).hexdigest()[:32]


class _Trial:
    """One submission of ours, and what must become of it."""

    def __init__(
        self,
        assignment: Assignment,
        lab: Lab,
        kind: str,
        name: str,
        files: dict[str, bytes],
        expect: Callable[[LabResult], Iterable[str]],
        only: tuple[str, ...] = (),
    ) -> None:
        self._assignment, self._lab, self.kind, self._name = assignment, lab, kind, name
        self._files = {"/".join(filter(None, (lab.folder, p))): content for p, content in files.items()}
        self._expect = expect
        self._only = only

    def run(self, service: JudgeService, seeds: Sequence[str], device: str) -> Row:
        """Judge it once per seed, in the same sandboxes: its code is ours."""
        seeds = seeds[:PROJECT_SEEDS] if self._lab.project else seeds
        faults: dict[str, None] = {}
        held = 0
        shown: dict[str, None] = {}
        jobs = [plan(self._lab, self._files, seed=s, only=self._only, device=device) for s in seeds]
        with service.sandboxes(jobs[0], self._files) as sandboxes:
            for job in jobs:
                lab_result = service.judge_lab(job, sandboxes, lambda _event: None)
                found = [*_trouble(lab_result), *self._expect(lab_result)]
                held += not found
                faults.update(dict.fromkeys(found))
                shown.update(dict.fromkeys(_diagnoses(lab_result)))
        return Row(
            lab=self._lab.id,
            kind=self.kind,
            name=self._name,
            held=held,
            seeds=len(seeds),
            faults=tuple(faults),
            shown=" / ".join(shown),
        )


def _trials(assignment: Assignment, lab: Lab, only: Sequence[str]) -> Iterable[_Trial]:
    files = reference_content(assignment.root / lab.reference)
    if not only:
        yield _Trial(assignment, lab, "reference", lab.id, files, _all_pass)
        yield _Trial(
            assignment, lab, "starter", lab.id, _begun(assignment, lab, files), partial(_has_to_revise, lab)
        )
    for mistake in lab.mistakes:
        if not only or mistake.id in only:
            yield _Trial(
                assignment,
                lab,
                "mistake",
                mistake.id,
                handed_in(mistake, files, assignment.root / lab.mistakes_in),
                partial(_is_caught, mistake),
                mistake.fails,
            )


def _begun(assignment: Assignment, lab: Lab, files: dict[str, bytes]) -> dict[str, bytes]:
    """The lab with nothing done: its solutions cut out. Of labs that share a reference, only what students get."""
    if lab.mistakes_in != lab.reference:
        folder = f"{lab.folder}/" if lab.folder else ""
        given = starter(assignment).items()
        return {name.removeprefix(folder): content for name, content in given if name.startswith(folder)}
    cut = starter_files(lab, assignment.root).items()
    return files | {name: text.encode() for name, text in cut}


# ── What must become of them ──────────────────────────────────────────────────────────────────────────────


def _all_pass(lab_result: LabResult) -> Iterable[str]:
    for result in lab_result.checks:
        if result.outcome is not Outcome.PASSED:
            yield f"{result.id} {result.outcome}{_words(result)}"
    if not lab_result.checks:
        yield "no check ran"


def _has_to_revise(lab: Lab, lab_result: LabResult) -> Iterable[str]:
    must = tuple(replace(c, weight=Weight.REQUIRED) for c in lab.criteria if c.weight is not Weight.ADVICE)
    alone = Rubric(labs=(RubricLab(id=lab.id, title=lab.title, criteria=must),))
    decision = decide(alone, lab_result.checks).decision
    if decision is not Decision.REVISE:
        yield f"the verdict was {decision}, not revise"


def _is_caught(mistake: Mistake, lab_result: LabResult) -> Iterable[str]:
    results = {result.id: result for result in lab_result.checks}
    for check in mistake.fails:
        result = results.get(check)
        if result is None:
            yield f"{check} did not run"
        elif result.outcome not in (Outcome.FAILED, Outcome.PARTLY):
            waited = f", waiting for {result.waited_for}" if result.waited_for else ""
            yield f"{check} {result.outcome}{waited}"
    told = list(_diagnoses(lab_result))
    if mistake.diagnosis and mistake.diagnosis not in told:
        yield f"diagnosed as {told[0]!r}" if told else "no diagnosis"
    if not mistake.diagnosis and told:
        yield f"misnamed: {told[0]!r}"


def _diagnoses(lab_result: LabResult) -> Iterable[str]:
    for result in lab_result.checks:
        if result.finding is not None and result.finding.diagnosis:
            yield result.finding.diagnosis


def _trouble(lab_result: LabResult) -> Iterable[str]:
    if lab_result.trouble:
        yield f"the suite did not run to its end: {lab_result.trouble.strip().splitlines()[-1]}"
    for result in lab_result.checks:
        if result.finding is not None and _is_broken(result, result.finding):
            last = (result.finding.traceback or result.finding.headline).strip().splitlines()[-1]
            yield f"{result.id} could not be judged: {last}"


def _is_broken(result: CheckResult, finding: Finding) -> bool:
    """Whether the suite, or a reader of ours, broke on this work: to a student's eye a person decides that."""
    ours = result.outcome is Outcome.REVIEW and PYTHONS_OWN in finding.traceback
    return ours or result.outcome is Outcome.UNGRADED


def _words(result: CheckResult) -> str:
    finding = result.finding
    if finding is None:
        return f", waiting for {result.waited_for}" if result.waited_for else ""
    return ": " + " ".join(
        filter(None, (finding.headline, finding.where, finding.how_far, finding.diagnosis))
    )


def _uncovered(lab: Lab) -> Iterable[Row]:
    failed = {check for mistake in lab.mistakes for check in mistake.fails}
    for criterion in lab.criteria:
        for check in criterion.checks:
            if check not in failed:
                yield Row(
                    lab=lab.id,
                    kind="check",
                    name=check,
                    held=0,
                    seeds=1,
                    faults=("no mistake fails this check",),
                )
