"""A README that a stranger can follow to install and run the code."""

from __future__ import annotations

from grader.checks import check, fail
from grader.checks.project import CommandKind, ReadmeRun, Result, failed, find_readme, readme_commands

TOP = "Write a README.md at the top of the repository: what this is, how to install it, how to run it."
RUNS = {CommandKind.RUN, CommandKind.TEST}


@check("readme.there")
def test_there(project):
    """There is a README at the top of the repository that says more than a title."""
    name = find_readme(project.texts)
    if not name:
        raise fail("There is no README at the top of the repository.", hint=TOP)
    words = len(project.texts[name].split())
    if words < 20:
        raise fail(
            f"{name} says next to nothing: it has {words} word{'' if words == 1 else 's'}.",
            where=name,
            hint=TOP,
        )


@check("readme.commands", needs="readme.there")
def test_commands(project, evidence):
    """The README's code blocks hold the commands that install and run the code."""
    name = find_readme(project.texts)
    commands = readme_commands(project.texts[name], name)
    untried = [c for c in commands if c.kind is CommandKind.UNTRIED]
    for command in untried[:6]:
        evidence.note(f"{name}, line {command.line}: `{command.text}` is not tried: {command.why}.")
    if not commands:
        raise fail(
            f"{name} has no commands that a reader could copy.",
            where=name,
            hint="Put them into a code block: three backticks and `bash`, the commands, three backticks.",
        )
    if not any(c.kind in RUNS for c in commands):
        raise fail(
            f"{name} does not say how to run the code: no `python …` or `pytest` in its code blocks.",
            where=f"{name}, lines {commands[0].line} to {commands[-1].line}",
            hint="Show the command that runs the tests, and one that runs your code.",
        )


@check("readme.follow", needs="readme.commands", seconds=240)
def test_follow(project, lab, evidence):
    """Followed line by line on a new machine, the README's commands work."""
    name = find_readme(project.texts)
    text = project.texts[name]
    run = ReadmeRun(project, seconds=float(lab.data.get("command_seconds", 30)), prose=text)
    steps = run.follow(readme_commands(text, name))
    for note in run.notes:
        evidence.note(note)
    evidence.measure("commands that worked", sum(s.result is Result.WORKED for s in steps))
    for step in steps:
        if step.result in {Result.LONG, Result.PASSED_OVER} and step.command.kind is not CommandKind.UNTRIED:
            why = f": {step.why}" if step.why else ""
            evidence.note(f"{name}, line {step.command.line}: `{step.command.text}` {step.result}{why}.")
    if step := failed(steps):
        raise fail(
            f"A stranger who follows {name} gets stuck in line {step.command.line}: {step.why}",
            call=step.command.text,
            where=f"{name}, line {step.command.line}",
            traceback=step.output,
            hint=step.hint,
        )
