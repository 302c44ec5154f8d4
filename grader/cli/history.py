"""``grade history REPO``: a repository's attempts, what became of each, and what changed in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from grader.cli import choices
from grader.gradebook import open_gradebook
from grader.history import as_reviewed
from grader.report import words
from grader.report.escape import log, plain
from grader.submission.address import parse

if TYPE_CHECKING:
    from grader.records import Record


@click.command()
@click.argument("repo")
@click.option("--assignment", default="", help="Only attempts at this one.")
@choices.gradebook
@choices.no_color
def history(*, repo: str, assignment: str, gradebook: str, no_color: bool) -> int:
    """List the attempts of REPO, the oldest first: any spelling of its address will do."""
    console = Console(no_color=no_color, highlight=False, soft_wrap=True)
    address = parse(repo).url
    with open_gradebook(gradebook) as book:
        records = [as_reviewed(kept) for kept in book.history(address, assignment)]
    if not records:
        console.print(f"No attempt of {plain(address)} is kept in {book.place}.", markup=False)
    for record in records:
        for line in _lines(record):
            console.print(line)
    return 0


def _lines(record: Record) -> list[Text]:
    word = words.verdict(record)
    labs = ", ".join(lab.id for lab in record.labs)
    scope = f"{record.assignment} ({'' if record.suite == 'all' else 'public checks, '}{labs})"
    head = f"attempt {record.attempt}  {words.moment(record.graded_at)}  {record.commit[:10] or 'a folder'}"
    lines = [Text.assemble(log(head), "  ", (f"{word.sign} {word.name}", "bold"), "  ", (log(scope), "dim"))]
    return lines + [Text(f"    {log(told)}") for told in _told(record)]


def _told(record: Record) -> list[str]:
    standing, allowed = record.standing, record.terms.policy.revisions
    told = []
    if standing and standing.hand_in:
        of = "" if allowed is None else f" of {allowed + 1}"
        late = f", {words.span(standing.late_seconds)} late" if standing.late_seconds else ""
        source = words.SOURCES[standing.source]
        told.append(f"hand-in {standing.hand_in}{of}, {words.moment(standing.came)}{late}, {source}")
    told += words.since(record.since) if record.since else ()
    reviews = [c.review for c in record.criteria if c.review]
    told += [f"{r.by}: {words.reviewed(r)}. {r.comment}".rstrip() for r in reviews]
    return told
