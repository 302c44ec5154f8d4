"""Whether a push runs the tests, and they are green: shown by behaviour, job by job.

The jobs that a push to this branch starts are run as they stand; then on copies of the repository in which every
function raises, or returns something else. Tests that run notice that: a job that stays green runs none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.checks.project.broken import all_raise, all_wrong
from grader.checks.project.delivery import fair
from grader.checks.project.outcome import Conclusion, ProjectOutcome, conclude_workflow
from grader.checks.project.runner import Runner
from grader.checks.project.workflow import CODE, workflows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.checks.project.sandbox import ProjectSandbox
    from grader.checks.project.workflow import Workflow

PLACE = ".github/workflows/tests.yml"
OTHER_FORGES = re.compile(
    r"\.gitlab-ci\.ya?ml|\.travis\.yml|\.circleci/config\.ya?ml|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|"
    r"\.(?:gitea|forgejo)/workflows/[^/]+\.ya?ml|\.woodpecker(?:/[^/]+)?\.ya?ml|\.drone\.ya?ml|Jenkinsfile|appveyor\.ya?ml|\.cirrus\.yml"
)


def judge_ci(sandbox: ProjectSandbox, *, seconds: float, total_seconds: float) -> Conclusion:
    """What a push to the branch that was handed in does.

    Args:
        sandbox: Where its jobs are run.
        seconds: For one step.
        total_seconds: For all of it.
    """
    started, nothing = starting_workflows(sandbox)
    if not started:
        return nothing
    return fair(_judge(sandbox, started, seconds=seconds, total_seconds=total_seconds), sandbox.fetched())


def _judge(
    sandbox: ProjectSandbox, started: Sequence[Workflow], *, seconds: float, total_seconds: float
) -> Conclusion:
    """What follows from all the workflows that start."""
    found = workflows(sandbox.texts)
    results: list[Conclusion] = []
    for workflow in started:
        results.append(_one(sandbox, workflow, seconds=seconds, total_seconds=total_seconds / len(started)))
        if results[-1].word is ProjectOutcome.PASS:
            return results[-1]
    reds = [r for r in results if r.failed is not None and r.word is ProjectOutcome.REVISE]
    reviews = [r for r in results if r.word is ProjectOutcome.REVIEW]
    limits = [w for w in found if w.limit]
    followed = [w for w in found if "workflow_run" in w.events]
    if followed and not reds:
        why = f"{followed[0].file} runs after another workflow: whether it did, only the forge knows."
        return Conclusion(word=ProjectOutcome.REVIEW, why=why, file=followed[0].file)
    if limits and not reds:
        return Conclusion(word=ProjectOutcome.REVIEW, why=f"{limits[0].file} is not read: {limits[0].limit}.")
    return (reds or reviews or results)[0]


def starting_workflows(sandbox: ProjectSandbox) -> tuple[list[Workflow], Conclusion]:
    """The workflows that a push of code to the branch starts; and, if there are none, what to say of that."""
    found = workflows(sandbox.texts)
    if not found:
        other = next((path for path in sandbox.texts if OTHER_FORGES.fullmatch(path)), "")
        if other:
            why = f"{other} is the pipeline of another forge, and is not run here."
            return [], Conclusion(word=ProjectOutcome.REVIEW, why=why, file=other)
        why = f"There is no workflow: nothing runs when you push. Expected: {PLACE}."
        return [], Conclusion(word=ProjectOutcome.REVISE, why=why)
    paths = [p for p in sandbox.texts if CODE.search(p)] or list(sandbox.texts)
    started = [w for w in found if not (w.fault or w.limit or w.why_not_on_push(sandbox.branch, paths))]
    return started, _nothing_starts(sandbox, found, paths)


def _nothing_starts(sandbox: ProjectSandbox, found: Sequence[Workflow], paths: Sequence[str]) -> Conclusion:
    limits = [w for w in found if w.limit]
    if limits:
        return Conclusion(word=ProjectOutcome.REVIEW, why=f"{limits[0].file} is not read: {limits[0].limit}.")
    why = [
        f"{w.file}: GitHub can't run it: {w.fault}."
        if w.fault
        else f"{w.file}: {w.why_not_on_push(sandbox.branch, paths)}."
        for w in found
    ]
    return Conclusion(
        word=ProjectOutcome.REVISE, why=f"No workflow runs on this push. {why[0]}", seen=tuple(why)
    )


def _one(sandbox: ProjectSandbox, workflow: Workflow, *, seconds: float, total_seconds: float) -> Conclusion:
    """One workflow: as it is, and on the broken copy."""
    runner = Runner(sandbox, seconds=seconds, total_seconds=total_seconds)
    jobs = runner.run(workflow)
    found = conclude_workflow(workflow.file, jobs)
    if found.word is not ProjectOutcome.PASS:
        return found
    green = {job.job for job in jobs if job.status == "success"}

    def turns_red(overlay: dict[str, str]) -> bool:
        broken = _Overlaid(sandbox, overlay)
        again = Runner(broken, seconds=seconds, total_seconds=total_seconds).run(workflow)
        return any(job.job in green and job.status == "failure" for job in again)

    if turns_red(all_raise(sandbox.texts)):
        if turns_red(all_wrong(sandbox.texts)):
            return found
        why = (
            f"{workflow.file} turns red where functions raise, and stays green where they return something else: "
            "it may only import the tests, or they compare nothing."
        )
        return Conclusion(word=ProjectOutcome.REVIEW, why=why, file=workflow.file, seen=found.seen)
    if any(job.status == "unknown" or job.seen for job in jobs):
        why = "No job that could be run here runs the tests; others could not be run here."
        return Conclusion(word=ProjectOutcome.REVIEW, why=why, seen=found.seen)
    why = (
        f"{workflow.file} runs on a push, and stays green also when every function raises: "
        "it runs no tests, or ignores their failure."
    )
    return Conclusion(word=ProjectOutcome.REVISE, why=why, seen=found.seen)


class _Overlaid:
    """A sandbox whose repository has other texts in some places."""

    def __init__(self, sandbox: ProjectSandbox, overlay: dict[str, str]) -> None:
        self._sandbox = sandbox
        self._overlay = overlay
        self.texts, self.tested, self.status = sandbox.texts, sandbox.tested, sandbox.status
        self.url, self.branch = sandbox.url, sandbox.branch
        self.script, self.trials = sandbox.script, sandbox.trials
        self.fetched, self.has_package, self.keep = sandbox.fetched, sandbox.has_package, sandbox.keep
        self.stands, self.found = False, sandbox.found

    def settle(self, **how: object) -> str:
        """As the sandbox does, with the overlay."""
        return self._sandbox.settle(**how, overlay=self._overlay)  # type: ignore[arg-type]
