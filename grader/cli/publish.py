"""``grade publish ASSIGNMENT DIR``: a student's repository, with the public checks and nothing that is hidden."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from grader.cli import choices
from grader.cli.output import check_folder
from grader.cli.output import console as make_console
from grader.cli.wheel import EXTRA, wheel_of
from grader.course import course_version, load, make_repository
from grader.course.publishing import FOLDER, publish


@click.command("publish")
@click.argument("assignment")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--engine",
    default="",
    metavar="REQUIREMENT",
    help="What students install, as pip reads it: a wheel's file, which is put beside the checks, or "
    "'grader[local] @ https://…'.  [default: a wheel of this engine]",
)
@click.option(
    "--workflow",
    default="",
    metavar="OWNER/REPO/.github/workflows/grade.yml@REF",
    help="The reusable workflow, where it is in a repository that students' may use.  [default: a copy]",
)
@choices.course
@choices.no_color
def publish_command(
    *, assignment: str, folder: Path, engine: str, workflow: str, course: Path, no_color: bool
) -> int:
    """Write what students may have of ASSIGNMENT into DIR: a repository that they begin with.

    It has the starter, the public checks in .grader, and a workflow that runs these on every push. If DIR was
    published before, its .grader is renewed, and students' own files are left alone.
    """
    console = make_console(no_color=no_color, wrap=False)
    content = load(course.resolve(), assignment)
    check_folder(folder, "DIR")
    ours = not (folder / ".git").exists()
    version = course_version(content.root)
    with TemporaryDirectory(prefix="engine-") as scratch:
        wheel = None if engine and not engine.endswith(".whl") else wheel_of(engine, Path(scratch))
        done = publish(
            content,
            folder,
            engine=f"{FOLDER}/{wheel.name}[{EXTRA}]" if wheel else engine,
            wheel=wheel,
            course=version,
            calls=workflow,
        )
    if done.renewed:
        console.print(f"Renewed {FOLDER} in {folder}: look at it, and commit.")
    elif ours:
        message = f"The starter of {content.id}\n" + f"\nMade of the course at {version}.\n" * bool(
            str(version)
        )
        console.print(f"Committed as {make_repository(folder, done.files, message)[:12]}.")
    else:
        console.print(f"{folder} is a git repository already: look at it, and commit.")
    for check in done.left_out:
        console.print(f"Left out, for it needs the reference: {check}")
    console.print(f"Public checks: {done.manifest.digest}")
    return 0
