"""A function → the same in other words: who fails on it looks at the text, not at what the code does.

Each control changes one function, as a bug does, and is written down as a bug is: by its looks nobody can tell.
"""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.functions import (
    Function,
    Target,
    after_docstring,
    lines_of,
    public_functions,
    rewritten,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SEES_NAMES = {"locals", "vars", "eval", "exec", "globals", "dir", "super", "__class__"}
_PURE = (ast.Constant, ast.Name, ast.Attribute, ast.Tuple, ast.Load)
"""What can be read in any order."""


class Control(Struct, frozen=True, kw_only=True):
    """A module that does the same.

    Attributes:
        target: The function that is written in other words.
        what: What was done: "local names changed".
        text: The whole module.
    """

    target: Target
    what: str
    text: str


def controls(source: str, target: Target, rng: np.random.Generator) -> list[Control]:
    """All the ways in which a function can be said again, each once, in some order."""
    found = []
    for number in rng.permutation(len(_WAYS)):
        what, way = _WAYS[number]
        text = way(source, target, _word(rng))
        if text is not None and text != source:
            found.append(Control(target=target, what=what, text=text))
    return found


def disguised(source: str, target: Target, rng: np.random.Generator) -> str:
    """The module with one function said again in a random way, whatever it does; as it is if there is none."""
    now = next((t for t in public_functions(target.file, source) if t.name == target.name), None)
    if now is None:
        return source
    for number in rng.permutation(len(_WAYS)):
        text = _WAYS[int(number)][1](source, now, _word(rng))
        if text is not None and text != source:
            return text
    return source


def _word(rng: np.random.Generator) -> str:
    """A name that nobody knows."""
    return "".join(LETTERS[i] for i in rng.integers(0, len(LETTERS), 6))


def _renamed(source: str, target: Target, word: str) -> str | None:
    """Other names for what is local, where nothing can see names."""

    def change(node: Function) -> bool:
        inner = [n for statement in node.body for n in ast.walk(statement)]
        closed = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Global, ast.Nonlocal)
        if any(
            isinstance(n, (*closed, ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.Match)) for n in inner
        ):
            return False
        names = [n for n in inner if isinstance(n, ast.Name)]
        given = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
        local = {n.id for n in names if isinstance(n.ctx, ast.Store)} - given
        if not local or _SEES_NAMES & {n.id for n in names}:
            return False
        taken = {n.id for n in names} | given | set(dir(builtins))
        for name in names:
            if name.id in local and f"{name.id}_{word}" not in taken:
                name.id += f"_{word}"
        return True

    return rewritten(source, target, change)


def _unfolded(source: str, target: Target, _word: str) -> str | None:
    """Whole numbers as sums, which the compiler folds again."""
    count = 0

    class Unfold(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.expr:
            nonlocal count
            if type(node.value) is not int or not 0 < node.value < 1_000_000:
                return node
            count += 1
            return ast.BinOp(ast.Constant(node.value - 1), ast.Add(), ast.Constant(1))

        def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
            return node

        def visit_Match(self, node: ast.Match) -> ast.Match:
            return node

    def change(node: Function) -> bool:
        node.body = [Unfold().visit(statement) for statement in node.body]
        return count > 0

    return rewritten(source, target, change)


def _with_an_idle_line(source: str, target: Target, word: str) -> str | None:
    """One more statement that does nothing, somewhere at the top."""

    def change(node: Function) -> None:
        at = after_docstring(node)
        node.body[at:at] = ast.parse(f"{word} = None").body

    return rewritten(source, target, change)


def _reordered(source: str, target: Target, _word: str) -> str | None:
    """Two neighbours swapped that need nothing of each other: assignments of sums of names."""

    def change(node: Function) -> bool:
        for first, second in zip(node.body, node.body[1:], strict=False):
            if _independent(first, second):
                at = node.body.index(first)
                node.body[at : at + 2] = second, first
                return True
        return False

    return rewritten(source, target, change)


def _independent(first: ast.stmt, second: ast.stmt) -> bool:
    if not (isinstance(first, ast.Assign) and isinstance(second, ast.Assign)):
        return False
    targets = [t for s in (first, second) for t in s.targets]
    if not all(isinstance(t, ast.Name) for t in targets):
        return False
    values = [n for s in (first, second) for n in ast.walk(s.value)]
    if not all(isinstance(n, _PURE) for n in values):
        return False
    stored = [{t.id for t in s.targets if isinstance(t, ast.Name)} for s in (first, second)]
    read = [{n.id for n in ast.walk(s.value) if isinstance(n, ast.Name)} for s in (first, second)]
    return not (stored[0] & (stored[1] | read[1]) or stored[1] & read[0])


def _with_remarks(source: str, target: Target, word: str) -> str | None:
    """Comments and an empty line, which move all lines after them."""
    lines = lines_of(source)
    indent = lines[target.start - 1][: len(lines[target.start - 1]) - len(lines[target.start - 1].lstrip())]
    said = [f"{indent}# {word}", ""]
    return "\n".join([*lines[: target.start - 1], *said, *lines[target.start - 1 :]])


_WAYS: tuple[tuple[str, Callable[[str, Target, str], str | None]], ...] = (
    ("local names changed", _renamed),
    ("numbers written as sums", _unfolded),
    ("a line added that does nothing", _with_an_idle_line),
    ("two independent lines swapped", _reordered),
    ("a comment added", _with_remarks),
)
