"""``grade starter ASSIGNMENT DIR``: a student's first commit, cut from the reference."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from grader.cli import choices
from grader.course import load, write_starter


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@choices.course
@choices.no_color
def starter(*, assignment: str, folder: Path, course: Path, no_color: bool) -> int:
    """Write ASSIGNMENT's starter into FOLDER: the reference's files with their solutions cut."""
    written = write_starter(load(course.resolve(), assignment), folder)
    console = Console(no_color=no_color, highlight=False)
    for path in written:
        console.print(str(path), markup=False)
    return 0
