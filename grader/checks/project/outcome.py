"""What really happened → what follows: pass, revise, or a person decides.

Revise needs evidence that only the repository can fix what failed: nothing that went wrong before it, and was not
the repository's fault, may have caused it. Pass needs that something of it ran.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.causes import Whose
from grader.checks.project.job_machine import StepRun
from grader.checks.project.readme_run import CommandRun, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.checks.project.job_machine import JobRun
    from grader.checks.project.readme_run import ReadmeRun

_BRINGS = re.compile(r"\b(?:clone|cd|wget|curl|unzip|tar|download|checkout|kaggle|gdown|dvc|mv|cp)\b")
"""Commands that bring files, or go where they are: once one has failed, a missing file proves nothing."""

_FETCHES = re.compile(r"\b(?:wget|curl|gdown|kaggle|dvc pull|git clone)\b")
_BRINGS_TOOLS = re.compile(
    r"astral\.sh/uv|python-poetry\.org|\b(?:apt|apt-get|brew|yum|dnf|pacman|choco|winget)\b"
)
"""Commands for tools that the sandbox has, or for a system that is not its own."""
_SERVES = re.compile(
    r"\b(?:streamlit|flask|uvicorn|gunicorn|http\.server|gradio|mkdocs serve|fastapi)\b"
    r"|\b(?:[Ss]erving|[Ll]istening|[Rr]unning)\b[^\n]{0,60}"
    r"(?:http|port|localhost|127\.0\.0\.1|0\.0\.0\.0)"
)
"""A server runs until it is stopped: that it still does when its time is up is as it should be."""
_SHOWS = re.compile(r"\b(?:jupyter|tensorboard)\b")
"""Servers that run whatever the repository's code is like."""


class ProjectOutcome(StrEnum):
    """What is said about a repository's README, workflow or tests."""

    PASS = "pass"  # noqa: S105 - no password
    REVISE = "revise"
    REVIEW = "review"


class Conclusion(Struct, frozen=True, kw_only=True):
    """What follows, and from which step.

    Attributes:
        why: A sentence; empty for a pass.
        step: The README's that decided; ``None`` if none did.
        file: The workflow that decided, with its ``job`` and the step that ``failed`` in it.
        seen: For a person: each line that did not work, and why.
        is_doubtful: What went wrong before may have caused it.
    """

    word: ProjectOutcome
    why: str = ""
    step: CommandRun | None = None
    file: str = ""
    job: str = ""
    failed: StepRun | None = None
    seen: tuple[str, ...] = ()
    is_doubtful: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether nothing that went wrong before could have caused what failed; without a cause, it was read."""
        failed = self.step or self.failed
        return (
            not self.is_doubtful if failed is None else (failed.cause is not None and failed.cause.is_certain)
        )


def conclude(run: ReadmeRun) -> Conclusion:
    """What follows from a README that was followed.

    A line that can't be tried here, for want of Docker, of a GPU or of data that the reader brings, holds up no
    pass where other code of the repository ran to its end.
    """
    steps = [step for step in run.steps if not step.is_aside]
    troubles = [step for step in steps if step.cause is not None]
    seen = tuple(
        f"line {s.line}: `{s.text.splitlines()[0][:100]}`: {s.cause.why}" for s in troubles if s.cause
    )
    theirs = next((s for s in troubles if s.cause and s.cause.whose is Whose.THEIRS), None)
    if theirs is not None and theirs.cause is not None:
        before = troubles[: troubles.index(theirs)]
        brought = [step for step in before if _BRINGS.search(step.text)]
        if not before or (theirs.cause.is_certain and not brought):
            return Conclusion(word=ProjectOutcome.REVISE, why=theirs.cause.why, step=theirs, seen=seen)
        why = "It failed, and what went wrong before may be the reason."
        return Conclusion(word=ProjectOutcome.REVIEW, why=why, step=theirs, seen=seen)
    if run.stopped and not any(s.runs for s in _worked(steps)):
        return Conclusion(
            word=ProjectOutcome.REVIEW, why=f"It was not followed to its end: {run.stopped}.", seen=seen
        )
    unknown = next((s for s in troubles if s.cause and s.cause.whose is Whose.UNKNOWN), None)
    if unknown is not None and unknown.cause is not None:
        return Conclusion(
            word=ProjectOutcome.REVIEW, why=f"A line failed: {unknown.cause.why}.", step=unknown, seen=seen
        )
    untried = next(
        (s for s in troubles if s.runs or (_FETCHES.search(s.text) and not _BRINGS_TOOLS.search(s.text))),
        None,
    )
    ran = any(step.runs and step.result is Result.WORKED for step in steps)
    if untried is not None and untried.cause is not None and not ran:
        return Conclusion(
            word=ProjectOutcome.REVIEW,
            why=f"A line could not be tried: {untried.cause.why}.",
            step=untried,
            seen=seen,
        )
    if not any(step.runs and _ended_or_serves(step) for step in _worked(steps)):
        why = "Nothing that runs the code could be tried to its end here."
        return Conclusion(
            word=ProjectOutcome.REVIEW, why=why, step=troubles[0] if troubles else None, seen=seen
        )
    return Conclusion(word=ProjectOutcome.PASS, seen=seen)


def _ended_or_serves(step: CommandRun) -> bool:
    """Whether a step came to its end, or is of the kind that has none."""
    serves = _SERVES.search(f"{step.text}\n{step.output}") is not None and not _SHOWS.search(step.text)
    return step.result is Result.WORKED or serves


def _worked(steps: Sequence[CommandRun]) -> list[CommandRun]:
    return [step for step in steps if step.result in {Result.WORKED, Result.RAN_ON}]


def conclude_workflow(file: str, jobs: Sequence[JobRun]) -> Conclusion:
    """What follows from the jobs that a push started: red by the repository's fault, green, or nobody knows."""
    seen = tuple(line for job in jobs for line in job.seen)
    for job in jobs:
        step = job.failed if job.status == "failure" else None
        if step is not None and step.cause is not None and step.cause.whose is Whose.THEIRS:
            return Conclusion(
                word=ProjectOutcome.REVISE, why=step.cause.why, file=file, job=job.job, failed=step, seen=seen
            )
    for job in jobs:
        step = job.failed if job.status == "failure" else None
        if step is not None and step.cause is not None:
            return Conclusion(
                word=ProjectOutcome.REVIEW,
                why=f"A step failed: {step.cause.why}.",
                file=file,
                job=job.job,
                failed=step,
                seen=seen,
            )
    if jobs and all(job.status == "skipped" for job in jobs):
        why = f"No job runs on a push: {jobs[0].seen[0]}."
        return Conclusion(word=ProjectOutcome.REVISE, why=why, file=file, job=jobs[0].job, seen=seen)
    if not any(job.status == "success" for job in jobs):
        return Conclusion(word=ProjectOutcome.REVIEW, why="No job could be run here.", file=file, seen=seen)
    return Conclusion(word=ProjectOutcome.PASS, seen=seen)
