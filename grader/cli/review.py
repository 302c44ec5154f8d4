"""``grade review``: what waits for a person, shown beside what was measured, and what that person decides."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from grader.cli import choices
from grader.cli.grade import EXIT_CODES
from grader.cli.output import check_folder, print_report
from grader.cli.output import console as make_console
from grader.cli.review_server import ReviewQueue, ReviewServer
from grader.cli.reviewing import manual, name_of, new_review
from grader.errors import UsageError
from grader.gradebook import existing_gradebook
from grader.history import as_reviewed, waiting
from grader.history import review as keep_review
from grader.records import CriterionResult, Decision, Record, SafeRecord
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
@choices.by
@click.option("--comment", default="", help="For the student to read.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write the updated reports here."
)
@click.option("--browser", is_flag=True, help="Decide on a page in your browser, with one key an item.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of that page.  [default: any]")
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
    browser: bool,
    port: int,
    gradebook: str,
    no_color: bool,
) -> int:
    """List what waits for a person; with ATTEMPT, show it; with --decide or --points, decide.

    --undo takes a decision back. On a terminal, `grade review ATTEMPT` asks for the decisions.
    """
    console = make_console(no_color=no_color)
    if browser:
        alone = not (attempt or decide or undo or item or comment or out) and points is None
        return _serve(gradebook, by, port, console, alone=alone)
    deciding = bool(decide) or points is not None
    _check_options(attempt, bool(item or out), comment, deciding=deciding, undo=undo)
    check_folder(out, "--out")
    with existing_gradebook(gradebook) as book:
        if attempt is None:
            _list(waiting(book), console)
            return 0
        record = as_reviewed(book.attempt(attempt))
        if not manual(record):
            raise UsageError(f"In attempt {attempt} there is nothing that a person decides.")
        if deciding or undo:
            chosen = _chosen(record, item)
            if undo and not chosen.review:
                raise UsageError(f"Nothing was decided about {name_of(chosen)} in attempt {attempt}.")
            asked = Decision.REVIEW.value if undo else decide
            record = keep_review(book, attempt, new_review(chosen, asked, points, by, comment))
        else:
            print_report(console, to_sheet(record))
            if sys.stdin.isatty() and sys.stdout.isatty():
                record = _ask(book, record, item, by)
    print_report(console, verdict(record))
    if out is not None:
        written = ", ".join(str(path) for path in write_reports(record, out))
        console.print(f"Reports: {written}", soft_wrap=True)
    return EXIT_CODES[record.verdict]


def _check_options(attempt: int | None, about: bool, comment: str, *, deciding: bool, undo: bool) -> None:
    """What goes with what.

    Raises:
        UsageError: These don't.
    """
    if deciding and undo:
        raise UsageError("Either decide or --undo: not both.")
    if attempt is None and (deciding or undo or about or comment):
        raise UsageError("Say which attempt.", "`grade review` lists what waits.")
    if comment and not (deciding or undo):
        raise UsageError("A comment goes with a decision.", "Add --decide pass or --decide revise.")


def _serve(gradebook: str, by: str, port: int, console: Console, *, alone: bool) -> int:
    """The page, until Ctrl-C; what was decided is kept by then."""
    if not alone:
        raise UsageError("--browser goes with --by, --port and --gradebook alone: decide on its page.")
    existing_gradebook(gradebook).close()
    try:
        server = ReviewServer(ReviewQueue(partial(existing_gradebook, gradebook), by), port)
    except OSError as error:
        raise UsageError(
            f"The port {port} can't be had: {error.strerror}.", "Name another with --port."
        ) from error
    console.print(f"Open this, on this machine: {server.address}", soft_wrap=True)
    console.print("Who has the address can decide. Ctrl-C ends it.")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("Ended. What was decided is kept.")
    return 0


def _list(records: tuple[SafeRecord, ...], console: Console) -> None:
    if not records:
        console.print("Nothing waits for review.")
    for record in records:
        graded = words.local(record.graded_at, record.terms.deadline)
        head = f"attempt {record.attempt}  {graded}  {record.assignment}  {record.url}"
        console.print(Text(log(head)), soft_wrap=True)
        for criterion in manual(record):
            if criterion.review is None:
                console.print(
                    Text(f"    … {log(criterion.title)}  [{log(name_of(criterion))}]"), soft_wrap=True
                )


def _chosen(record: Record, item: str) -> CriterionResult:
    """The item that was meant.

    Raises:
        UsageError: There is none of this name, or more than one.
    """
    items = manual(record)
    found = [c for c in items if item in ("", c.id, name_of(c))]
    if len(found) == 1:
        return found[0]
    known = ", ".join(map(name_of, items))
    if item and not found:
        raise UsageError(f"Attempt {record.attempt} has no item '{item}' to review.", f"It has: {known}.")
    raise UsageError(f"Attempt {record.attempt} has {len(found)} items.", f"Say which, with --item: {known}.")


def _ask(book: Gradebook, record: SafeRecord, item: str, by: str) -> SafeRecord:
    """Ask for what is undecided, or for the one item that was named."""
    for criterion in [_chosen(record, item)] if item else [c for c in manual(record) if c.review is None]:
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
            record = keep_review(book, record.attempt, new_review(criterion, answer, points, by, comment))
    return record
