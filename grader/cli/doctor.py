"""``grade doctor``: what works on this machine, with the remedy for each thing that doesn't."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from grader.cli import choices
from grader.report.escape import plain

OUR_SIDE = 3
MARKS = {"works": "[green]✓[/]", "optional": "[yellow]-[/]", "broken": "[red]✗[/]"}


@click.command()
@choices.no_color
def doctor(*, no_color: bool) -> int:
    """Say what works on this machine: git, Docker, images, GPU, disk."""
    from grader.doctor import State, examine  # only here: it imports NumPy, which a grade can do without

    console = Console(no_color=no_color, highlight=False)
    table = Table.grid(padding=(0, 2))
    broken = False
    for item in examine():
        broken |= item.state is State.BROKEN
        table.add_row(MARKS[item.state], item.name, plain(item.found))
        if item.remedy:
            table.add_row("", "", f"[dim]{plain(item.remedy)}[/]")
    console.print(table)
    return OUR_SIDE if broken else 0
