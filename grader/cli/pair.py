"""``grade pair ROSTER``: who reviews whom this week, as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import choices
from grader.cli.output import check_file, write_file
from grader.cli.output import console as make_console
from grader.errors import UsageError
from grader.peers import find_student, pair_up, read_history, read_roster, same_name
from grader.report import words
from grader.report.escape import cell, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

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
@click.option("--absent", multiple=True, metavar="NAME", help="Is not paired this week; may be repeated.")
@click.option(
    "--apart", nargs=2, multiple=True, metavar="NAME NAME", help="Never in one group; may be repeated."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the CSV here.  [default: standard output]",
)
@click.option("--force", is_flag=True, help="Replace the file of --out if it is there already.")
@choices.no_color
def pair(
    *,
    roster: Path,
    seed: int,
    earlier: tuple[Path, ...],
    absent: tuple[str, ...],
    apart: tuple[tuple[str, str], ...],
    out: Path | None,
    force: bool,
    no_color: bool,
) -> int:
    """Pair the cohort in ROSTER for peer review: nobody twice with the same person, if there is a way.

    ROSTER is a CSV with a column `student`. If the number is odd, one group is of three. Where somebody has to meet
    again, as few do as can be, and it says who.
    """
    check_file(out, "--out", force=force, inputs=(roster, *earlier))
    everybody = read_roster(roster.read_bytes(), str(roster))
    away = {find_student(name, everybody) for name in absent}
    names = [name for name in everybody if same_name(name) not in away]
    if len(names) < 2:
        raise UsageError(f"With {words.count(len(away), 'student')} absent, there is nobody left to pair.")
    met: Counter[frozenset[str]] = Counter()
    for file in earlier:
        met += read_history(file.read_bytes(), str(file))
    made = pair_up(names, seed=seed, met=met, apart=[_two(everybody, *both) for both in apart])
    text = _csv(made.groups)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_file(out, text.encode(), "--out")
    trio = " and one group of three" if len(names) % 2 else ""
    said = make_console(no_color=no_color, stderr=True, wrap=False)
    said.print(
        f"{words.count(len(names), 'student')}: {words.count(len(made.groups) - len(names) % 2, 'pair')}{trio}."
    )
    for one, other in made.repeats:
        said.print(f"{plain(one)} and {plain(other)} meet again: there is no way without a repeat.")
    return 0


def _two(everybody: Sequence[str], one: str, other: str) -> frozenset[str]:
    both = frozenset(find_student(name, everybody) for name in (one, other))
    if len(both) < 2:
        raise UsageError(f"--apart: {one!r} and {other!r} are one student.")
    return both


def _csv(groups: tuple[tuple[str, ...], ...]) -> str:
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(("first", "second", "third"))
    for group in groups:
        writer.writerow([*map(cell, group), *[""] * (3 - len(group))])
    return made.getvalue()
