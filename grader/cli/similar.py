"""``grade similar ROSTER``: which pairs of a class are more alike than the class is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from grader.cli import choices
from grader.cli.output import check_file, console, write_file
from grader.cohort import read_class
from grader.course import load, reference_files, starter
from grader.errors import GraderError
from grader.report.escape import log
from grader.similarity import Work, alike, to_page
from grader.submission import Wanted, open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.cohort import ClassMember
    from grader.records import Assignment


@click.command()
@click.argument("roster", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--assignment", required=True)
@choices.pattern
@choices.folders
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("similar.html"),
    show_default=True,
    help="Write the page here.",
)
@choices.course
@choices.no_color
def similar(
    *, roster: Path, assignment: str, pattern: str, folders: bool, out: Path, course: Path, no_color: bool
) -> int:
    """Compare everybody in ROSTER with everybody, and show the pairs that stand out side by side.

    Evidence for a person, never a verdict. Nothing of the repositories is run.
    """
    check_file(out, "--out", inputs=(roster,))
    content = load(course.resolve(), assignment)
    members = read_class(roster.read_bytes(), str(roster), pattern, folders=folders)
    said = console(no_color=no_color, stderr=True, wrap=False)
    works = []
    for member in members:
        try:
            works.append(_work(member, trusted=folders))
        except GraderError as trouble:
            said.print(Text(f"{log(member.id)} is left out: {log(trouble.message)}", "dim"))
    found = alike(works, _given(content))
    write_file(out, to_page(content.title, found).encode(), "--out")
    shown = console(no_color=no_color, wrap=False)
    for pair in found.pairs:
        shown.print(Text(f"{100 * pair.share:3.0f} %  {log(pair.ids[0])} and {log(pair.ids[1])}"))
    shown.print(f"{len(found.pairs)} of {len(found.shares)} pairs stand out: {out}")
    return 0


def _work(member: ClassMember, *, trusted: bool) -> Work:
    with open_repository(member.url, trusted_origin=trusted) as repository:
        files = repository.fetch(Wanted(folders=("",))).files
    return Work(member.id, {path: _text(data) for path, data in files.items() if path.endswith(".py")})


def _given(assignment: Assignment) -> Iterator[str]:
    """What everybody was given, or might have read: the starter, and each reference's Python."""
    yield from (_text(data) for path, data in starter(assignment).items() if path.endswith(".py"))
    for lab in assignment.labs:
        files = reference_files(assignment.root / lab.reference)
        yield from (text for path, text in files.items() if path.endswith(".py"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")
