"""``grade regrade ASSIGNMENT``: after the course was corrected, whose verdict changes; and only then, change it."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from grader.cli import choices
from grader.cli.class_progress import ClassProgress
from grader.cli.cohort import OUR_FAULT
from grader.cli.grade import Interrupted
from grader.cli.output import console as make_console
from grader.errors import UsageError
from grader.gradebook import existing_gradebook
from grader.regrade import HeldHistory, Regraded, counting
from grader.regrade import regrade as grade_again
from grader.report import words
from grader.report.escape import log
from grader.report.terminal import STYLES

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from grader.records import SafeRecord

EPILOG = (
    "Exit codes: 0 done, 2 wrong usage or faulty course, 3 somebody could not be graded and stays as they are, "
    "130 interrupted: nothing was kept."
)


@click.command(epilog=EPILOG)
@click.argument("assignment")
@click.option("--apply", is_flag=True, help="Keep the new verdicts.  [default: ask, on a terminal]")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: max(1, (os.cpu_count() or 2) // 2),
    show_default="half of the cores",
    help="Submissions side by side.",
)
@click.option("--trust", is_flag=True, help="Run hidden suites in a sandbox that does not protect.")
@choices.gradebook
@choices.course
@choices.sandbox
@choices.device
@choices.data
@choices.no_color
def regrade(
    *,
    assignment: str,
    apply: bool,
    jobs: int,
    trust: bool,
    gradebook: str,
    course: Path,
    sandbox: str,
    device: str,
    data: Path | None,
    no_color: bool,
) -> int:
    """Grade everybody's counting attempt at ASSIGNMENT again, and show whose verdict changes.

    Each is graded at its commit, with its own seed. Nothing is kept before you have seen it.
    """
    shown, said = (make_console(no_color=no_color, stderr=stderr) for stderr in (False, True))
    with existing_gradebook(gradebook) as book:
        records = counting(book, assignment)
    if not records:
        raise UsageError(
            f"Nobody's {assignment} is in the gradebook with a commit.", "`grade standings` lists all."
        )
    history = HeldHistory(partial(existing_gradebook, gradebook))
    watch = ClassProgress(said, len(records))
    rows: list[Regraded] = []
    try:
        with watch, choices.judge_service(sandbox, device, course, data, watch.say) as service:
            rows += grade_again(records, service, history, watch, jobs=jobs, trust=trust)
    except KeyboardInterrupt:
        raise Interrupted("Nothing was kept.") from None
    changed = [row for row in rows if row.changes]
    shown.print(_table(changed))
    for row in rows:
        if row.trouble:
            shown.print(Text(log(f"{row.then.url} stays as it is: {row.trouble}")), soft_wrap=True)
    same = len(rows) - len(changed) - sum(bool(row.trouble) for row in rows)
    shown.print(f"{words.count(len(changed), 'verdict')} or points change, {same} stay.")
    graded = [row for row in rows if row.now is not None]
    if graded and (apply or _asked(shown)):
        shown.print(f"Kept: {words.count(history.keep_all(graded), 'attempt')}.")
    elif graded:
        shown.print("Nothing was kept. With --apply it is.")
    return OUR_FAULT if any(row.trouble for row in rows) else 0


def _asked(console: Console) -> bool:
    """Whether a person says so."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return console.input("Keep this? [y/N] ").strip().lower() in ("y", "yes")


def _table(changed: list[Regraded]) -> Table:
    """Whose verdict changes, and by which checks."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for row in sorted(changed, key=lambda row: row.then.url):
        assert row.now is not None
        table.add_row(
            Text(log(row.then.url), overflow="fold"),
            Text.assemble(_word(row.then), " → ", _word(row.now)),
            Text(log("\n".join(row.checks)), "dim", overflow="fold"),
        )
    return table


def _word(record: SafeRecord) -> Text:
    word = words.verdict(record)
    points = f" {record.earned:g} of {record.points:g}" if record.points else ""
    return Text(f"{word.name}{points}", STYLES[word.tone])
