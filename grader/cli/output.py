"""How a report gets onto standard output: as it is on a terminal, without padding in a pipe or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def print_report(console: Console, report: RenderableType) -> None:
    """Print it; where no terminal shows it, no line ends in spaces and none is empty at the end."""
    if console.is_terminal:
        console.print(report)
        return
    with console.capture() as captured:
        console.print(report)
    rows = [row.rstrip() for row in captured.get().splitlines()]
    console.file.write("\n".join(rows).rstrip("\n") + "\n")
    console.file.flush()
