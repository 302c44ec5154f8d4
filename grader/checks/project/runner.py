"""A push starts a workflow's jobs, each after those that it needs.

A job is green if its steps are; whose fault a red one is, its output tells.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from grader.checks.project.conditions import holds
from grader.checks.project.expressions import UNKNOWN, interpolate
from grader.checks.project.job_machine import JobMachine, JobRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.project.sandbox import ProjectSandbox
    from grader.checks.project.workflow import Workflow, WorkflowJob

SHA = "0" * 40


class Runner:
    """GitHub's runner for a push to one branch.

    Args:
        sandbox: Where.
        seconds: For one step.
        total_seconds: For all jobs.
    """

    def __init__(self, sandbox: ProjectSandbox, *, seconds: float, total_seconds: float) -> None:
        self._sandbox = sandbox
        self._seconds = seconds
        self._until = time.monotonic() + total_seconds
        self._name = re.sub(r"\.git$", "", sandbox.url.rstrip("/").rsplit("/", 1)[-1]) or "repository"
        owner = sandbox.url.rstrip("/").split("/")[-2:-1] or ["owner"]
        self._repository = f"{owner[0].rsplit(':', 1)[-1] or 'owner'}/{self._name}"

    def run(self, workflow: Workflow) -> list[JobRun]:
        """Its jobs, each after those it needs."""
        done: dict[str, JobRun] = {}
        waiting = list(workflow.jobs)
        while waiting:
            ready = next((j for j in waiting if all(n in done for n in j.needs)), None)
            if ready is None:
                break
            waiting.remove(ready)
            done[ready.id] = self._job(workflow, ready, done)
        return list(done.values())

    # ── One job ───────────────────────────────────────────────────────────────────────────────────────────

    def _job(self, workflow: Workflow, job: WorkflowJob, done: Mapping[str, JobRun]) -> JobRun:
        needed = [done[n].status for n in job.needs]
        status = "success" if all(s == "success" for s in needed) else "failure"
        needs = {n: {"result": done[n].status, "outputs": done[n].outputs} for n in job.needs}
        context = self._context(workflow, job) | {"needs": needs, "status()": status}
        starts = holds(job.condition, context, status)
        if starts is False:
            return JobRun(
                job=job.id,
                status="skipped",
                seen=(f"job {job.id}, line {_line_of(job)}: its `if` does not hold",),
            )
        if starts is None or job.strange:
            why = job.strange or (f"its `if` can't be decided here: {job.condition[:80]}",)
            return JobRun(job=job.id, status="unknown", seen=tuple(f"job {job.id}: {w}" for w in why))
        system, known = interpolate(job.runs_on, context)
        if known and system and not re.search(r"ubuntu|linux|self-hosted", system, re.IGNORECASE):
            return JobRun(job=job.id, status="unknown", seen=(f"job {job.id}: it runs on {system[:40]}",))
        return JobMachine(self._sandbox, self._name, self._seconds, self._until).run(workflow, job, context)

    def _context(self, workflow: Workflow, job: WorkflowJob) -> dict[str, Any]:
        branch = self._sandbox.branch
        github = {
            "event_name": "push", "ref": f"refs/heads/{branch}", "ref_name": branch,
            "ref_type": "branch", "workflow": workflow.name,
            "repository": self._repository, "repository_owner": self._repository.split("/")[0],
            "sha": SHA, "job": job.id,
            "head_ref": "", "base_ref": "", "server_url": "https://github.com", "event": {"*": UNKNOWN,
            "pull_request": None},
            "actor": UNKNOWN, "token": "", "run_id": "1", "run_number": "1",
            "triggering_actor": UNKNOWN, "run_attempt": "1",
            "event_path": UNKNOWN, "api_url": "https://api.github.com", "ref_protected": UNKNOWN,
            "action": "", "graphql_url": UNKNOWN,
        }  # fmt: skip
        runner = {"os": "Linux", "arch": "X64", "name": "runner", "environment": "github-hosted"}
        return {
            "github": github,
            "runner": runner,
            "matrix": _cell(job),
            "strategy": UNKNOWN,
            "inputs": {},
            "vars": UNKNOWN,
            "secrets": UNKNOWN,
        }


def _line_of(job: WorkflowJob) -> int:
    return getattr(job.condition, "line", job.line)


def _cell(job: WorkflowJob) -> dict[str, Any]:
    """One cell of the matrix: on Linux, with a Python that is likely to be here."""

    def rank(cell: dict[str, Any]) -> tuple[bool, bool, bool]:
        words = " ".join(str(v).lower() for v in cell.values())
        versions = [
            str(v)
            for k, v in cell.items()
            if "python" in str(k).lower() or str(k).lower() in {"py", "version"}
        ]
        trial = any("experimental" in str(k).lower() and str(v).lower() == "true" for k, v in cell.items())
        return (
            "windows" in words or "macos" in words,
            trial or "experimental" in words,
            "3.11" not in versions,
        )

    return min(job.cells, key=rank) if job.cells else {}
