"""In which order a README's steps are done by somebody who has read all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.checks.project.command_words import runs_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.checks.project.plan import Alternatives

_BRINGS_PACKAGES = re.compile(
    r"\b(?:pip3?|conda|mamba|poetry|pipenv|pdm|apt|apt-get)\b.*\b(?:install|create|sync)\b|\buv (?:sync|add)\b"
)


def installing_first(choices: Sequence[Alternatives]) -> Sequence[Alternatives]:
    """The section that installs packages comes before the first step that runs code; else all is as written."""
    runs = next(
        (at for at, choice in enumerate(choices) if any(map(runs_code, _texts(choice)))), len(choices)
    )
    section = next((_heading(choice) for choice in choices if brings_packages(choice)), "")
    if not section or any(map(brings_packages, choices[: runs + 1])):
        return choices
    moved = [choice for choice in choices[runs:] if _heading(choice) == section]
    others = [choice for choice in choices[runs:] if _heading(choice) != section]
    return (*choices[:runs], *moved, *others)


def brings_packages(choice: Alternatives) -> bool:
    """Whether a step installs packages, by any of its ways."""
    return any(map(_BRINGS_PACKAGES.search, _texts(choice)))


def _heading(choice: Alternatives) -> str:
    return choice.options[0][0].heading


def _texts(choice: Alternatives) -> Iterator[str]:
    for option in choice.options:
        yield from (line.text for part in option if not part.is_aside for line in part.commands)
