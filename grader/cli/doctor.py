"""``grade doctor``: what works on this machine, with the remedy for each thing that doesn't."""

from __future__ import annotations

import click
from rich.table import Table
from rich.text import Text

from grader.cli import choices
from grader.cli.output import console as make_console
from grader.cli.output import print_report
from grader.report.escape import plain

OUR_SIDE = 3
MARKS = {"works": ("✓", "green"), "optional": ("-", "yellow"), "broken": ("✗", "red")}


@click.command()
@choices.no_color
def doctor(*, no_color: bool) -> int:
    """Say what works on this machine: git, Docker, images, GPU, disk."""
    from grader.doctor import State, examine  # only here: it imports NumPy, which a grade can do without

    console = make_console(no_color=no_color)
    table = Table.grid(padding=(0, 2))
    broken = False
    for item in examine():
        broken |= item.state is State.BROKEN
        table.add_row(Text(*MARKS[item.state]), item.name, plain(item.found))
        if item.remedy:
            table.add_row("", "", Text(plain(item.remedy), "dim"))
    print_report(console, table)
    return OUR_SIDE if broken else 0
