"""Rules about a module's source, read as text: it is parsed, never executed."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

from grader.checks.failure import fail
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

DYNAMIC = {"__import__", "exec", "eval", "import_module"}
HIDDEN_WAYS = {"ctypes", "importlib", "multiprocessing", "runpy", "subprocess"}
"""Parts of the standard library by which other code comes in without an import that shows."""


@reader("the source of your module")
def imports_only(source: str, allowed: tuple[str, ...], *, file: str = "") -> None:
    """The module imports the allowed libraries and the standard library, and nothing else.

    What stands under ``if __name__ == "__main__":`` is the student's own script, and free. This is a rule of
    style: what code *can* reach is decided by what is installed where it runs.

    Args:
        source: The module's text.
        allowed: Top-level names of the libraries, e.g. ``("numpy",)``.
        file: For the message.

    Raises:
        CheckFailed: Another library is imported, code comes in by a hidden way, or the text is no Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        raise fail("The file can't be read: Python found a syntax error.", where=file) from None
    except (RecursionError, MemoryError):
        raise fail(
            "The file can't be read: an expression is nested deeper than Python allows.", where=file
        ) from None
    for line, name in _reached(tree):
        top = name.partition(".")[0]
        if top in allowed or (top in sys.stdlib_module_names and top not in HIDDEN_WAYS):
            continue
        raise fail(
            f"This file uses {top}.",
            where=f"{file}, line {line}" if file else f"line {line}",
            yours=name,
            expected=f"only {' and '.join(allowed)} and the standard library",
            hint="Code that plots or runs experiments belongs into a file of its own.",
        )


def _reached(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of everything that is imported, outside of the file's own script, from top to bottom."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.If(test=test) if _is_script(test):
                continue
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in DYNAMIC:
                yield node.lineno, name
        waiting += reversed(list(ast.iter_child_nodes(node)))


def _is_script(test: ast.expr) -> bool:
    """``__name__ == "__main__"``."""
    return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))
