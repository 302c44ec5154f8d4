"""Lists of packages whose versions are too old for our Python: the same packages as they are today."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_NAMES = 40
_INSTALL = re.compile(r"^\s*((?:[\w./~-]+\s+-m\s+|uv\s+)?pip[\d.]*\s+install)\b(.*)$", re.DOTALL)
_LIST = re.compile(r"(?:-r|--requirement)[ =]?[\"']?([^\s\"']+)")
_PINNED = re.compile(
    r"(?<![\w=./-])[\"']?([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[\w,-]+\])?)\s*(?:[=<>!~]=|[<>])[^\s;]"
)
_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[\w,-]+\])?)(?=\s*(?:[=<>!~;#]|$))", re.MULTILINE)


def todays(command: str, texts: Mapping[str, str]) -> str:
    """A command that installs what another names or lists, without its versions; empty if there are none.

    Args:
        command: That failed: ``pip install -r requirements.txt``.
        texts: Of the repository.
    """
    found = _INSTALL.match(command)
    if found is None:
        return ""
    lists = [posixpath.normpath(path) for path in _LIST.findall(found[2])]
    names = [name for path in lists for name in _NAME.findall(_text(path, texts))]
    names += _PINNED.findall(found[2])
    names = [name for name in dict.fromkeys(names) if not name.endswith(".txt")][:MOST_NAMES]
    return f"{found[1]} {' '.join(names)}" if names else ""


def _text(path: str, texts: Mapping[str, str]) -> str:
    """A list, wherever the command stood."""
    name = posixpath.basename(path)
    near = [place for place in sorted(texts) if place == path or posixpath.basename(place) == name]
    return texts[near[0]] if near else ""
