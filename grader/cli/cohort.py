"""``grade cohort ROSTER``: grade a class, show who stands where, write everybody's reports."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from grader.cli import choices
from grader.cli.class_progress import ClassProgress
from grader.cli.grade import Interrupted
from grader.cli.output import check_folder, console
from grader.cohort import OneMachine, grade_class, read_class
from grader.cohort.sheet import ClassTable
from grader.cohort.summary import Summary, summary
from grader.cohort.writing import PAGE, TABLE, write_page, write_reports_of, write_table
from grader.cohort.writing import folders as folders_of
from grader.errors import Ungraded
from grader.gradebook import open_gradebook
from grader.history import KeptHistory
from grader.report import words
from grader.report.escape import plain
from grader.report.terminal import STYLES
from grader.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from grader.cli.choices import Progress
    from grader.cohort import ClassMember
    from grader.cohort.grading import ClassEngine
    from grader.records import SafeRecord

EPILOG = (
    "Exit codes: 0 everybody has a verdict, 2 wrong usage or faulty course, 3 somebody could not be graded, "
    "130 interrupted. Run the same command again to go on: unchanged work is answered from the gradebook."
)


OUR_FAULT = 3


@click.command(epilog=EPILOG)
@click.argument("roster", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--assignment", default="", help="If neither grade.yml nor the repositories' names say it.")
@choices.pattern
@click.option("--lab", "labs", multiple=True, help="Only this lab; may be repeated.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    show_default="half of the cores",
    help="Submissions side by side.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where it is graded: on this machine, or on a Ray cluster ($RAY_ADDRESS).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("class"),
    show_default=True,
    help=f"Write {PAGE} and {TABLE} here, and everybody's reports into a folder of their own.",
)
@click.option("--fresh", is_flag=True, help="Grade again what the gradebook already answers.")
@choices.folders
@click.option(
    "--seed",
    type=int,
    callback=choices.seed,
    help="Draw the same inputs again, the same for everybody.  [default: secret, new for each]",
)
@click.option("--trust", is_flag=True, help="Run hidden suites in a sandbox that does not protect.")
@choices.gradebook
@choices.course
@choices.sandbox
@choices.device
@choices.data
@choices.no_color
def cohort(
    *,
    roster: Path,
    assignment: str,
    pattern: str,
    labs: tuple[str, ...],
    jobs: int | None,
    engine: str,
    out: Path,
    fresh: bool,
    folders: bool,
    seed: str,
    trust: bool,
    gradebook: str,
    course: Path,
    sandbox: str,
    device: str,
    data: Path | None,
    no_color: bool,
) -> int:
    """Grade everybody in ROSTER, several side by side, and keep each result as it comes.

    ROSTER is a CSV: with the columns id and url, or as GitHub Classroom, Classroom 50 or Canvas export it.
    """
    members = read_class(roster.read_bytes(), str(roster), pattern, folders=folders)
    places = folders_of(members)

    def request_for(member: ClassMember) -> Request:
        return Request(
            repo=member.url,
            assignment=assignment,
            labs=labs,
            seed=seed,
            device=device,
            trust=trust,
            trusted_origin=folders,
            fresh=fresh,
        )

    check_folder(out, "--out")
    open_book = partial(open_gradebook, gradebook)
    open_book().close()
    standing = {member.id: Summary(member, places[member.id]) for member in members}
    table = ClassTable(standing.values())
    write_table(table, out)
    title = assignment
    watch = ClassProgress(console(no_color=no_color, stderr=True), len(members))
    history = KeptHistory(open_book, required=True)

    def opened() -> AbstractContextManager[ClassEngine]:
        if engine == "local":
            return _here(sandbox, device, course, data, watch.say)
        return _cluster(sandbox, device, course, data, watch.say, history)

    try:
        with watch, opened() as machine:
            for result in grade_class(
                members, request_for, machine, history, watch, jobs=jobs or machine.jobs
            ):
                watch.ended(result)
                folder = places[result.member.id]
                past: tuple[SafeRecord, ...] = ()
                if result.record:
                    title = result.record.title or title
                    past = history.attempts(result.record.url, result.record.assignment)
                    unwritten = write_reports_of(result.record, out / folder)
                    result = result._replace(trouble=result.trouble or unwritten)  # noqa: PLW2901 - the same, and more
                standing[result.member.id] = summary(result, folder, past)
                table.put(standing[result.member.id])
                with suppress(Ungraded):  # the disk may be full for a while; the last time it is said
                    write_table(table, out)
    except KeyboardInterrupt:
        raise Interrupted from None
    finally:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        write_table(table, out)
        write_page(title, tuple(standing.values()), now, out)
    shown = console(no_color=no_color)
    shown.print(_counts(tuple(standing.values())))
    shown.print(f"The class: {out / PAGE}, {out / TABLE}; each one's reports beside them.")
    return OUR_FAULT if any(each.trouble for each in standing.values()) else 0


@contextmanager
def _here(
    sandbox: str, device: str, course: Path, data: Path | None, progress: Progress
) -> Iterator[ClassEngine]:
    """This machine."""
    with choices.judge_service(sandbox, device, course, data, progress) as service:
        yield OneMachine(service)


@contextmanager
def _cluster(
    sandbox: str, device: str, course: Path, data: Path | None, progress: Progress, history: KeptHistory
) -> Iterator[ClassEngine]:
    """A Ray cluster."""
    from grader.cohort.node import Setting
    from grader.cohort.ray_engine import RayEngine

    setting = Setting(
        course=str(course.resolve()), sandbox=sandbox, device=device, data=str(data.resolve()) if data else ""
    )
    cluster = RayEngine(setting, history, course, progress)
    try:
        yield cluster
    finally:
        cluster.close()


def _counts(class_: Sequence[Summary]) -> Table:
    """How many have which verdict, and a line for each who has none."""
    counted = Table.grid(padding=(0, 2, 0, 0))
    for decision, word in words.VERDICTS.items():
        if number := sum(each.verdict is decision for each in class_):
            counted.add_row(Text(f"{word.sign} {word.name}", STYLES[word.tone]), str(number))
    for each in class_:
        if each.trouble:
            counted.add_row(Text(f"  {plain(each.member.id)}", "dim"), Text(plain(each.trouble)))
    return counted
