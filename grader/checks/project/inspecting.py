"""Tests that look at source, frames or compiled code: named for a person, who sees whether they forge or study."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_BYTES = 200_000
_BESIDE_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing)/[^\n]*\.py$|(?:^|/)(?:conftest|test_[^/]*|[^/]*_tests?|tests?)\.py$"
)
_LOOKS = (
    (
        "reads the source of code",
        r"inspect\.(?:getsource\w*|getsourcefile|getsourcelines)\b|\blinecache\b|\btokenize\b",
    ),
    ("reads syntax trees", r"\bast\.(?:parse|dump|walk|unparse)\b"),
    (
        "reads compiled code",
        r"\.__code__\b|\bco_(?:code|consts|names|varnames|nlocals)\b|\bdis\.|\bmarshal\b",
    ),
    (
        "looks at frames",
        r"\bsys\._getframe\b|\binspect\.(?:currentframe|stack|trace)\b|\bf_(?:back|locals|globals)\b",
    ),
    ("looks through memory", r"\bgc\.get_(?:objects|referrers)\b|/proc/(?:self|\d|\{)"),
    (
        "opens the code's files",
        r"(?:open|read_text|read_bytes|Path)\([^\n)]*(?:__file__|\.py['\"])[^\n]*\.read|\.py['\"]\)?\.read_(?:text|bytes)\(",
    ),
)
_TOOLS = re.compile(
    r"--(?:flake8|black|ruff|pylint|pycodestyle|isort|mypy|pylama|pep8|doctest-modules)\b|--cov-fail-under|\bfail_under\b"
)
_SETTINGS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", ".coveragerc")


class Look(Struct, frozen=True):
    """One place where a test looks at code rather than at what it does."""

    file: str
    line: int
    what: str


@reader("your tests")
def looks(texts: Mapping[str, str]) -> list[Look]:
    """Where test files and their helpers look at source, frames or compiled code."""
    return [look for path in sorted(texts) if _BESIDE_TESTS.search(path) for look in _in(path, texts[path])]


@reader("your repository's settings")
def style_checks(texts: Mapping[str, str]) -> str:
    """The setting by which style or coverage decides whether tests pass; empty if none is seen."""
    for name in _SETTINGS:
        if found := _TOOLS.search(texts.get(name, "")[:MOST_BYTES]):
            return f"{name}: {found[0]}"
    return ""


def _in(path: str, text: str) -> Iterator[Look]:
    for number, line in enumerate(text[:MOST_BYTES].splitlines(), 1):
        code = line[:400].partition("#")[0]
        what = next((what for what, pattern in _LOOKS if re.search(pattern, code)), None)
        if what is not None:
            yield Look(path, number, what)
