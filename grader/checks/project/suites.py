"""Test files → the tests in them, and whether they assert anything; read from the text."""

from __future__ import annotations

import ast
import re
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from grader.checks.failure import fail
from grader.checks.project.functions import parse
from grader.checks.reader import reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PYTEST = "python -m pytest"
MOST_FILES = 1_000
MOST_CHARACTERS = 4_000_000
"""Of all test files together."""
MOST_SCRIPTS = 10
_FILE = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")
_MAY_HOLD = re.compile(r"test[^/]*(?:/.*)?\.py$", re.IGNORECASE)
_INSTALLED = re.compile(r"(^|/)(?:site-packages|node_modules|\.?venv|env)/")
_HOLDS = re.compile(r"^class\s+\w+\([^)\n]{0,300}TestCase\b|^def test_\w+\(\)", re.MULTILINE)
_HELPER = re.compile(r"(^|/)(conftest|tests?/[^/]+)\.py$")
SAYS_NO = {"raises", "warns", "fail", "gradcheck", "gradgradcheck", "deprecated_call"}
"""Calls that fail by themselves, beside everything that begins with ``assert``."""
_MAY_SAY_NO = re.compile(r"check|verif|expect|compar|validat|ensure", re.IGNORECASE)
"""Calls of functions from elsewhere that may fail by themselves, as their names tell: ``gradient_check``."""


class Test(Struct, frozen=True, kw_only=True):
    """One test function or method."""

    __test__ = False
    file: str
    name: str
    line: int
    asserts: bool


def is_test_file(path: str) -> bool:
    """Whether pytest would look for tests in it."""
    return _FILE.search(path) is not None and _INSTALLED.search(path) is None


@reader("your tests")
def unnoticed(texts: Mapping[str, str]) -> list[str]:
    """Commands that run the tests in files that pytest does not look into: ``unittests.py``, ``tests/layer.py``.

    A file with ``TestCase`` classes or functions ``test_*()`` is named to pytest; one that asserts while it is
    imported is a script.
    """
    named = [path for path in _holding(texts) if not is_test_file(path)]
    scripts = [
        path
        for path in sorted(texts)
        if is_test_file(path) and not _HOLDS.search(texts[path]) and _asserts_at_once(texts[path])
    ]
    found = []
    if named:
        found.append(" ".join([PYTEST, *map(quote, named)]))
    if scripts:
        found.append(" && ".join(f"python {quote(path)}" for path in scripts[:MOST_SCRIPTS]))
    return found


def _holding(texts: Mapping[str, str]) -> list[str]:
    """The files that hold tests, and whose names say at least ``test``."""
    return [
        path
        for path in sorted(texts)
        if _MAY_HOLD.search(path) and not _INSTALLED.search(path) and _HOLDS.search(texts[path])
    ]


def _asserts_at_once(text: str) -> bool:
    """Whether a module asserts outside of its functions: a script that is a test."""
    tree = parse(text)
    waiting: list[ast.AST] = list(tree.body) if tree is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Assert) and not _is_empty(node.test):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


@reader("your tests")
def tests(texts: Mapping[str, str]) -> list[Test]:
    """The tests of a repository.

    A test asserts if it, or a function of the test files that it calls, has an ``assert`` that can fail, a
    ``raise``, or a call that fails by itself.

    Raises:
        CheckFailed: There is more than can be read.
    """
    files = sorted({path for path in texts if is_test_file(path)} | set(_holding(texts)))
    helpers = [path for path in sorted(texts) if _HELPER.search(path) and path not in files]
    _bound([*files, *helpers], texts)
    found: list[tuple[str, str, _Says]] = []
    said: dict[str, _Says] = {}
    for path in [*helpers, *files]:  # one tree at a time: they are large
        tree = parse(texts[path])
        if tree is None:
            continue
        of_node = {id(node): _says(node) for node in _functions(tree)}
        said |= {node.name: of_node[id(node)] for node in _functions(tree)}
        if path in files:
            found += [(path, name, of_node[id(node)]) for name, node in _tests(tree)]
    asserting = _asserting(said)
    return [
        Test(file=path, name=name, line=says.line, asserts=says.no or not says.calls.isdisjoint(asserting))
        for path, name, says in sorted(found, key=lambda one: one[0])
    ]


def _bound(files: Sequence[str], texts: Mapping[str, str]) -> None:
    total = sum(len(texts[path]) for path in files)
    if len(files) > MOST_FILES or total > MOST_CHARACTERS:
        raise fail(
            "There are more tests than can be read.",
            yours=f"{len(files)} files with {total / 1e6:.1f} million characters",
            allowed=f"{MOST_FILES} files with {MOST_CHARACTERS / 1e6:g} million characters together",
        )


class _Says(NamedTuple):
    """What one function does about saying no."""

    line: int
    no: bool
    """It can fail by itself."""
    calls: frozenset[str]
    """Names of the functions that it calls."""


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _tests(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test") and not _is_fixture(node):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test"):
                    yield f"{node.name}.{inner.name}", inner


def _is_fixture(node: ast.FunctionDef) -> bool:
    return any("fixture" in ast.dump(decorator) for decorator in node.decorator_list)


def _says(function: ast.FunctionDef) -> _Says:
    no, calls = False, set()
    for inner in ast.walk(function):
        if isinstance(inner, ast.Raise) or (isinstance(inner, ast.Assert) and not _is_empty(inner.test)):
            no = True
        if isinstance(inner, ast.Call):
            name = getattr(inner.func, "attr", getattr(inner.func, "id", ""))
            no = no or name.lower().startswith("assert") or name in SAYS_NO
            calls.add(name)
    return _Says(function.lineno, no, frozenset(calls))


def _asserting(said: Mapping[str, _Says]) -> set[str]:
    """The functions that say no, or call one that does: each is visited once, whatever calls what."""
    callers: dict[str, list[str]] = {}
    for name, says in said.items():
        for called in says.calls:
            callers.setdefault(called, []).append(name)
    elsewhere = [name for name in callers if name not in said and _MAY_SAY_NO.search(name)]
    waiting = [*elsewhere, *(name for name, says in said.items() if says.no)]
    found = set(waiting)
    while waiting:
        more = [name for name in callers.get(waiting.pop(), ()) if name not in found]
        found.update(more)
        waiting += more
    return found


def _is_empty(test: ast.expr) -> bool:
    """``assert True``, ``assert x == x``: it can't fail."""
    if isinstance(test, ast.Constant | ast.Tuple):
        return True
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq | ast.Is | ast.LtE | ast.GtE)
        and _are_same(test.left, test.comparators[0])
    )


def _are_same(left: object, right: object) -> bool:
    """Whether two expressions are written alike, at whatever depth."""
    waiting = [(left, right)]
    while waiting:
        a, b = waiting.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, ast.AST):
            waiting += [(getattr(a, field, None), getattr(b, field, None)) for field in a._fields]
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            waiting += zip(a, b, strict=True)
        elif a != b:
            return False
    return True
