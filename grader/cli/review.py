"""``grade review``: what waits for a person, shown beside what was measured, and what that person decides."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from grader.cli import choices
from grader.cli.grade import EXIT_CODES
from grader.errors import UsageError
from grader.gradebook import open_gradebook
from grader.history import as_reviewed, waiting
from grader.history import review as keep_review
from grader.records import CriterionResult, Decision, Record, Review, SafeRecord
from grader.report import verdict, words, write_reports
from grader.report.escape import log
from grader.report.sheet import to_sheet

if TYPE_CHECKING:
    from grader.gradebook import Gradebook


@click.command()
@click.argument("attempt", type=click.IntRange(min=1), required=False)
@click.option("--item", default="", help="The criterion, or lab/criterion; not needed if there is only one.")
@click.option("--decide", type=click.Choice(["pass", "revise"]), help="What you decide.")
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
    by: str,
    comment: str,
    out: Path | None,
    gradebook: str,
    no_color: bool,
) -> int:
    """List what waits for a person; with ATTEMPT, show it; with --decide, decide.

    On a terminal, `grade review ATTEMPT` asks for the decisions.
    """
    console = Console(no_color=no_color, highlight=False)
    if attempt is None and (decide or item):
        raise UsageError("Say which attempt.", "`grade review` lists what waits.")
    with open_gradebook(gradebook) as book:
        if attempt is None:
            _list(waiting(book), console)
            return 0
        record = as_reviewed(book.attempt(attempt))
        if not _manual(record):
            raise UsageError(f"In attempt {attempt} there is nothing that a person decides.")
        if decide:
            chosen = _chosen(record, item)
            record = keep_review(book, attempt, _review(chosen, decide, by, comment))
        else:
            console.print(to_sheet(record))
            if sys.stdin.isatty() and sys.stdout.isatty():
                record = _ask(book, record, item, by)
    console.print(verdict(record))
    if out is not None:
        console.print("Reports: " + ", ".join(str(p) for p in write_reports(record, out)), markup=False)
    return EXIT_CODES[record.verdict]


def _list(records: tuple[SafeRecord, ...], console: Console) -> None:
    if not records:
        console.print("Nothing waits for review.")
    for record in records:
        head = (
            f"attempt {record.attempt}  {words.moment(record.graded_at)}  {record.assignment}  {record.url}"
        )
        console.print(Text(log(head)), soft_wrap=True)
        for criterion in _manual(record):
            if criterion.review is None:
                console.print(
                    Text(f"    … {log(criterion.title)}  [{log(_name(criterion))}]"), soft_wrap=True
                )


def _manual(record: Record) -> list[CriterionResult]:
    return [c for c in record.criteria if c.manual or c.review or c.decision is Decision.REVIEW]


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


def _review(criterion: CriterionResult, decided: str, by: str, comment: str) -> Review:
    if not by.strip():
        raise UsageError("Who decides?", "Give your name: --by NAME, or GRADER_REVIEWER.")
    return Review(
        lab=criterion.lab,
        criterion=criterion.id,
        decision=Decision(decided),
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
            comment = click.prompt("Comment for the student", default="", show_default=False)
            record = keep_review(book, record.attempt, _review(criterion, answer, by, comment))
    return record
