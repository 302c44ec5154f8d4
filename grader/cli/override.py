"""``grade override ATTEMPT``: a person's word on a whole attempt, over whatever follows from its checks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from grader.cli import choices
from grader.cli.output import check_folder, print_report
from grader.cli.output import console as make_console
from grader.errors import UsageError
from grader.gradebook import existing_gradebook
from grader.history import as_reviewed
from grader.history import review as keep_review
from grader.records import Decision, Review
from grader.report import verdict, write_reports


@click.command()
@click.argument("attempt", type=click.IntRange(min=1))
@click.option("--verdict", "decided", type=click.Choice(["pass", "revise"]), help="What you decide.")
@click.option("--undo", is_flag=True, help="Take it back: the checks decide again.")
@choices.by
@choices.reason
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write the updated reports here."
)
@choices.gradebook
@choices.no_color
def override(
    *,
    attempt: int,
    decided: str | None,
    undo: bool,
    by: str,
    reason: str,
    out: Path | None,
    gradebook: str,
    no_color: bool,
) -> int:
    """Decide an attempt's verdict yourself, with your name and the reason.

    It holds for the commit, also if that is graded again. What the checks found stays in the report.
    """
    console = make_console(no_color=no_color)
    if (decided is None) != undo:
        raise UsageError("Say what you decide.", "Either --verdict pass, --verdict revise, or --undo.")
    choices.check_signed(by, reason)
    check_folder(out, "--out")
    with existing_gradebook(gradebook) as book:
        record = as_reviewed(book.attempt(attempt))
        if undo and record.override is None:
            raise UsageError(f"Attempt {attempt} was not overridden.")
        if record.partial:
            raise UsageError(f"Attempt {attempt} was interrupted.", "Grade it again.")
        word = Review(
            lab="",
            criterion="",
            decision=Decision(decided) if decided else Decision.REVIEW,
            by=by,
            comment=reason,
            decided_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        )
        record = keep_review(book, attempt, word)
    print_report(console, verdict(record))
    if out is not None:
        written = ", ".join(str(path) for path in write_reports(record, out))
        console.print(f"Reports: {written}", soft_wrap=True)
    return 0
