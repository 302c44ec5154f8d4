"""``grade map REPO``: a first draft of the mapping of a repository that spells the lab in its own way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import choices
from grader.cli.output import check_file, write_file
from grader.cli.output import console as make_console
from grader.course import GRADE_FILE, GRADE_FILE_BYTES, choose
from grader.course.interface import spellings
from grader.errors import UsageError
from grader.report.escape import plain
from grader.submission import Wanted, open_repository

if TYPE_CHECKING:
    from grader.records import Lab, Module

INCOMPLETE = 1


@click.command("map")
@click.argument("repo")
@click.option("--assignment", default="", help="Which one; by default as the repository says.")
@click.option("--lab", "labs", multiple=True, help="Only this lab; may be repeated.")
@click.option("--module", "only", default="", help="Only this module of a lab.")
@click.option("--file", default="", help="Where the code is, if it can't be found.")
@click.option("--line", "lines", multiple=True, help="NAME=EXPRESSION that is known; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the draft here.")
@choices.course
@choices.sandbox
@choices.no_color
def map_(
    *,
    repo: str,
    assignment: str,
    labs: tuple[str, ...],
    only: str,
    file: str,
    lines: tuple[str, ...],
    out: Path | None,
    course: Path,
    sandbox: str,
    no_color: bool,
) -> int:
    """Draft the mapping of REPO: which file, what makes a net, where its tensors are, what runs and trains it.

    Its code is looked at and tried in a sandbox. What could not be found is marked TODO. The exit code is 0 if
    nothing is left to write, else 1.
    """
    from grader.drafting import draft, to_yaml  # it speaks to sandboxes, and so needs NumPy

    console = make_console(no_color=no_color, stderr=True)
    check_file(out, "--out")
    with open_repository(repo) as repository:
        theirs = repository.read(GRADE_FILE, limit=GRADE_FILE_BYTES) if not assignment else None
        choice = choose(course.resolve(), theirs, repository.url, assignment=assignment, labs=labs)
        submission = repository.fetch(Wanted(folders=("",)))
    modules = [
        (lab, module)
        for lab in choice.assignment.labs
        for module in lab.modules
        if "draft" in module.interface and only in ("", module.name)
    ]
    if not modules:
        raise UsageError(
            "None of these modules can be drafted: no interface of theirs names a `draft`.",
            "docs/course-author.md says what one is.",
        )
    given = _given(lines, modules)

    def progress(line: str) -> None:
        console.print(plain(line), style="dim")

    with choices.judge_service(sandbox, "cpu", course, None, progress) as service:
        drafts = [
            draft(lab, module, submission.files, service, file, given, progress) for lab, module in modules
        ]
    text = to_yaml(choice.assignment, drafts)
    if out is not None:
        write_file(out, text.encode(), "--out")
    else:
        click.echo(text, nl=False)
    return INCOMPLETE if any(found.missing for found in drafts) else 0


def _given(lines: tuple[str, ...], modules: list[tuple[Lab, Module]]) -> dict[str, str]:
    """The lines that are known, by name."""
    if lines and len(modules) != 1:
        raise UsageError("--line is about one module: choose it with --module.")
    given = {}
    for line in lines:
        name, is_there, text = (part.strip() for part in line.partition("="))
        names = spellings(modules[0][1].interface)
        if not is_there or name not in names:
            raise UsageError(f"--line {line!r}: write NAME=EXPRESSION, with a name of {', '.join(names)}.")
        given[name] = text
    return given
