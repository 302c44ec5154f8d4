"""How a repository says that its tests are run, and what is installed for them: its README, workflows and tools."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.checks.project.blocks import TooMuch
from grader.checks.project.plan import find_readme, read_plan
from grader.checks.project.workflow import workflows
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST = 6
"""Commands of each kind."""
LONGEST = 400
_RUN = r"(?:(?:uv|poetry|pdm|hatch|pipenv) run (?:--[\w-]+(?:[ =][\w.-]+)? )*)?"
_TEST = r"\S*(?<!la)(?<!con)(?<!at)test\S*"
"""A file that is called after tests, and not ``latest``."""
_TESTS = re.compile(
    rf"^{_RUN}((?:[A-Z_]+=\S+ )*(?:(?:python3?|py) -m (?:pytest|unittest|tox|nox|coverage run)\b|coverage run\b|"
    rf"py\.?test\b|tox\b|nox\b|(?:python3?|bash|sh) {_TEST}\.(?:py|sh)\b|\./{_TEST}\.sh\b|"
    r"make (?:\w*test\w*|check)\b|(?:uvx|pipx run) (?:nox|tox)\b)[^\n]*)$"
)
_INSTALLS = re.compile(
    r"^(?:(?:python3?|py) -m |uv )?pip3? install (?!.*(?:-e |--editable|\s\.(?:\[|\s|$)))[^\n|&;]+$"
)
_UNKNOWN = re.compile(r"\$[{(]|`|<[A-Za-z]|\{\w|\[-|\.\.\.|…")
_TARGET = re.compile(r"^(test|tests|check|unittest|unit-test|test-unit)[ \t]*:(?!=)", re.MULTILINE)


@reader("how your repository says it is tested")
def commands_for_tests(texts: Mapping[str, str]) -> list[str]:
    """What runs the tests, as the repository says, for bash at its top."""
    found = [told[1].strip() for line in _lines(texts) if (told := _TESTS.match(line))]
    makefile = next((texts[name] for name in ("Makefile", "makefile", "GNUmakefile") if name in texts), "")
    found += [f"make {target}" for target in _TARGET.findall(makefile)]
    found += [
        f"python -m {tool}" for tool, file in (("tox", "tox.ini"), ("nox", "noxfile.py")) if file in texts
    ]
    return list(dict.fromkeys(re.sub(r"^python3 |^py ", "python ", one) for one in found))[:MOST]


@reader("how your repository says it is installed")
def installing_commands(texts: Mapping[str, str]) -> list[str]:
    """What installs packages by their names."""
    found = [
        f"python -m {line[line.index('pip') :].replace('pip3', 'pip', 1)}"
        for line in _lines(texts)
        if _INSTALLS.match(line)
    ]
    return list(dict.fromkeys(found))[:MOST]


def _lines(texts: Mapping[str, str]) -> Iterator[str]:
    """The lines that a reader or a runner types, where all of them is known."""
    for text in _typed(texts):
        for part in re.split(r"\n|&&", text):
            line = part.strip()
            if line and len(line) <= LONGEST and not _UNKNOWN.search(line):
                yield line


def _typed(texts: Mapping[str, str]) -> Iterator[str]:
    for workflow in workflows(texts):
        for job in workflow.jobs:
            yield from (step.run for step in job.steps if step.run and not step.folder)
    name = find_readme(texts)
    if name:
        try:
            plan = read_plan(texts[name], name)
        except TooMuch:
            return
        for choice in plan.choices:
            for option in choice.options:
                for part in option:
                    yield from (line.text for line in part.commands)
