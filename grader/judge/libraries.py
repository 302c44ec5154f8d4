"""Libraries that students may use though no environment has them: was one missed?"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

MISSED = re.compile(r"No module named '(\w+)")
"""What Python says of an import that fails."""


def missed(message: str, libraries: Collection[str]) -> str:
    """Which of these libraries a ``ModuleNotFoundError`` is about; empty: none."""
    found = MISSED.match(message)
    return found[1] if found and found[1] in libraries else ""


class Imports(NamedTuple):
    """The first of these libraries that a file imports in such a way; empty: none.

    At the ``top`` of a file, a stub is in its place, and using it raises: what was meant by other exceptions isn't
    sure. ``tried``, it is missed without an exception, and nothing that comes of it says why. An import inside a
    function is neither: it stops that function alone, and says so.
    """

    top: str = ""
    tried: str = ""


def imports(source: str, libraries: Collection[str]) -> Imports:
    """How a file imports these libraries, as its text says; it is never run."""
    found = Imports()
    if not any(library in source for library in libraries):
        return found
    try:
        waiting: list[tuple[ast.AST, str]] = [(ast.parse(source), "top")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    while waiting:
        node, place = waiting.pop()
        match node:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                continue
            case ast.Import(names=names):
                named = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                named = [module]
            case _:
                named = []
        packages = (name.partition(".")[0] for name in named if place)
        if library := next((package for package in packages if package in libraries), ""):
            found = found._replace(**{place: library})
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                place = ""
            case ast.Try() | ast.TryStar():
                place = "tried"
        waiting += [(child, place) for child in ast.iter_child_nodes(node)]
    return found
