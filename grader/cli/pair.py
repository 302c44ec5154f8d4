"""``grade pair ROSTER``: who reviews whom this week, as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click
from rich.console import Console

from grader.cli import choices
from grader.peers import pair_up, read_history, read_roster
from grader.report.escape import cell

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("roster", type=FILE)
@click.option("--seed", type=int, required=True, help="The same seed gives the same pairs.")
@click.option(
    "--history",
    "earlier",
    type=FILE,
    multiple=True,
    help="Pairs of an earlier week, as this command wrote them; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the CSV here.  [default: standard output]",
)
@choices.no_color
def pair(*, roster: Path, seed: int, earlier: tuple[Path, ...], out: Path | None, no_color: bool) -> int:
    """Pair the cohort in ROSTER for peer review: nobody twice with the same person.

    ROSTER is a CSV with a column `student`. If the number is odd, one group is of three.
    """
    names = read_roster(roster.read_bytes(), str(roster))
    met = frozenset().union(*(read_history(file.read_bytes(), str(file)) for file in earlier))
    groups = pair_up(names, seed=seed, met=met)
    text = _csv(groups)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")
    trio = " and one group of three" if len(names) % 2 else ""
    console = Console(stderr=True, no_color=no_color, highlight=False)
    console.print(f"{len(names)} students: {len(groups) - len(names) % 2} pairs{trio}.")
    return 0


def _csv(groups: tuple[tuple[str, ...], ...]) -> str:
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(("first", "second", "third"))
    for group in groups:
        writer.writerow([*map(cell, group), *[""] * (3 - len(group))])
    return made.getvalue()
