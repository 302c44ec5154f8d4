"""Modules → their public functions and methods, where each stands, and how its text is replaced by another."""

from __future__ import annotations

import ast
import textwrap
import warnings
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
MOST_BYTES = 200_000
NOT_API = {"main"}
"""Public by name, but for a command line."""
WITHOUT_BODY = {"overload", "abstractmethod"}


class Target(Struct, frozen=True, kw_only=True):
    """A public function or method.

    Attributes:
        file: The module's path.
        name: ``MLP.forward``.
        line: Of its ``def``.
        start: First line, decorators included.
        stop: Last line.
    """

    file: str
    name: str
    line: int
    start: int
    stop: int


def public_functions(file: str, source: str) -> list[Target]:
    """The public functions and methods of a module; none if it isn't Python."""
    tree = parse(source)
    return [] if tree is None else list(_public(file, tree, ""))


def parse(source: str) -> ast.Module | None:
    """A module's syntax tree; ``None`` if it has none, or is too large to look at."""
    if len(source) > MOST_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what students write, and on our own standard error
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _public(file: str, scope: ast.Module | ast.ClassDef, prefix: str) -> Iterator[Target]:
    for node in scope.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public(file, node, f"{prefix}{node.name}.")
        if isinstance(node, Function) and _is_public(node) and not _is_empty(node):
            start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            yield Target(
                file=file,
                name=prefix + node.name,
                line=node.lineno,
                start=start,
                stop=node.end_lineno or node.lineno,
            )


def _is_public(node: Function) -> bool:
    named = node.name == "__call__" or not node.name.startswith("_")
    marks = {d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in node.decorator_list}
    return named and node.name not in NOT_API and not marks & WITHOUT_BODY


def _is_empty(node: Function) -> bool:
    """Nothing but a docstring, ``pass`` or ``...``: nothing to break."""
    return all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in node.body
    )


def rewritten(source: str, target: Target, change: Callable[[Function], bool | None]) -> str | None:
    """The module with one function changed, all other lines as they were.

    Args:
        source: The module.
        target: Which function.
        change: Changes its syntax tree; returns False if there is nothing to change.

    Returns:
        The new text, or ``None`` if nothing was changed or no module came out.
    """
    lines = lines_of(source)
    first = lines[target.start - 1]
    indent = first[: len(first) - len(first.lstrip())]
    own = "\n".join(["if True:" if indent else "", *lines[target.start - 1 : target.stop]])
    tree = parse(own)
    node = next((n for n in ast.walk(tree) if isinstance(n, Function)), None) if tree is not None else None
    if node is None:
        return None
    ast.increment_lineno(node, target.start - 2)
    try:
        if change(node) is False:
            return None
        text = ast.unparse(ast.fix_missing_locations(node))
    except (RecursionError, ValueError):
        return None
    if parse(text) is None:
        return None
    return "\n".join([*lines[: target.start - 1], textwrap.indent(text, indent), *lines[target.stop :]])


def lines_of(source: str) -> list[str]:
    """A source's lines as Python counts them; ``splitlines`` ends some earlier."""
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def after_docstring(node: Function) -> int:
    """Where a function's first statement stands."""
    first = node.body[0]
    return int(
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
