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
_IN_A_BLOCK = "if 1:\n"
"""Before the lines of a method, so that they may keep their indentation."""


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
        The new text, or ``None`` if nothing was changed or no function came out.
    """
    lines = lines_of(source)
    node = _node(lines, target)
    if node is None:
        return None
    first = lines[target.start - 1]
    indent = first[: len(first) - len(first.lstrip())]
    try:
        if change(node) is False:
            return None
        text = textwrap.indent(ast.unparse(ast.fix_missing_locations(node)), indent)
    except (ValueError, RecursionError):  # too deep, or an f-string that Python can't write down again
        return None
    if parse(_IN_A_BLOCK + text if indent else text) is None:
        return None
    return "\n".join([*lines[: target.start - 1], text, *lines[target.stop :]])


def look_at(source: str, target: Target) -> Function | None:
    """The syntax tree of one function, its lines counted as in the module."""
    return _node(lines_of(source), target)


def lines_of(source: str) -> list[str]:
    """Lines as Python counts them: a form feed ends none."""
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _node(lines: list[str], target: Target) -> Function | None:
    """One function's tree; its own lines alone are parsed, so that all of them cost no more than the module."""
    text = "\n".join(lines[target.start - 1 : target.stop])
    indented = text[:1].isspace()
    tree = parse(_IN_A_BLOCK + text if indented else text)
    inside = () if tree is None else tree.body[0].body if indented else tree.body  # type: ignore[attr-defined]
    found = next((n for n in inside if isinstance(n, Function)), None)
    return None if found is None else ast.increment_lineno(found, target.start - 1 - indented)


def after_docstring(node: Function) -> int:
    """Where a function's first statement stands."""
    first = node.body[0]
    return int(
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
