"""``grade standings``: every repository and where it stands, to read or as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

import click
from rich.text import Text

from grader.cli import choices
from grader.cli.output import console as make_console
from grader.gradebook import existing_gradebook
from grader.report import words
from grader.report.escape import cell, log
from grader.standings import standings as of_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.standings import StandingsRow

COLUMNS = (
    "repository",
    "assignment",
    "labs",
    "verdict",
    "accepted",
    "attempt",
    "commit",
    "came",
    "late_seconds",
    "hand_ins",
    "revisions_allowed",
    "earned",
    "points",
    "waits_for",
    "newest_attempt",
)


@click.command()
@click.option("--assignment", default="", help="Only this one.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, for a spreadsheet or an LMS.")
@choices.gradebook
@choices.no_color
def standings(*, assignment: str, as_csv: bool, gradebook: str, no_color: bool) -> int:
    """List all repositories that were graded, and where each stands: the attempt that counts.

    A pass stands, whatever was handed in after it; else it is the newest hand-in that was not refused.
    """
    console = make_console(no_color=no_color, wrap=False)
    with existing_gradebook(gradebook) as book:
        rows = of_all(book, assignment)
        place = book.place
    if as_csv:
        click.echo(_csv(rows), nl=False)
    elif rows:
        for line in (line for row in rows for line in _lines(row)):
            console.print(line)
        console.print(_count(rows))
    else:
        console.print(f"No hand-in{f' for {log(assignment)}' * bool(assignment)} is kept in {log(place)}.")
    return 0


def _lines(row: StandingsRow) -> list[Text]:
    record = row.record
    word = words.verdict(record)
    scope = log(f"{record.assignment} ({', '.join(lab.id for lab in record.labs)})")
    head = Text.assemble((f"{word.sign} {word.name}", "bold"), f"  {log(row.repository)}  ", (scope, "dim"))
    return [head, Text(f"    {'; '.join(_told(row))}")]


def _told(row: StandingsRow) -> Iterator[str]:
    record, standing = row.record, row.record.standing
    newer = f", newer: attempt {row.newest}" if row.newest != record.attempt else ""
    yield f"attempt {record.attempt}{newer}"
    if standing:
        revisions = record.terms.policy.revisions
        of = "" if revisions is None else f" of {revisions + 1}"
        late = f", {words.span(standing.late_seconds)} late" if standing.late_seconds else ""
        yield f"hand-in {standing.hand_in}{of}, {words.local(standing.came, record.terms.deadline)}{late}"
    if row.waits:
        yield f"waits for {log(', '.join(row.waits))}"


def _count(rows: Iterable[StandingsRow]) -> str:
    """``3 pass, 1 waits for review``."""
    counts = Counter(words.verdict(row.record).name.lower() for row in rows)
    return ", ".join(f"{number} {name}" for name, number in counts.most_common())


def _csv(rows: Iterable[StandingsRow]) -> str:
    """Every text goes through ``cell``: no spreadsheet takes what a student chose for a formula."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    for row in rows:
        record, standing = row.record, row.record.standing
        revisions = record.terms.policy.revisions
        cells = (
            row.repository,
            record.assignment,
            " ".join(lab.id for lab in record.labs),
            record.verdict.value,
            "no" if record.refused else "yes",
            record.attempt,
            record.commit,
            standing.came if standing else "",
            f"{standing.late_seconds:.0f}" if standing else "",
            row.hand_ins,
            "" if revisions is None else revisions,
            f"{record.earned:g}",
            f"{record.points:g}",
            " ".join(row.waits),
            row.newest,
        )
        writer.writerow([cell(str(value)) for value in cells])
    return made.getvalue()
