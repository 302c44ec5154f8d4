"""``grade history REPO``: a repository's attempts, what became of each, and what changed in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.text import Text

from grader.cli import choices
from grader.cli.output import console as make_console
from grader.gradebook import existing_gradebook
from grader.history import as_reviewed, reviews
from grader.records import Decision
from grader.report import words
from grader.report.escape import log, plain
from grader.submission.address import parse

if TYPE_CHECKING:
    from grader.gradebook import Kept
    from grader.records import Record, Review


@click.command()
@click.argument("repo")
@click.option("--assignment", default="", help="Only attempts at this one.")
@choices.gradebook
@choices.no_color
def history(*, repo: str, assignment: str, gradebook: str, no_color: bool) -> int:
    """List the attempts of REPO, the oldest first: any spelling of its address will do.

    `grade standings` lists all repositories.
    """
    console = make_console(no_color=no_color, wrap=False)
    address = parse(repo).url
    with existing_gradebook(gradebook) as book:
        attempts = book.history(address, assignment)
        if not attempts:
            console.print(f"No attempt of {plain(address)} is kept in {plain(book.place)}.")
    for kept in attempts:
        for line in _lines(kept):
            console.print(line)
    return 0


def _lines(kept: Kept) -> list[Text]:
    record = as_reviewed(kept)
    word = words.verdict(record)
    labs = ", ".join(lab.id for lab in record.labs)
    scope = f"{record.assignment} ({'' if record.suite == 'all' else 'public checks, '}{labs})"
    graded = words.local(record.graded_at, record.terms.deadline)
    head = f"attempt {record.attempt}  {graded}  {record.commit[:10] or 'a folder'}"
    lines = [Text.assemble(log(head), "  ", (f"{word.sign} {word.name}", "bold"), "  ", (log(scope), "dim"))]
    said = [*_told(record), *map(_decided, reviews(kept))]
    return lines + [Text(f"    {log(told)}") for told in said]


def _told(record: Record) -> list[str]:
    standing, allowed = record.standing, record.terms.policy.revisions
    told = []
    if standing and standing.hand_in:
        of = "" if allowed is None else f" of {allowed + 1}"
        came = words.local(standing.came, record.terms.deadline)
        late = f", {words.span(standing.late_seconds)} late" if standing.late_seconds else ""
        told.append(f"hand-in {standing.hand_in}{of}, {came}{late}, {words.SOURCES[standing.source]}")
    return told + list(words.since(record.since) if record.since else ())


def _decided(review: Review) -> str:
    if review.decision is Decision.REVIEW:
        about = review.criterion or "the whole"
        return f"{review.by} took back what was decided about {about}. {review.comment}".rstrip()
    return f"{review.by}: {words.reviewed(review)}. {review.comment}".rstrip()
