"""``grade map REPO``: a first draft of the mapping of a repository that spells the lab in its own way."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from grader.cli import choices
from grader.course import GRADE_FILE, GRADE_FILE_BYTES, choose
from grader.drafting import draft, to_yaml
from grader.errors import UsageError
from grader.judge_service import JudgeService
from grader.report.escape import plain
from grader.submission import Wanted, open_repository

INCOMPLETE = 1


@click.command("map")
@click.argument("repo")
@click.option("--assignment", default="", help="Which one; by default as the repository says.")
@click.option("--lab", "labs", multiple=True, help="Only this lab; may be repeated.")
@click.option("--file", default="", help="Where the code is, if it can't be told.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the draft here.")
@choices.course
@choices.sandbox
@choices.no_color
def map_(
    *,
    repo: str,
    assignment: str,
    labs: tuple[str, ...],
    file: str,
    out: Path | None,
    course: Path,
    sandbox: str,
    no_color: bool,
) -> int:
    """Draft the mapping of REPO: which file, what makes a net, where its tensors are, what runs and trains it.

    Its code is looked at and tried in a sandbox. What could not be found is marked TODO. The exit code is 0 if
    nothing is left to write, else 1.
    """
    console = Console(stderr=True, no_color=no_color, highlight=False)
    with open_repository(repo) as repository:
        theirs = repository.read(GRADE_FILE, limit=GRADE_FILE_BYTES) if not assignment else None
        choice = choose(course.resolve(), theirs, repository.url, assignment=assignment, labs=labs)
        submission = repository.fetch(Wanted(folders=("",)))
    modules = [(lab, m) for lab in choice.assignment.labs for m in lab.modules if "draft" in m.interface]
    if not modules:
        raise UsageError(
            "None of these labs can be drafted: no interface of theirs names a `draft`.",
            "docs/course-author.md says what one is.",
        )
    provider = choices.open_provider(sandbox, "cpu", lambda line: console.print(plain(line), markup=False))
    with JudgeService(provider, course.resolve()) as service:
        drafts = [draft(lab, module, submission.files, service, file) for lab, module in modules]
    text = to_yaml(choice.assignment, drafts)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    return INCOMPLETE if any(found.missing for found in drafts) else 0
