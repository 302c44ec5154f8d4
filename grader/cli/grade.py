"""``grade REPO``: grade one repository, show the verdict, write the reports."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import interrupts
from grader.cli import choices
from grader.cli.output import check_folder, print_report
from grader.cli.output import console as make_console
from grader.cli.progress import Progress
from grader.errors import GraderError, Ungraded
from grader.gradebook import open_gradebook
from grader.history import NOT_KEPT, KeptHistory, NoHistory
from grader.pipeline import grade as grade_one
from grader.records import Decision
from grader.report import FILE_NAMES, write_reports
from grader.report.escape import plain
from grader.report.terminal import to_terminal
from grader.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from grader.gradebook import Gradebook
    from grader.records import SafeRecord

EPILOG = (
    "Exit codes: 0 pass, 1 revise, 2 wrong usage or faulty course, 3 could not be graded, "
    "4 waits for review, 130 interrupted."
)
EXIT_CODES = {Decision.PASS: 0, Decision.REVISE: 1, Decision.UNGRADED: 3, Decision.REVIEW: 4}


class Interrupted(GraderError):
    """Ctrl-C, SIGTERM or SIGHUP.

    Args:
        kept: Where to find what was graded by then: sentences.
    """

    exit_code = interrupts.INTERRUPTED

    def __init__(self, *kept: str) -> None:
        super().__init__(" ".join(["Interrupted.", *kept]))


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
    shown, said = (make_console(no_color=no_color, stderr=stderr) for stderr in (False, True))
    check_folder(out, "--out")
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
    history = NoHistory() if no_keep else _history(gradebook, said)
    with (
        Progress(said, quiet=quiet) as progress,
        choices.judge_service(sandbox, device, course, data, progress.say) as service,
    ):
        record = grade_one(request, service, history, progress)
        with interrupts.deferred():
            written, trouble = _write(record, out)
    _tell_trouble(record, said, quiet=quiet)
    if record.partial:
        raise Interrupted(*_where(record, written))
    if quiet:
        shown.print(record.verdict.value)
    else:
        print_report(shown, to_terminal(record, full=full))
        for sentence in _where(record, written):
            shown.print(sentence, style="dim", soft_wrap=True)
        if record.attempt and record.verdict is Decision.REVIEW:
            shown.print(f"Show what a person has to decide: grade review {record.attempt}")
    if trouble:
        raise trouble
    return EXIT_CODES[record.verdict]


def _history(asked: str, said: Console) -> KeptHistory:
    """What is no gradebook is reported before an hour is spent on grading; a new one is named."""
    open_book: Callable[[], Gradebook] = partial(open_gradebook, asked)
    with suppress(Ungraded), open_book() as book:
        if book.is_new:
            said.print(f"A new gradebook: {plain(book.place)}", soft_wrap=True)
    return KeptHistory(open_book)


def _write(record: SafeRecord, out: Path | None) -> tuple[tuple[Path, ...], Ungraded | None]:
    """The reports' files; or why there are none, which is told after the verdict."""
    try:
        return (write_reports(record, out) if out else ()), None
    except Ungraded as trouble:
        return (), trouble


def _tell_trouble(record: SafeRecord, said: Console, *, quiet: bool) -> None:
    """That an attempt is not in the gradebook is told however quiet it should be."""
    if NOT_KEPT in record.notes and (quiet or record.partial):
        said.print(NOT_KEPT, soft_wrap=True)
        said.print(plain(record.troubles[-1]), soft_wrap=True)


def _where(record: SafeRecord, written: tuple[Path, ...]) -> list[str]:
    """Where to find what was found."""
    kept = [f"Kept as attempt {record.attempt}."] if record.attempt else []
    return kept + ([f"Reports: {', '.join(map(str, written))}"] if written else [])
