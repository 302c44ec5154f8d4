"""Green CI: a workflow that runs the tests on every push, and tests that pass in it."""

from __future__ import annotations

from grader.checks import check, fail
from grader.checks.project import CommandKind, ReadmeRun, failed, workflows

PLACE = ".github/workflows/tests.yml"


@check("ci.workflow")
def test_workflow(project):
    """A workflow of GitHub Actions runs the tests on every push."""
    found = workflows(project.texts)
    if not found:
        raise fail(
            "There is no workflow: nothing runs the tests when you push.",
            expected=PLACE,
            hint="GitHub's own template 'Python application' is a good start.",
        )
    for workflow in found:
        if workflow.fault and len(found) == 1:
            raise fail(f"The workflow can't be read: {workflow.fault}.", where=workflow.file)
    testing = [w for w in found if w.tests()]
    if not testing:
        raise fail(
            "No workflow runs the tests.",
            where=", ".join(w.file for w in found[:3]),
            hint="Add a step: `run: python -m pytest`.",
        )
    if not any(w.on_push for w in testing):
        raise fail(
            f"The workflow does not run on push, but on {', '.join(testing[0].events) or 'nothing'}.",
            where=testing[0].file,
            hint="Write `on: [push, pull_request]`.",
        )
    forgiven = [c for w in testing for c in w.tests()]
    if all(c.forgiven for c in forgiven):
        raise fail(
            "The workflow is green whatever the tests say: their failure is ignored.",
            where=f"{testing[0].file}, line {forgiven[0].line}",
            hint="Take away `|| true` and `continue-on-error`.",
        )


def forge_says(status):
    """What GitHub itself says of the commit: reported beside what was seen here, and never in its place."""
    return {
        "success": f"On GitHub all checks of this commit are green ({status.source}).",
        "failure": f"On GitHub checks of this commit are red: {', '.join(status.failed)} ({status.source}).",
        "pending": f"On GitHub the checks of this commit had not finished ({status.source}).",
        "none": f"On GitHub this commit has no checks ({status.source}).",
    }.get(status.state, f"What GitHub says of this commit was not read: {status.source}.")


@check("ci.green", needs="ci.workflow", seconds=240)
def test_green(project, lab, evidence):
    """What the workflow does on a push succeeds on a new machine: it installs, and the tests pass."""
    evidence.note(forge_says(project.status))
    run = ReadmeRun(project, seconds=float(lab.data.get("tests_seconds", 60)))
    for workflow in workflows(project.texts):
        if not workflow.on_push:
            continue
        for name, job in workflow.jobs.items():
            if not any(c in workflow.tests() for c in job):
                continue
            steps = run.follow([c for c in job if not c.forgiven or c.kind is not CommandKind.TEST])
            for note in run.notes:
                evidence.note(note)
            untried = [s.command for s in steps if s.command.kind is CommandKind.UNTRIED]
            for command in untried[:6]:
                evidence.note(f"{workflow.file}: `{command.text}` is not tried: {command.why}.")
            if step := failed(steps):
                raise fail(
                    f"CI is red: {step.why}",
                    call=step.command.text,
                    where=f"{workflow.file}, line {step.command.line}, job {name}",
                    traceback=step.output,
                    hint=step.hint,
                )
            return
