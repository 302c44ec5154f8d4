"""Whether a repository's tests run and notice anything: shown by what they do, in an environment of its own lists.

They pass on the code as it is, and fail on the same code with every function raising. Who says otherwise in a
conftest, an exit status or a report says it on both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.checks.project.broken import all_raise
from grader.checks.project.causes import FailureCause, Surroundings, Whose, cause_of
from grader.checks.project.delivery import fair
from grader.checks.project.outcome import Conclusion, ProjectOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.project.sandbox import ProjectSandbox, Ran

INSTALL_SECONDS = 420.0
COMMANDS = ("python -m pytest", "python -m unittest", "python -m unittest discover -s tests")
_LISTS = re.compile(
    r"(?:^|/)(?:requirements[\w.-]*|[\w-]+[-_]requirements)\.txt$|^requirements/[\w.-]+\.txt$"
)


def judge_tests(sandbox: ProjectSandbox, *, seconds: float) -> Conclusion:
    """Run the tests as everybody does, as they are and on the broken copy; where they pass, their home is kept.

    Args:
        sandbox: A new home is made in it.
        seconds: For one run of the tests.
    """
    found = _judge(sandbox, seconds)
    return fair(found, sandbox.fetched())


def _judge(sandbox: ProjectSandbox, seconds: float) -> Conclusion:
    name = re.sub(r"\.git$", "", sandbox.url.rstrip("/").rsplit("/", 1)[-1]) or "repository"
    folder = sandbox.settle(name=name)
    troubles = [
        r for line in installs(sandbox.texts) if not (r := _one(sandbox, line, INSTALL_SECONDS)).worked
    ]
    known = Surroundings(texts=sandbox.texts, home=folder.rsplit("/", 1)[0], has_package=sandbox.has_package)
    failures: list[tuple[Ran, FailureCause]] = []
    for command in COMMANDS:
        ran = _one(sandbox, command, seconds)
        if ran.status is None:
            why = f"The tests did not finish within {seconds:g} seconds."
            return Conclusion(word=ProjectOutcome.REVIEW, why=why, seen=(command,))
        if ran.worked and (
            command == COMMANDS[0] or not re.search(r"^Ran 0 tests", ran.output, re.MULTILINE)
        ):
            return _on_the_broken_copy(sandbox, command, seconds)
        failures.append((ran, cause_of(ran, known)))
        if failures[0][1].why != "No tests are found.":
            break
    ran, cause = failures[0]
    seen = tuple(f"`{r.text}`: {cause_of(r, known).why}" for r in troubles)
    if cause.whose is Whose.THEIRS and (cause.is_certain or not troubles):
        return Conclusion(
            word=ProjectOutcome.REVISE,
            why=cause.why,
            seen=(*seen, cause.lines),
            is_doubtful=not cause.is_certain,
        )
    return Conclusion(
        word=ProjectOutcome.REVIEW,
        why=f"The tests could not be run here: {cause.why}.",
        seen=(*seen, cause.lines),
    )


def installs(texts: Mapping[str, str]) -> list[str]:
    """What a reader installs to run the tests, in order: the repository, its lists, and pytest."""
    files = [path for path in sorted(texts) if _LISTS.search(path) and path.count("/") <= 1]
    found = [f"python -m pip install -q -r '{path}'" for path in files]
    if {"pyproject.toml", "setup.py"} & texts.keys():
        toml = texts.get("pyproject.toml", "")
        extras = [
            e
            for e in ("test", "tests", "testing", "dev")
            if re.search(rf"^\s*{e}\s*=\s*\[", toml, re.MULTILINE)
        ]
        groups = "".join(f" --group {e}" for e in extras) if "[dependency-groups]" in toml else ""
        named = f"[{','.join(extras)}]" if extras and "optional-dependencies" in toml else ""
        if "[project]" in toml or "[tool.poetry]" in toml or "setup.py" in texts:
            found.append(f"python -m pip install -q -e '.{named}'{groups}")
    return [*found, "python -m pip install -q pytest"]


def _one(sandbox: ProjectSandbox, command: str, seconds: float) -> Ran:
    return sandbox.script(command, seconds=seconds, each=[seconds]).commands[0]


def _on_the_broken_copy(sandbox: ProjectSandbox, command: str, seconds: float) -> Conclusion:
    (ran,) = sandbox.trials(
        command, [all_raise(sandbox.texts)], seconds=seconds * 2, total_seconds=seconds * 2
    )
    if ran is None or not ran.worked:
        sandbox.keep()
        sandbox.found["tests"] = command
        return Conclusion(word=ProjectOutcome.PASS)
    why = f"`{command}` also passes when every function raises: it tests nothing of this code."
    return Conclusion(word=ProjectOutcome.REVISE, why=why)
