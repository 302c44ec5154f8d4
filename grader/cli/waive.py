"""``grade waive``: a check that shall count for nobody, and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from grader.cli import choices
from grader.cli.output import console as make_console
from grader.course import load, write_waivers
from grader.course.problems import Problems, suggest
from grader.course.waivers import FILE
from grader.errors import UsageError
from grader.records import Waiver
from grader.report.escape import plain

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("assignment")
@click.argument("check", required=False)
@choices.by
@choices.reason
@click.option("--undo", is_flag=True, help="Let it count again.")
@choices.course
@choices.no_color
def waive(
    *, assignment: str, check: str | None, by: str, reason: str, undo: bool, course: Path, no_color: bool
) -> int:
    """List ASSIGNMENT's waived checks; with CHECK, as lab/check, take one out of everybody's verdict.

    It still runs and is shown, and counts as if it held. `grade regrade` says whose verdict changes.
    """
    console = make_console(no_color=no_color)
    content = load(course.resolve(), assignment)
    if check is None:
        if undo or reason:
            raise UsageError("Say which check.", "As lab/check: `grade waive week06 lab3_lstm/evaluate.dm`.")
        for waiver in content.waivers:
            console.print(
                f"{waiver.lab}/{waiver.check}  {waiver.by}, {waiver.at}: {plain(waiver.reason)}",
                soft_wrap=True,
            )
        if not content.waivers:
            console.print("No check is waived.")
        return 0
    known = [f"{lab.id}/{each}" for lab in content.labs for c in lab.criteria for each in c.checks]
    if check not in known:
        raise UsageError(f"{assignment} has no check '{plain(check)}'. {suggest(check, known, 'checks')}")
    lab, _, name = check.partition("/")
    others = [waiver for waiver in content.waivers if (waiver.lab, waiver.check) != (lab, name)]
    if undo:
        if len(others) == len(content.waivers):
            raise UsageError(f"{check} is not waived.")
    else:
        choices.check_signed(by, reason)
        today = dt.datetime.now(dt.UTC).date().isoformat()
        others.append(Waiver(lab=lab, check=name, by=by, reason=reason, at=today))
    write_waivers(content.root, assignment, others, Problems())
    console.print(
        f"{check} {'counts again' if undo else 'is waived'}: see {FILE}. Commit it with the course."
    )
    console.print(f"Whose verdict changes: grade regrade {assignment}")
    return 0
