"""``grade REPO``: grade one repository, show the verdict, write the reports."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from grader.cli import choices
from grader.cli.output import print_report
from grader.cli.progress import Progress
from grader.errors import GraderError, Ungraded
from grader.gradebook import open_gradebook
from grader.history import KeptHistory, NoHistory
from grader.judge_service import JudgeService
from grader.pipeline import grade as grade_one
from grader.records import Decision
from grader.report import FILE_NAMES, write_reports
from grader.report.terminal import to_terminal
from grader.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.gradebook import Gradebook
    from grader.records import SafeRecord

EPILOG = (
    "Exit codes: 0 pass, 1 revise, 2 wrong usage or faulty course, 3 could not be graded, "
    "4 waits for review, 130 interrupted."
)
EXIT_CODES = {Decision.PASS: 0, Decision.REVISE: 1, Decision.UNGRADED: 3, Decision.REVIEW: 4}


class Interrupted(GraderError):
    """Ctrl-C: what was graded by then is in the record."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("Interrupted: what was graded by then is kept.")


@click.command(epilog=EPILOG)
@click.argument("repo")
@click.option("--assignment", default="", help="If neither grade.yml nor the repository's name says it.")
@click.option("--lab", "labs", multiple=True, help="Only this lab; may be repeated.")
@click.option("--ref", help="Branch, tag or commit.  [default: the default branch]")
@click.option("--suite", type=click.Choice(["all", "public"]), default="all", show_default=True)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="How the repository spells the labs' interfaces.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Write {FILE_NAMES} and the student's copies here.",
)
@click.option(
    "--seed",
    type=int,
    callback=choices.seed,
    help="Draw the same inputs again.  [default: secret, new each time]",
)
@click.option("--trust", is_flag=True, help="Run hidden suites in a sandbox that does not protect.")
@click.option("--full", is_flag=True, help="Show every finding in full, not only the causes.")
@click.option("--quiet", "-q", is_flag=True, help="Only the verdict.")
@click.option(
    "--received",
    default="",
    callback=choices.received,
    metavar="TIME",
    help="When the work was handed in, as the forge knows it: 2026-11-27T16:58:00Z.",
)
@click.option(
    "--extension",
    default="",
    metavar="UNTIL",
    help="More time for this repository: 2026-11-30, or 2026-11-30 12:00.",
)
@click.option("--no-keep", is_flag=True, help="Leave the gradebook alone.")
@choices.gradebook
@choices.course
@choices.sandbox
@choices.device
@choices.data
@choices.no_color
def grade(
    *,
    repo: str,
    assignment: str,
    labs: tuple[str, ...],
    ref: str | None,
    suite: str,
    mapping: Path | None,
    out: Path | None,
    seed: str,
    trust: bool,
    full: bool,
    quiet: bool,
    received: str,
    extension: str,
    no_keep: bool,
    gradebook: str,
    course: Path,
    sandbox: str,
    device: str,
    data: Path | None,
    no_color: bool,
) -> int:
    """Grade the repository REPO: any git URL, or a folder.

    The assignment is found from grade.yml in the repository, from --assignment, or from the repository's name.
    """
    shown = Console(no_color=no_color, highlight=False)
    request = Request(
        repo=repo,
        ref=ref,
        assignment=assignment,
        labs=labs,
        mapping=mapping,
        suite=suite,
        seed=seed,
        device=device,
        received=received,
        extension=extension,
        trust=trust,
    )
    history = NoHistory() if no_keep else _history(partial(open_gradebook, gradebook))
    with Progress(Console(stderr=True, no_color=no_color, highlight=False), quiet=quiet) as progress:
        provider = choices.open_provider(sandbox, device, progress.say)
        with JudgeService(provider, course.resolve(), data) as service:
            record = grade_one(request, service, history, progress)
    if record.partial:
        _write(record, out, shown)
        raise Interrupted
    if quiet:
        shown.print(record.verdict.value)
    else:
        print_report(shown, to_terminal(record, full=full))
        _show_where(record, shown)
    _write(record, out, shown, quiet=quiet)
    return EXIT_CODES[record.verdict]


def _history(open_book: Callable[[], Gradebook]) -> KeptHistory:
    """Something else under the gradebook's name is reported before an hour is spent on grading."""
    with suppress(Ungraded), open_book():
        pass
    return KeptHistory(open_book)


def _show_where(record: SafeRecord, console: Console) -> None:
    if record.attempt:
        console.print(f"Kept as attempt {record.attempt}.", style="dim")
    if record.attempt and record.verdict is Decision.REVIEW:
        console.print(f"Show what a person has to decide: grade review {record.attempt}")


def _write(record: SafeRecord, out: Path | None, console: Console, *, quiet: bool = False) -> None:
    if out is not None:
        paths = write_reports(record, out)
        if not quiet:
            console.print("Reports: " + ", ".join(str(p) for p in paths), markup=False)
