"""``grade starter ASSIGNMENT DIR``: a student's first commit, cut from the reference."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import choices
from grader.cli.output import check_folder
from grader.cli.output import console as make_console
from grader.course import (
    Change,
    course_version,
    load,
    make_repository,
    starter_changes,
    write_starter,
)


@click.command()
@click.argument("assignment")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--since",
    metavar="TAG",
    help="Say what changed in what students are given since TAG, a tag or commit of the course's repository.",
)
@choices.course
@choices.no_color
def starter(*, assignment: str, folder: Path, since: str | None, course: Path, no_color: bool) -> int:
    """Write ASSIGNMENT's starter into FOLDER: the reference's files with their solutions cut.

    FOLDER becomes a git repository with one commit; one that is a repository already is left to you to commit.
    """
    console = make_console(no_color=no_color, wrap=False)
    content = load(course.resolve(), assignment)
    changed = starter_changes(content, since) if since else ()
    check_folder(folder, "FOLDER")
    ours = not (folder / ".git").exists()
    written = write_starter(content, folder)
    for path in written:
        console.print(str(path))
    if ours:
        version = str(course_version(content.root))
        message = f"The starter of {content.id}\n" + f"\nCut from the course at {version}.\n" * bool(version)
        console.print(f"Committed as {make_repository(folder, written, message)[:12]}.")
    else:
        console.print(f"{folder} is a git repository already: look at it, and commit.")
    if since:
        console.print(f"Since {since}:" if changed else f"Since {since} nothing changed.")
    for change in changed:
        console.print(f"  {change.kind:<8} {change.path}{_size(change)}")
    return 0


def _size(change: Change) -> str:
    """How much, for texts that students had before and have now."""
    counted = change.kind == "changed" and change.added + change.removed
    return f"  +{change.added} -{change.removed}" if counted else ""
