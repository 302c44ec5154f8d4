"""``grade verify ASSIGNMENT``: a table, a JSON, an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.table import Table
from rich.text import Text

from grader.cli import choices
from grader.cli.output import check_file, print_report, write_file
from grader.cli.output import console as make_console
from grader.course import load, select_labs
from grader.report.escape import plain
from grader.verify import Proof, Row, check_mistakes
from grader.verify import verify as verify_content

if TYPE_CHECKING:
    from rich.console import Console

FAULTY_COURSE = 2


@click.command()
@click.argument("assignment")
@click.option("--lab", "labs", multiple=True, help="Only this lab; may be repeated.")
@click.option("--mistake", "mistakes", multiple=True, help="Only this mistake; may be repeated.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option(
    "--mistake-seeds", type=click.IntRange(1, 1000), help="For starters and mistakes; by default the same."
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Submissions at a time."
)
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the proof here."
)
@choices.course
@choices.sandbox
@choices.device
@choices.data
@choices.no_color
def verify(
    *,
    assignment: str,
    labs: tuple[str, ...],
    mistakes: tuple[str, ...],
    seeds: int,
    mistake_seeds: int | None,
    jobs: int,
    json_file: Path | None,
    course: Path,
    sandbox: str,
    device: str,
    data: Path | None,
    no_color: bool,
) -> int:
    """Prove that ASSIGNMENT's own content is right.

    The reference passes on every seed, the starter has to be revised, every mistake is caught by its checks
    with its diagnosis, and no check is without a mistake.
    """
    console = make_console(no_color=no_color)
    check_file(json_file, "--json")
    content = select_labs(load(course.resolve(), assignment, labs), labs)
    check_mistakes(content, mistakes)
    with choices.judge_service(
        sandbox, device, content.root, data, lambda line: console.print(plain(line))
    ) as service:
        proof = verify_content(
            content,
            service,
            seeds=seeds,
            mistake_seeds=mistake_seeds,
            jobs=jobs,
            only=mistakes,
            device=device,
            saw=lambda row: _show(console, row),
        )
    print_report(console, _table(proof, whole=not mistakes))
    if json_file is not None:
        write_file(json_file, msgspec.json.format(msgspec.json.encode(proof)), "--json")
    return 0 if proof.holds else FAULTY_COURSE


def _show(console: Console, row: Row) -> None:
    mark = ("✓", "green") if row.held == row.seeds and not row.faults else ("✗", "red")
    console.print(Text.assemble(mark, f" {row.lab} {row.kind} {plain(row.name)} {row.held}/{row.seeds}"))
    for fault in row.faults[:5]:
        console.print(f"    {plain(fault, most=300)}")


def _table(proof: Proof, *, whole: bool) -> Table:
    what = "the content" if whole else "what was tried"
    table = Table(
        title=f"{proof.assignment}: {what} {'holds' if proof.holds else 'is at fault'}",
        caption=f"the course at {plain(str(proof.course))}" if proof.course.commit else None,
    )
    for column in ("lab", "what", "held", "of"):
        table.add_column(column, justify="right" if column in ("held", "of") else "left")
    for lab in dict.fromkeys(row.lab for row in proof.rows):
        for kind, must in (
            ("reference", "seeds on which the reference passes"),
            ("starter", "seeds on which the starter has to be revised"),
            ("mistake", "mistakes caught on every seed, diagnosis right"),
        ):
            rows = [row for row in proof.rows if row.lab == lab and row.kind == kind]
            if kind == "mistake":
                held, of = sum(r.held == r.seeds for r in rows), len(rows)
            else:
                held, of = sum(r.held for r in rows), sum(r.seeds for r in rows)
            table.add_row(lab, must, str(held), str(of))
        bare = sum(row.kind == "check" and row.lab == lab for row in proof.rows)
        table.add_row(lab, "checks without a mistake", str(bare), "0")
    return table
