"""Green CI: a workflow that runs the tests on every push, and tests that pass in it."""

from __future__ import annotations

from grader.checks import ask, check, fail
from grader.checks.project import ProjectOutcome, judge_ci, starting_workflows

SHOWN = 8


@check("ci.workflow")
def test_workflow(project):
    """A workflow of GitHub Actions runs on every push of code."""
    started, nothing = starting_workflows(project)
    if started:
        return
    if nothing.word is ProjectOutcome.REVIEW:
        raise ask(nothing.why)
    raise fail(nothing.why, hint="GitHub's own template 'Python application' is a good start: `on: [push]`.")


def forge_says(status):
    """What GitHub itself says of the commit: shown beside what was seen here, and never in its place."""
    return {
        "success": f"On GitHub all checks of this commit are green ({status.source}).",
        "failure": f"On GitHub checks of this commit are red: {', '.join(status.failed)} ({status.source}).",
        "pending": f"On GitHub the checks of this commit had not finished ({status.source}).",
        "none": f"On GitHub this commit has no checks ({status.source}).",
    }.get(status.state, f"What GitHub says of this commit was not read: {status.source}.")


@check("ci.green", needs="ci.workflow", seconds=2400)
def test_green(project, lab, evidence):
    """What the workflow does on a push succeeds on a new machine, and turns red where the code is broken."""
    evidence.note(forge_says(project.status))
    seconds, total = float(lab.data.get("step_seconds", 420)), float(lab.data.get("ci_seconds", 2000))
    found = judge_ci(project, seconds=seconds, total_seconds=total)
    for line in found.seen[:SHOWN]:
        evidence.note(f"{line}.")
    step = found.failed
    cause = step.cause if step is not None else None
    parts = {
        "call": step.text if step else "",
        "where": f"{found.file}, line {step.line}, job {found.job}" if step else found.file,
        "traceback": cause.lines if cause else "",
        "hint": cause.hint if cause else "",
    }
    if found.word is ProjectOutcome.REVISE:
        raise fail(f"CI is red: {found.why}" if step else found.why, **parts)
    if found.word is ProjectOutcome.REVIEW:
        raise ask(f"Whether CI is green can't be told here. {found.why}", **parts)
