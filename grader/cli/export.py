"""``grade export``: a record in the form that another tool reads."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from grader.cli import choices
from grader.cli.output import check_file, write_file
from grader.cli.recorded import recorded
from grader.cli.wheel import wheel_of
from grader.course import load
from grader.errors import Problem, UsageError
from grader.exports import EXPORTS, Export
from grader.exports.autograder import to_classroom50_zip, to_gradescope_zip
from grader.exports.canvas import to_canvas
from grader.report.escape import plain
from grader.tables import raise_any, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.records import Assignment

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
TO = click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="Write it here.  [default: standard output]"
)


@click.group()
def export() -> None:
    """Write a record in the form that another tool reads.

    Every form is made of the student's copy, and has the same total.
    """


def _command(name: str, row: Export) -> click.Command:
    @click.command(name, help=f"For {row.about}. REPORT is a report.json, or the number of an attempt.")
    @click.argument("report")
    @TO
    @choices.gradebook
    def one(*, report: str, to: Path | None, gradebook: str) -> int:
        check_file(to, "--to")
        _write(row.make(recorded(report, gradebook)), to)
        return 0

    return one


for _name, _row in EXPORTS.items():
    export.add_command(_command(_name, _row))


@export.command()
@click.argument("exported", type=FILE)
@click.option("--class", "table", type=FILE, required=True, help="class.csv, as `grade cohort` wrote it.")
@click.option("--column", required=True, help="The assignment's, as the export names it: 'Week 6 (4711)'.")
@TO
def canvas(*, exported: Path, table: Path, column: str, to: Path | None) -> int:
    """Fill a column of the gradebook that Canvas EXPORTED, ready to be imported there."""
    check_file(to, "--to", inputs=(exported, table))
    problems: list[Problem] = []
    graded = [
        cells
        for _, cells in rows(table.read_bytes(), str(table), ("id", "earned", "points"), problems)
        if cells["points"]
    ]
    raise_any(problems, "The class's table")
    if not graded:
        raise UsageError(f"Nobody in {table} has points.", "Grade the class first: grade cohort.")
    scores = {cells["id"]: float(cells["earned"]) for cells in graded}
    points = float(graded[0]["points"])
    filled = to_canvas(exported.read_bytes(), str(exported), column, scores, points)
    _write(filled.text, to)
    for members, what in (
        (filled.excused, "excused in Canvas, and stay so"),
        (filled.unknown, "not in the export"),
    ):
        if members:
            click.echo(f"With points, but {what}: {plain(', '.join(members))}.", err=True)
    return 0


ZIP = click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("autograder.zip"),
    show_default=True,
    help="Write it here.",
)
ENGINE = click.option(
    "--engine", default="", metavar="WHEEL", help="The engine's wheel.  [default: one of this engine]"
)


@export.command("gradescope-zip")
@click.argument("assignment")
@ZIP
@click.option(
    "--trust",
    is_flag=True,
    help="Put hidden checks and references in, within reach of student code.  [default: public checks alone]",
)
@ENGINE
@choices.course
def gradescope_zip(*, assignment: str, to: Path, trust: bool, engine: str, course: Path) -> int:
    """Make an autograder for Gradescope of ASSIGNMENT: upload the zip there."""
    make = partial(to_gradescope_zip, hidden=trust)
    return _pack(make, load(course.resolve(), assignment), engine, to, "all" if trust else "public")


@export.command("classroom50-zip")
@click.argument("assignment")
@ZIP
@ENGINE
@choices.course
def classroom50_zip(*, assignment: str, to: Path, engine: str, course: Path) -> int:
    """Make an autograder for Classroom 50 of ASSIGNMENT: unpack the zip in CLASSROOM/autograders/ASSIGNMENT.

    Everybody can fetch what lies there, so it has the public checks alone.
    """
    return _pack(to_classroom50_zip, load(course.resolve(), assignment), engine, to, "public")


def _pack(
    make: Callable[[Assignment, Mapping[str, bytes]], bytes],
    assignment: Assignment,
    engine: str,
    to: Path,
    checks: str,
) -> int:
    """Write an autograder's zip."""
    check_file(to, "--to")
    with TemporaryDirectory(prefix="engine-") as scratch:
        wheel = wheel_of(engine, Path(scratch))
        packed = make(assignment, {wheel.name: wheel.read_bytes()})
    write_file(to, packed, "--to")
    click.echo(f"{to}: {checks} checks, {len(packed) / 1e6:.1f} MB")
    return 0


def _write(text: str, to: Path | None) -> None:
    if to is None:
        click.echo(text, nl=False)
    else:
        write_file(to, text.encode(), "--to")
