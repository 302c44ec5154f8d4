"""Libraries that students may use though no environment has them: does a file rest on one?"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MISSED = re.compile(r"No module named '(\w+)")
"""What Python says of an import that fails."""


def missed(message: str, libraries: Collection[str]) -> str:
    """Which of these libraries a ``ModuleNotFoundError`` is about; empty: none."""
    found = MISSED.match(message)
    return found[1] if found and found[1] in libraries else ""


def rests_on(source: str, libraries: Collection[str]) -> str:
    """Which of these libraries a file as a whole needs; empty: none.

    An import inside a function stops that function alone, and by itself. One at the top stops everything; one in a
    ``try`` stops nothing, and what comes of it later says no more why.
    """
    if not any(library in source for library in libraries):
        return ""
    try:
        waiting: list[tuple[ast.AST, bool]] = [(ast.parse(source), True)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    while waiting:
        node, everywhere = waiting.pop()
        match node:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                continue
            case ast.Import(names=names):
                named = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                named = [module]
            case _:
                named = []
        tops = (name.partition(".")[0] for name in named if everywhere)
        if library := next((top for top in tops if top in libraries), ""):
            return library
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                everywhere = False
            case ast.Try() | ast.TryStar():
                everywhere = True
        waiting += [(child, everywhere) for child in ast.iter_child_nodes(node)]
    return ""
