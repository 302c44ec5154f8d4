"""``grade replay REPORT``: an attempt graded once more, and what differs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from grader.cli import choices
from grader.cli.grade import Interrupted
from grader.cli.output import console as make_console
from grader.cli.progress import Progress
from grader.cli.recorded import recorded
from grader.errors import UsageError
from grader.records import Decision
from grader.replay import FieldChange, Replay, check_replayable, request_of
from grader.replay import replay as replay_one
from grader.report import words
from grader.report.escape import log
from grader.sandbox.providers import PROVIDERS

if TYPE_CHECKING:
    from rich.console import Console

EPILOG = (
    "Exit codes: 0 the same verdict, 1 another verdict, 2 wrong usage or faulty course, 3 could not be graded, "
    "130 interrupted."
)
SAME, ANOTHER, NOT_GRADED = 0, 1, 3


@click.command(epilog=EPILOG)
@click.argument("report")
@click.option(
    "--repo", default="", metavar="REPO", help="Where the repository is by now.  [default: where it was]"
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The mapping that was given then.",
)
@click.option("--trust", is_flag=True, help="Run hidden suites in a sandbox that does not protect.")
@click.option(
    "--sandbox",
    type=click.Choice(list(PROVIDERS)),
    help="Where student code runs.  [default: as it was]",
)
@choices.gradebook
@choices.course
@choices.data
@choices.no_color
def replay(
    *,
    report: str,
    repo: str,
    mapping: Path | None,
    trust: bool,
    sandbox: str | None,
    gradebook: str,
    course: Path,
    data: Path | None,
    no_color: bool,
) -> int:
    """Grade an attempt once more: the same verdict, or what differs.

    REPORT is a report.json, or the number of an attempt in the gradebook. Commit, seed, suite and labs are those of
    then. Nothing is kept.
    """
    then = recorded(report, gradebook)
    check_replayable(then)
    name = sandbox or then.sandbox
    if name not in PROVIDERS:
        raise UsageError(
            f"There is no sandbox '{log(name)}' here.",
            f"Choose one: --sandbox {'|'.join(PROVIDERS)}.",
        )
    request = request_of(then, repo=repo, mapping=mapping, trust=trust)
    with (
        Progress(make_console(no_color=no_color, stderr=True), quiet=False) as progress,
        choices.judge_service(name, then.device, course, data, progress.say) as service,
    ):
        made = replay_one(then, request, service, progress)
    if made.now.partial:
        raise Interrupted
    _show(made, make_console(no_color=no_color, wrap=False))
    if made.same:
        return SAME
    return NOT_GRADED if made.now.verdict is Decision.UNGRADED else ANOTHER


def _show(made: Replay, console: Console) -> None:
    then, now = (words.VERDICTS[record.verdict].name for record in (made.then, made.now))
    console.print(
        Text(
            f"The same verdict: {then}." if made.same else f"Another verdict: {then} then, {now} now.", "bold"
        )
    )
    for title, differences in (("It rests on", made.inputs), ("It came out differently", made.results)):
        if differences:
            console.print(f"{title}:")
            for difference in differences:
                _show_difference(difference, console)
    if made.left_out:
        console.print("Left out, since the network may answer otherwise by now:")
    for left_out in made.left_out:
        console.print(Text(f"  {log(left_out.check)}: {log(left_out.why)}"))
    if not (made.inputs or made.results):
        console.print("Nothing differs.")


def _show_difference(difference: FieldChange, console: Console) -> None:
    console.print(Text(f"  {log(difference.what)}: {log(difference.then)} then, {log(difference.now)} now"))
    if difference.remedy:
        console.print(Text(f"    {log(difference.remedy)}", "dim"))
