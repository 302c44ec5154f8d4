"""A README that a stranger can follow to install and run the code."""

from __future__ import annotations

import re

from grader.checks import ask, check, fail
from grader.checks.project import ProjectOutcome, Result, find_readme, judge_readme, read_readme

TOP = "Write a README.md at the top of the repository: what this is, how to install it, how to run it."
COPY = "Put the commands that install it, run the tests and run the code into a code block: ```bash … ```."
SHOWN = 8
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""What is written between spaces; of Chinese, Japanese and Korean, a letter."""


@check("readme.there")
def test_there(project):
    """There is a README at the top of the repository that says more than a title."""
    name = find_readme(project.texts)
    if not name:
        raise fail("There is no README at the top of the repository.", hint=TOP)
    words = len(WORD.findall(project.texts[name]))
    if words < 20:
        raise fail(
            f"{name} says next to nothing: it has {words} word{'' if words == 1 else 's'}.",
            where=name,
            hint=TOP,
        )


@check("readme.commands", needs="readme.there")
def test_commands(project, evidence):
    """The README has the commands that install and run the code."""
    plan, found = read_readme(project.texts)
    if found.word is ProjectOutcome.REVIEW:
        raise ask(found.why, where=found.file)
    if plan is None:
        raise fail(found.why, where=found.file, hint=COPY)
    for passed in plan.passed[:SHOWN]:
        evidence.note(f"Line {passed.line.number}: `{passed.line.text}` is not typed: {passed.why}.")


@check("readme.follow", needs="readme.commands", seconds=1500)
def test_follow(project, lab, evidence):
    """Followed line by line on a new machine, the README's commands work."""
    name = find_readme(project.texts)
    seconds, total = float(lab.data.get("command_seconds", 60)), float(lab.data.get("readme_seconds", 1200))
    found, run = judge_readme(project, seconds=seconds, total_seconds=total)
    assert run is not None  # readme.commands has seen that there are some
    for note in run.notes:
        evidence.note(note)
    evidence.measure("commands that worked", sum(s.result is Result.WORKED for s in run.steps))
    for step in run.steps:
        if step.result is Result.RAN_ON:
            evidence.note(f"{name}, line {step.line}: `{step.text}` {step.result}.")
    for line in found.seen[:SHOWN]:
        evidence.note(f"{name}, {line}.")
    cause = found.step.cause if found.step is not None else None
    parts = {
        "call": found.step.text if found.step else "",
        "where": f"{name}, line {found.step.line}" if found.step else name,
        "traceback": cause.lines if cause else "",
        "hint": cause.hint if cause else "",
    }
    if found.word is ProjectOutcome.REVISE:
        raise fail(
            f"A stranger who follows {name} gets stuck in line {found.step.line}: {found.why}", **parts
        )
    if found.word is ProjectOutcome.REVIEW:
        raise ask(f"Whether a stranger can follow {name} can't be told here. {found.why}", **parts)
