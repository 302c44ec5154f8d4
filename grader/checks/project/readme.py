"""Whether a stranger who follows the README gets the code running."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.checks.project.blocks import TooMuch
from grader.checks.project.command_words import installs, runs_code, speaks_of_running
from grader.checks.project.delivery import fair
from grader.checks.project.outcome import Conclusion, ProjectOutcome, conclude
from grader.checks.project.plan import find_readme, read_plan
from grader.checks.project.readme_run import ReadmeRun, Stranger
from grader.checks.project.surroundings import prose_of
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.project.plan import Plan
    from grader.checks.project.sandbox import ProjectSandbox

_BESIDE = re.compile(
    r"(?:^|/)(?:examples?|tests?|docs?|benchmarks?)/|(?:^|/)(?:setup|conftest|test_\w+|\w+_test)\.py$"
)
_HOW_TO = re.compile(
    r"(?:^|/)(?:readme|[\w-]*(?:install|set-?up|usage|instruct|how-?_?to|quick-?_?start|getting-?_?started|run)[\w-]*)"
    r"\.(?:md|markdown|rst|txt)$",
    re.IGNORECASE,
)
"""Documents that a reader opens for it: ``feedforward/README.md``, ``setup_instructions.md``."""


@reader("your README")
def read_readme(texts: Mapping[str, str]) -> tuple[Plan | None, Conclusion]:
    """What the README tells a reader to do, and what follows where that is nothing: for a pass there is a plan."""
    name = find_readme(texts)
    if not name:
        return None, Conclusion(
            word=ProjectOutcome.REVISE, why="There is no README at the top of the repository."
        )
    try:
        plan = read_plan(texts[name], name)
    except TooMuch as much:
        return None, Conclusion(word=ProjectOutcome.REVIEW, why=f"{name} is not read: {much}.", file=name)
    if any(runs_code(text) for text in _code(plan)):
        return plan, Conclusion(word=ProjectOutcome.PASS, file=name)
    is_installed = any(installs(line.text) for line in plan.commands)
    if plan.shows_python and is_installed:
        return plan, Conclusion(word=ProjectOutcome.PASS, file=name)  # a library is installed, and imported
    if why := _left_to_a_person(name, texts, plan, is_installed=is_installed):
        return None, Conclusion(word=ProjectOutcome.REVIEW, why=why, file=name)
    if not plan.commands and not plan.passed:
        why = f"{name} has no commands that a reader could copy."
    else:
        why = f"{name} does not say how to run the code: no `python …` or `pytest` among its commands."
    return None, Conclusion(word=ProjectOutcome.REVISE, why=why, file=name)


def _left_to_a_person(name: str, texts: Mapping[str, str], plan: Plan, *, is_installed: bool) -> str:
    """Why a README without a command that runs the code may still say enough; empty where it doesn't."""
    if leads := next((path for path in texts if path != name and _leads_to(texts[name], path)), ""):
        return f"{name} leads to {leads} for what to do."
    if plan.shows_python:
        return f"{name} shows Python code and no command; whether that is how to run it, a person says."
    if is_installed and not _has_programs(texts):
        return f"{name} says how to install and not how to run; whether a library needs more, a person says."
    if speaks_of_running(prose_of(texts[name], _code(plan))):
        return f"{name} says in its sentences what to run; whether that is enough, a person says."
    if other := next((path for path in texts if path != name and _says_how(path, texts[path])), ""):
        return (
            f"{other} says how to run the code, and {name} does not; whether that is enough, a person says."
        )
    return ""


def _says_how(path: str, text: str) -> bool:
    """Whether a document whose name promises it says how to run the code."""
    if not _HOW_TO.search(path):
        return False
    try:
        code = _code(read_plan(text, path))
    except TooMuch:
        return False
    return any(map(runs_code, code)) or speaks_of_running(prose_of(text, code))


def _code(plan: Plan) -> list[str]:
    """Each line of a README that is there to be typed, whether or not it is typed here."""
    return [line.text for line in (*plan.commands, *(passed.line for passed in plan.passed))]


def _has_programs(texts: Mapping[str, str]) -> bool:
    """Whether there is something to run, beside a library's examples and tests."""
    return any(
        path.endswith(".py") and "__main__" in text and not _BESIDE.search(path)
        for path, text in texts.items()
    )


def judge_readme(
    sandbox: ProjectSandbox, *, seconds: float, total_seconds: float
) -> tuple[Conclusion, ReadmeRun | None]:
    """Follow the README.

    Args:
        sandbox: A new home is made in it.
        seconds: For each command that doesn't install; one that still runs then is taken to work.
        total_seconds: For all of it.

    Returns:
        What follows, and what was done; ``None`` if there was nothing to do.
    """
    plan, found = read_readme(sandbox.texts)
    if plan is None:
        return found, None
    text = sandbox.texts[found.file]
    run = Stranger(sandbox, text, plan, seconds=seconds, total_seconds=total_seconds).follow()
    return fair(conclude(run), sandbox.fetched()), run


def _leads_to(readme: str, path: str) -> bool:
    """Whether a README links to another text of the repository, where its commands may stand."""
    place = re.escape(path)
    link = rf"\]\(\.?/?{place}[)#]|<\.?/?{place}>"
    return path.lower().endswith((".md", ".rst", ".txt", ".ipynb")) and re.search(link, readme) is not None
