"""``grade local``: the public checks, in one's own checkout."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import choices
from grader.cli.grade import EXIT_CODES, Interrupted
from grader.cli.output import check_folder, print_report
from grader.cli.output import console as make_console
from grader.cli.progress import Progress
from grader.course.publishing import REPORTS
from grader.local import find_desk, grade_here, uncommitted, untested_here
from grader.report import write_reports
from grader.report.terminal import to_terminal

EPILOG = (
    "Exit codes: 0 all public checks hold, 1 something is to be revised, 2 wrong usage, 3 could not be run, "
    "4 a person has to look, 130 interrupted."
)


@click.command(epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path())
@click.option("--lab", "labs", multiple=True, help="Only this lab; may be repeated.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Write the report here, as a page with plots and as JSON.  [default: {REPORTS}, in your repository]",
)
@click.option(
    "--digest",
    default="",
    metavar="HEX",
    help="The public checks' digest as your instructor says it, to compare.",
)
@click.option(
    "--seed",
    type=int,
    callback=choices.seed,
    help="Draw the same inputs again.  [default: new each time]",
)
@click.option("--full", is_flag=True, help="Show every finding in full, not only the causes.")
@choices.no_color
def local(
    *,
    folder: Path,
    labs: tuple[str, ...],
    out: Path | None,
    digest: str,
    seed: str,
    full: bool,
    no_color: bool,
) -> int:
    """Run the public checks on your files as they lie, committed or not.

    FOLDER is in your repository, which has the course's checks in .grader.  [default: this folder]

    The words are those of the real report. No Docker is needed: your code runs as you, with no wall around it.
    """
    shown, said = (make_console(no_color=no_color, stderr=stderr) for stderr in (False, True))
    desk = find_desk(folder)
    out = out or desk.folder / REPORTS
    check_folder(out, "--out")
    for sentence in filter(None, (untested_here(), *(desk.about_copy(digest) if desk.edited else ()))):
        said.print(sentence, style="bold red", soft_wrap=True)
    with (
        Progress(said, quiet=False) as progress,
        choices.judge_service("local", "cpu", desk.course, None, progress.say) as service,
    ):
        record = grade_here(desk, service, progress, labs=labs, seed=seed, expected=digest)
    if record.partial:
        raise Interrupted
    written = write_reports(record, out)
    print_report(shown, to_terminal(record, full=full))
    page = next((file for file in written if file.suffix == ".html" and ".student" not in file.name), out)
    shown.print(f"With plots: {page}", style="dim", soft_wrap=True)
    if not labs:
        for title in desk.left_out:
            shown.print(
                f"Not tried here: {title}. The course tries it on a machine of its own.", soft_wrap=True
            )
    if waiting := [file for file in uncommitted(desk.folder) if not file.startswith(REPORTS)]:
        more = f" and {len(waiting) - 5} more" if len(waiting) > 5 else ""
        shown.print(f"Not committed, and so not handed in: {', '.join(waiting[:5])}{more}.", soft_wrap=True)
    return EXIT_CODES[record.verdict]
