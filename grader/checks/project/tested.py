"""Whether a repository's tests run and notice anything: shown by what they do, in an environment of its own lists.

They pass on the code as it is; they fail on the same code with every function raising, and with every function
returning something else. Who says otherwise in a conftest, an exit status or a report says it on all of them.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.broken import all_raise, all_wrong
from grader.checks.project.causes import FailureCause, Whose, asked_for, cause_of
from grader.checks.project.delivery import fair
from grader.checks.project.documented import commands_for_tests, installing_commands
from grader.checks.project.outcome import Conclusion, ProjectOutcome
from grader.checks.project.plan import find_readme
from grader.checks.project.pythons import versions_for
from grader.checks.project.suites import PYTEST, unnoticed
from grader.checks.project.surroundings import Surroundings
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.project.sandbox import ProjectSandbox, Ran

INSTALL_SECONDS = 420.0
MOST_MISSING = 4
"""Modules that are missing one after the other."""
UNITTEST = "python -m unittest"
NO_TESTS = "No tests are found."
SLOWER, SLACK_SECONDS = 3.0, 10.0
"""What a run on a broken copy may take, beside one on the code as it is."""
_LISTS = re.compile(
    r"(?:^|/)(?:requirements[\w.-]*|[\w-]+[-_]requirements)\.txt$|^requirements/[\w.-]+\.txt$"
)
_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?=[ \t]*(?:[\[=<>!~;#]|$))", re.MULTILINE)
MOST_NAMES = 40
_NO_TESTS = re.compile(r"^Ran 0 tests|no tests ran|NO TESTS RAN|collected 0 items", re.MULTILINE)


class Way(Struct, frozen=True):
    """How the tests are run, in a home that is kept: for the checks that follow.

    Attributes:
        command: For bash, in the clone.
        seconds: What they took, by our clock.
    """

    command: str
    seconds: float


def judge_tests(sandbox: ProjectSandbox, *, seconds: float) -> Conclusion:
    """Run the tests as everybody does, as they are and on broken copies; where they pass, their home is kept.

    Args:
        sandbox: A new home is made in it.
        seconds: For one run of the tests.
    """
    found = _judge(sandbox, seconds)
    return fair(found, sandbox.fetched())


def _judge(sandbox: ProjectSandbox, seconds: float) -> Conclusion:
    name = re.sub(r"\.git$", "", sandbox.url.rstrip("/").rsplit("/", 1)[-1]) or "repository"
    folder = sandbox.settle(name=name, pythons=versions_for(sandbox.texts))
    prose = sandbox.texts.get(find_readme(sandbox.texts), "")
    known = Surroundings(
        texts=sandbox.texts, prose=prose, home=folder.rsplit("/", 1)[0], has_package=sandbox.has_package
    )
    troubles: list[Ran] = []
    for line in installs(sandbox.texts):
        if not (ran := _one(sandbox, line, INSTALL_SECONDS)).worked:
            troubles.append(ran)
            _otherwise(sandbox, ran)
    return _Search(sandbox, known, troubles, seconds).conclusion()


class _Search:
    """Looks for the command that runs the tests: the first that passes, and fails on broken copies.

    Args:
        sandbox: With all installed that can be.
        known: For whose fault a failure is.
        troubles: What could not be installed.
        seconds: For one run of the tests.
    """

    def __init__(
        self, sandbox: ProjectSandbox, known: Surroundings, troubles: list[Ran], seconds: float
    ) -> None:
        self._sandbox, self._known, self._troubles, self._seconds = sandbox, known, troubles, seconds
        self._more = installing_commands(sandbox.texts)
        self._failures: list[tuple[Ran, FailureCause]] = []
        self._blind: list[Conclusion] = []
        """Of commands that also pass on broken copies: a linter, perhaps, and another one runs the tests."""

    def conclusion(self) -> Conclusion:
        texts = self._sandbox.texts
        folders = [f for f in ("tests", "test") if any(path.startswith(f"{f}/") for path in texts)]
        usual = [PYTEST, *commands_for_tests(texts)]
        others = [*unnoticed(texts), UNITTEST, *(f"{UNITTEST} discover -s {folder}" for folder in folders)]
        for command in dict.fromkeys([*usual, *others]):
            if command not in usual and (self._blind or self._found_tests):
                break  # those that everybody finds decide
            if found := self._try(command):
                return found
        if self._blind and not self._found_tests:
            return self._blind[0]
        seen = tuple(f"`{r.text}`: {cause_of(r, self._known).why}" for r in self._troubles)
        return _red(self._failures, seen)

    @property
    def _found_tests(self) -> bool:
        """Whether a command that failed had found tests."""
        return any(cause.why != NO_TESTS for _, cause in self._failures)

    def _try(self, command: str) -> Conclusion | None:
        ran, took = self._run(command)
        if ran.status is None:
            why = f"The tests did not finish within {self._seconds:g} seconds."
            return Conclusion(word=ProjectOutcome.REVIEW, why=why, seen=(command,))
        if ran.worked and not _NO_TESTS.search(ran.output):
            found = _on_broken_copies(self._sandbox, Way(command, took))
            if found.word is not ProjectOutcome.REVISE:
                return found
            self._blind.append(found)
        elif not ran.worked or command == PYTEST:
            self._failures.append((ran, cause_of(ran, self._known)))
        return None

    def _run(self, command: str) -> tuple[Ran, float]:
        """What became of a command, and how long it took; what a README brings in by words alone is brought in."""
        began = time.monotonic()
        ran = _one(self._sandbox, command, self._seconds)
        for _ in range(MOST_MISSING):
            lines = self._more or asked_for(ran.output, self._known.prose)
            if "No module named" not in ran.output or not lines:
                break
            done = [_one(self._sandbox, line, INSTALL_SECONDS) for line in lines]
            self._troubles += [one for one in done if not one.worked]
            self._more, began = [], time.monotonic()
            ran = _one(self._sandbox, command, self._seconds)
        return ran, time.monotonic() - began


@reader("what your repository says it needs")
def installs(texts: Mapping[str, str]) -> list[str]:
    """What a reader installs to run the tests, in order: the repository, its lists, and pytest."""
    files = [path for path in sorted(texts) if _LISTS.search(path) and path.count("/") <= 1]
    found = [f"python -m pip install -q -r '{path}'" for path in files]
    if {"pyproject.toml", "setup.py", "setup.cfg"} & texts.keys():
        toml = texts.get("pyproject.toml", "")
        extras = [
            e
            for e in ("test", "tests", "testing", "dev")
            if re.search(rf"^[ \t]*{e}[ \t]*=[ \t]*\[", toml, re.MULTILINE)
        ]
        groups = "".join(f" --group {e}" for e in extras) if "[dependency-groups]" in toml else ""
        named = f"[{','.join(extras)}]" if extras and "optional-dependencies" in toml else ""
        if (
            re.search(r"^\[(?:project|tool\.poetry|build-system)\]", toml, re.MULTILINE)
            or "setup.py" in texts
        ):
            found.append(f"python -m pip install -q -e '.{named}'{groups}")
    return [*found, "python -m pip install -q pytest"]


def _otherwise(sandbox: ProjectSandbox, failed: Ran) -> None:
    """What this Python can't have, as near as can be: today's versions of a list, a package for a newer one."""
    if "requires a different Python" in failed.output:
        _one(sandbox, f"{failed.text} --ignore-requires-python", INSTALL_SECONDS)
    listed = re.search(r"-r '([^']+)'", failed.text)
    if listed is None:
        return
    names = list(dict.fromkeys(_NAME.findall(sandbox.texts[listed[1]])))[:MOST_NAMES]
    if names and not _one(sandbox, f"python -m pip install -q {' '.join(names)}", INSTALL_SECONDS).worked:
        for name in names:
            _one(sandbox, f"python -m pip install -q {name}", INSTALL_SECONDS / 4)


def _one(sandbox: ProjectSandbox, command: str, seconds: float) -> Ran:
    return sandbox.script(command, seconds=seconds, each=[seconds]).commands[0]


def _red(failures: list[tuple[Ran, FailureCause]], seen: tuple[str, ...]) -> Conclusion:
    """No command passes: whose fault that is, the first one that found tests tells."""
    telling = [(ran, cause) for ran, cause in failures if cause.why != NO_TESTS] or failures
    theirs = [(ran, cause) for ran, cause in telling if cause.whose is Whose.THEIRS]
    certain = [(ran, cause) for ran, cause in theirs if cause.is_certain]
    others = [(ran, cause) for ran, cause in telling if cause.whose is not Whose.THEIRS]
    usual = telling[0] if telling[0][0].text == PYTEST else None
    if usual and usual[1].whose is not Whose.THEIRS:
        certain = []  # what another command lacks says nothing of tests that could not be run
    ran, cause = (certain or others or theirs)[0]
    if cause.whose is Whose.THEIRS and (cause.is_certain or not seen):
        return Conclusion(
            word=ProjectOutcome.REVISE,
            why=cause.why,
            seen=(*seen, cause.lines),
            is_doubtful=not cause.is_certain,
        )
    why = f"The tests could not be run here: {cause.why}."
    return Conclusion(word=ProjectOutcome.REVIEW, why=why, seen=(*seen, f"`{ran.text}`", cause.lines))


def _on_broken_copies(sandbox: ProjectSandbox, way: Way) -> Conclusion:
    """Run the tests where every function raises, and where every function returns something else."""
    limit = way.seconds * SLOWER + SLACK_SECONDS
    copies = {"raises": all_raise(sandbox.texts), "returns something else": all_wrong(sandbox.texts)}
    ran = sandbox.trials(way.command, [*copies.values(), {}], seconds=limit, total_seconds=3 * limit)
    for does, one in zip(copies, ran, strict=False):
        if one is not None and one.worked:
            why = f"`{way.command}` also passes when every function {does}: it tests nothing of this code."
            return Conclusion(word=ProjectOutcome.REVISE, why=why)
    again = ran[-1]
    if again is None or not again.worked:
        why = "The tests passed, and did not when they were run again, without packages from the network."
        seen = (way.command, again.last_lines if again else "")
        return Conclusion(word=ProjectOutcome.REVIEW, why=why, seen=seen)
    sandbox.keep()
    sandbox.found["tests"] = way
    return Conclusion(word=ProjectOutcome.PASS)
