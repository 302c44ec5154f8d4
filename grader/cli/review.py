"""``grade review``: what waits for a person, shown beside what was measured, and what that person decides."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from grader.cli import choices
from grader.cli.grade import EXIT_CODES
from grader.cli.output import check_folder, print_report
from grader.cli.output import console as make_console
from grader.errors import UsageError
from grader.gradebook import existing_gradebook
from grader.history import as_reviewed, waiting
from grader.history import review as keep_review
from grader.records import CriterionResult, Decision, Record, Review, SafeRecord
from grader.report import verdict, words, write_reports
from grader.report.escape import log
from grader.report.sheet import to_sheet

if TYPE_CHECKING:
    from rich.console import Console

    from grader.gradebook import Gradebook


@click.command()
@click.argument("attempt", type=click.IntRange(min=1), required=False)
@click.option("--item", default="", help="The criterion, or lab/criterion; not needed if there is only one.")
@click.option("--decide", type=click.Choice(["pass", "revise"]), help="What you decide.")
@click.option("--points", type=click.FloatRange(min=0), help="What you give, of the item's points.")
@click.option("--undo", is_flag=True, help="Take back what was decided: it waits for a person again.")
@click.option("--by", default="", envvar="GRADER_REVIEWER", help="Your name, as the report shows it.")
@click.option("--comment", default="", help="For the student to read.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write the updated reports here."
)
@choices.gradebook
@choices.no_color
def review(
    *,
    attempt: int | None,
    item: str,
    decide: str | None,
    points: float | None,
    undo: bool,
    by: str,
    comment: str,
    out: Path | None,
    gradebook: str,
    no_color: bool,
) -> int:
    """List what waits for a person; with ATTEMPT, show it; with --decide or --points, decide.

    --undo takes a decision back. On a terminal, `grade review ATTEMPT` asks for the decisions.
    """
    console = make_console(no_color=no_color)
    if (decide or points is not None) and undo:
        raise UsageError("Either decide or --undo: not both.")
    if attempt is None and (decide or undo or item or comment or out or points is not None):
        raise UsageError("Say which attempt.", "`grade review` lists what waits.")
    if comment and not (decide or undo or points is not None):
        raise UsageError("A comment goes with a decision.", "Add --decide pass or --decide revise.")
    check_folder(out, "--out")
    with existing_gradebook(gradebook) as book:
        if attempt is None:
            _list(waiting(book), console)
            return 0
        record = as_reviewed(book.attempt(attempt))
        if not _manual(record):
            raise UsageError(f"In attempt {attempt} there is nothing that a person decides.")
        if decide or undo or points is not None:
            chosen = _chosen(record, item)
            if undo and not chosen.review:
                raise UsageError(f"Nothing was decided about {_name(chosen)} in attempt {attempt}.")
            asked = Decision.REVIEW.value if undo else decide
            record = keep_review(book, attempt, _review(chosen, asked, points, by, comment))
        else:
            print_report(console, to_sheet(record))
            if sys.stdin.isatty() and sys.stdout.isatty():
                record = _ask(book, record, item, by)
    print_report(console, verdict(record))
    if out is not None:
        written = ", ".join(str(path) for path in write_reports(record, out))
        console.print(f"Reports: {written}", soft_wrap=True)
    return EXIT_CODES[record.verdict]


def _list(records: tuple[SafeRecord, ...], console: Console) -> None:
    if not records:
        console.print("Nothing waits for review.")
    for record in records:
        graded = words.local(record.graded_at, record.terms.deadline)
        head = f"attempt {record.attempt}  {graded}  {record.assignment}  {record.url}"
        console.print(Text(log(head)), soft_wrap=True)
        for criterion in _manual(record):
            if criterion.review is None:
                console.print(
                    Text(f"    … {log(criterion.title)}  [{log(_name(criterion))}]"), soft_wrap=True
                )


def _manual(record: Record) -> list[CriterionResult]:
    return [c for c in record.criteria if c.manual or c.review or c.waiting or c.decision is Decision.REVIEW]


def _name(criterion: CriterionResult) -> str:
    return f"{criterion.lab}/{criterion.id}"


def _chosen(record: Record, item: str) -> CriterionResult:
    """The item that was meant.

    Raises:
        UsageError: There is none of this name, or more than one.
    """
    manual = _manual(record)
    found = [c for c in manual if item in ("", c.id, _name(c))]
    if len(found) == 1:
        return found[0]
    known = ", ".join(map(_name, manual))
    if item and not found:
        raise UsageError(f"Attempt {record.attempt} has no item '{item}' to review.", f"It has: {known}.")
    raise UsageError(f"Attempt {record.attempt} has {len(found)} items.", f"Say which, with --item: {known}.")


def _review(
    criterion: CriterionResult, decided: str | None, points: float | None, by: str, comment: str
) -> Review:
    """What was decided; points alone decide as well: all of them are a pass.

    Raises:
        UsageError: Nobody says so, or there are not so many points.
    """
    if not by.strip():
        raise UsageError("Who decides?", "Give your name: --by NAME, or GRADER_REVIEWER.")
    if points is not None and points > criterion.points:
        has = words.count(criterion.points, "point") if criterion.points else "no points"
        raise UsageError(f"'{_name(criterion)}' has {has}; {points:g} can't be given.")
    whole = Decision.PASS if points == criterion.points else Decision.REVISE
    return Review(
        lab=criterion.lab,
        criterion=criterion.id,
        decision=Decision(decided) if decided else whole,
        points=points,
        by=by.strip(),
        comment=comment.strip(),
        decided_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def _ask(book: Gradebook, record: SafeRecord, item: str, by: str) -> SafeRecord:
    """Ask for what is undecided, or for the one item that was named."""
    for criterion in [_chosen(record, item)] if item else [c for c in _manual(record) if c.review is None]:
        answer = click.prompt(
            log(criterion.title), type=click.Choice(["pass", "revise", "skip"]), default="skip"
        )
        if answer != "skip":
            by = by or click.prompt("Your name, as the report shows it")
            points = None
            if criterion.points and answer == "revise":
                most = click.FloatRange(0, criterion.points)
                points = click.prompt(f"Points, of {criterion.points:g}", type=most, default=0.0)
            comment = click.prompt("Comment for the student", default="", show_default=False)
            record = keep_review(book, record.attempt, _review(criterion, answer, points, by, comment))
    return record
