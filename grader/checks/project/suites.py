"""Test files → the tests in them, and whether they assert anything; read from the text."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.checks.project.functions import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_FILE = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")
_HELPER = re.compile(r"(^|/)(conftest|tests?/[^/]+)\.py$")
SAYS_NO = {"raises", "warns", "fail", "gradcheck", "gradgradcheck", "deprecated_call"}
"""Calls that fail by themselves, beside everything that begins with ``assert``."""


class Test(Struct, frozen=True, kw_only=True):
    """One test function or method."""

    __test__ = False
    file: str
    name: str
    line: int
    asserts: bool


def is_test_file(path: str) -> bool:
    """Whether pytest would look for tests in it."""
    return _FILE.search(path) is not None


def tests(texts: Mapping[str, str]) -> list[Test]:
    """The tests of a repository.

    A test asserts if it, or a function of the test files that it calls, has an ``assert`` that can fail, a
    ``raise``, or a call that fails by itself.
    """
    trees = {p: tree for p in sorted(texts) if is_test_file(p) and (tree := parse(texts[p])) is not None}
    beside = [tree for p in sorted(texts) if _HELPER.search(p) and (tree := parse(texts[p])) is not None]
    asserting = _asserting([f for tree in [*beside, *trees.values()] for f in _functions(tree)])
    return [
        Test(
            file=file,
            name=name,
            line=node.lineno,
            asserts=_says_no(node) or not asserting.isdisjoint(_calls(node)),
        )
        for file, tree in trees.items()
        for name, node in _tests(tree)
    ]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _tests(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test"):
                    yield f"{node.name}.{inner.name}", inner


def _asserting(helpers: Iterable[ast.FunctionDef]) -> set[str]:
    """The names of those that assert, by themselves or through others; each is looked at once."""
    found: set[str] = set()
    callers: dict[str, list[str]] = {}
    for node in helpers:
        if _says_no(node):
            found.add(node.name)
        for name in set(_calls(node)):
            callers.setdefault(name, []).append(node.name)
    queue = list(found)
    while queue:
        more = [name for name in callers.get(queue.pop(), ()) if name not in found]
        found.update(more)
        queue += more
    return found


def _says_no(node: ast.AST) -> bool:
    """Whether something in it can fail by itself."""
    return any(
        isinstance(inner, ast.Raise) or (isinstance(inner, ast.Assert) and not _is_empty(inner.test))
        for inner in ast.walk(node)
    ) or any(name.lower().startswith("assert") or name in SAYS_NO for name in _calls(node))


def _calls(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield getattr(inner.func, "attr", getattr(inner.func, "id", ""))


def _is_empty(test: ast.expr) -> bool:
    """``assert True``, ``assert x == x``: it can't fail."""
    if isinstance(test, ast.Constant | ast.Tuple):
        return True
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq | ast.Is | ast.LtE | ast.GtE)
        and ast.dump(test.left) == ast.dump(test.comparators[0])
    )
