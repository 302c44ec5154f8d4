"""One grading of one commit: what was asked, what was handed in, what was found."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from grader.course import Choice, rubric_of
from grader.judge.job import Job
from grader.records import CheckResult, CourseVersion, Document, LabResult, Rubric, Submission, Terms, Timing
from grader.request import Request


class Attempt(Struct, frozen=True, kw_only=True, dict=True):
    """One grading of one commit, before history and verdict."""

    request: Request
    choice: Choice
    submission: Submission
    terms: Terms
    seed: str
    """128 bits in hex; of all its jobs."""
    jobs: tuple[Job, ...]
    results: tuple[LabResult, ...]
    graded_at: str
    """ISO 8601."""
    course: CourseVersion
    sandbox: str
    protects: bool
    image_digests: dict[str, str]
    mapping_digest: str
    data: tuple[str, ...]
    timings: tuple[Timing, ...]

    @cached_property
    def rubric(self) -> Rubric:
        """The criteria that were asked for."""
        return rubric_of(self.choice.assignment, self.request.suite)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Every lab's results."""
        return tuple(check for result in self.results for check in result.checks)

    @property
    def partial(self) -> bool:
        """Whether grading was interrupted."""
        return any(result.interrupted for result in self.results)

    @property
    def files(self) -> tuple[str, ...]:
        """The student's files that the labs' modules were read from."""
        return tuple(dict.fromkeys(m.file for job in self.jobs for m in job.modules if not m.absent))

    @property
    def documents(self) -> tuple[Document, ...]:
        """What a person has to read."""
        return tuple(
            Document(lab=job.lab.id, name=name, file=job.lab.documents[name], text=text)
            for job in self.jobs
            if any(criterion.manual for criterion in job.lab.criteria)
            for name, text in job.documents.items()
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know about how it was graded."""
        broken = (
            f"{result.lab}: the suite did not run to its end; this is not your fault."
            for result in self.results
            if result.trouble
        )
        mapped = (m.mapping for job in self.jobs for m in job.modules if m.mapping)
        spelled = (note for mapping in mapped for note in mapping.notes)
        return (*self.choice.notes, *self.submission.notes, *spelled, *broken)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What went wrong on our side, in full."""
        return tuple(f"{result.lab}: {result.trouble}" for result in self.results if result.trouble)
