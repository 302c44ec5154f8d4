"""``grade verify ASSIGNMENT``: a table, a JSON, an exit code."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from grader.cli import choices
from grader.course import load, select_labs
from grader.judge_service import JudgeService
from grader.report.escape import plain
from grader.verify import Proof, Row
from grader.verify import verify as verify_content

FAULTY_COURSE = 2


@click.command()
@click.argument("assignment")
@click.option("--lab", "labs", multiple=True, help="Only this lab; may be repeated.")
@click.option("--mistake", "mistakes", multiple=True, help="Only this mistake; may be repeated.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=20, show_default=True)
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
    console = Console(no_color=no_color, highlight=False)
    content = select_labs(load(course.resolve(), assignment, labs), labs)
    provider = choices.open_provider(sandbox, device, lambda line: console.print(plain(line), markup=False))
    with JudgeService(provider, content.root, data) as service:
        proof = verify_content(
            content,
            service,
            seeds=seeds,
            jobs=jobs,
            only=mistakes,
            device=device,
            saw=lambda row: _show(console, row),
        )
    console.print(_table(proof))
    if json_file is not None:
        json_file.write_bytes(msgspec.json.format(msgspec.json.encode(proof)))
    return 0 if proof.holds else FAULTY_COURSE


def _show(console: Console, row: Row) -> None:
    mark = "[green]✓[/]" if row.held == row.seeds and not row.faults else "[red]✗[/]"
    console.print(f"{mark} {row.lab} {row.kind} {plain(row.name)} {row.held}/{row.seeds}")
    for fault in row.faults[:5]:
        console.print(f"    {plain(fault, most=300)}", markup=False)


def _table(proof: Proof) -> Table:
    table = Table(
        title=f"{proof.assignment}: {'the content holds' if proof.holds else 'the content is at fault'}",
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
