"""Which versions of Python a repository says that it works with."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN = ("3.11", "3.12", "3.10", "3.13", "3.14", "3.15", "3.9")
"""The best first: for which most packages have wheels."""
LONGEST = 200
_PINNED = re.compile(r"\s*(?:cpython-|python-)?3\.(\d+)(?:\.\d+)?\s*")
_SETUP = re.compile(r"python_requires\s*=\s*[\"']?([^\"'\n]{1,200})")


@reader("what your repository says it needs")
def versions_for(texts: Mapping[str, str]) -> list[str]:
    """The versions that will do, the best first; empty if the repository names none that it needs.

    Args:
        texts: Its text files.
    """
    pinned = _PINNED.fullmatch(texts.get(".python-version", "").strip().partition("\n")[0])
    first = [f"3.{pinned[1]}"] if pinned else []
    required = _required(texts)
    if not required:
        return first
    try:
        allowed = SpecifierSet(required)
    except InvalidSpecifier:
        return first
    return [v for v in dict.fromkeys((*first, *KNOWN)) if allowed.contains(f"{v}.99") or allowed.contains(v)]


def _required(texts: Mapping[str, str]) -> str:
    """What it says, as PEP 440 has it."""
    project = _toml(texts.get("pyproject.toml", ""))
    said = _at(project, "project", "requires-python") or _at(
        project, "tool", "poetry", "dependencies", "python"
    )
    if not said:
        found = next((m for f in ("setup.cfg", "setup.py") if (m := _SETUP.search(texts.get(f, "")))), None)
        said = found[1].strip() if found else ""
    return ",".join(_as_pep_440(part.strip()) for part in said[:LONGEST].split(",") if part.strip())


def _as_pep_440(part: str) -> str:
    """Poetry's ``^3.12``, ``~3.12`` and bare ``3.12.*``."""
    if found := re.fullmatch(r"\^\s*(\d+(?:\.\d+)*)", part):
        return f">={found[1]},<{int(found[1].partition('.')[0]) + 1}"
    if found := re.fullmatch(r"~\s*(\d+\.\d+)(?:\.\d+)?", part):
        return f"=={found[1]}.*"
    return f"=={part}" if re.fullmatch(r"\d+(?:\.\d+)*(?:\.\*)?", part) else part


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _at(table: Any, *path: str) -> str:
    for name in path:
        table = table.get(name) if isinstance(table, dict) else None
    return table if isinstance(table, str) else ""
