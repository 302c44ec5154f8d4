"""Copies of a repository that are broken on purpose: who runs tests notices, who only looks busy doesn't."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from grader.checks.project.functions import after_docstring, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_FILES, MOST_BYTES = 300, 2_000_000
_NOT_CODE = re.compile(
    r"(?:^|/)(?:setup|conftest|noxfile|tasks|fabfile|versioneer|manage|_version|tests?|test_[^/]*|[^/]*_tests?)\.py$|"
    r"(?:^|/)(?:tests?|testing|docs?|examples?|benchmarks?|scripts?|notebooks?|\.[^/]+)/"
)
_TEST = re.compile(r"(?:^|/)(?:test_|conftest|tests?/)|(?:^|/|_)tests?\.py$")
WRONG = '''
def _other_than(value):
    """Something else of the same kind, as far as there is."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "?"
    if isinstance(value, dict):
        return {key: _other_than(one) for key, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_other_than(one) for one in value)
    try:
        return value * 1.25 + 0.5
    except Exception:
        return value
'''
"""What the functions of a copy return their values through; a sum alone could cancel where one calls another."""


def modules(texts: Mapping[str, str]) -> list[str]:
    """The files that tests are about: Python, and neither tests nor tools."""
    python = [path for path in sorted(texts) if path.endswith(".py")]
    found = [path for path in python if not _NOT_CODE.search(path)]
    return (found or [path for path in python if not _TEST.search(path)])[:MOST_FILES]


def all_raise(texts: Mapping[str, str]) -> dict[str, str]:
    """Every function and method of every module raises at once: path → text."""
    return _changed(texts, _Raise)


def all_wrong(texts: Mapping[str, str]) -> dict[str, str]:
    """Every function and method of every module returns something else, or does nothing: path → text."""
    return _changed(texts, _ReturnOther)


class _Raise(ast.NodeTransformer):
    """Functions whose body is one ``raise``."""

    prelude = ""

    def __init__(self) -> None:
        self.count = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Empty it, and leave what is around it."""
        if not _is_special(node.name) or node.name in {"__call__", "__init__"}:
            node.body = ast.parse("raise RuntimeError('taken out')").body
            self.count += 1
        return node


class _ReturnOther(ast.NodeTransformer):
    """Functions that return something else; those that return nothing do nothing."""

    prelude = WRONG

    def __init__(self) -> None:
        self.count = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Change its own returns, not those of functions in it."""
        if _is_special(node.name) and node.name != "__call__":
            return node
        returns = _Returns()
        for statement in node.body:
            returns.visit(statement)  # changed where it stands
        if not returns.count and not returns.yields:
            node.body[after_docstring(node) :] = [ast.Pass()]
        self.count += 1
        return node


class _Returns(ast.NodeTransformer):
    """The returns of one function, not those of functions in it."""

    def __init__(self) -> None:
        self.count = 0
        self.yields = False

    def visit(self, node: ast.AST) -> ast.AST:
        """Return through what makes something else of a value; a generator's values are left as they are."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            return node
        if isinstance(node, ast.Yield | ast.YieldFrom):
            self.yields = True
        elif isinstance(node, ast.Return) and node.value is not None:
            self.count += 1
            node.value = ast.Call(ast.Name("_other_than", ast.Load()), [node.value], [])
            return node
        return self.generic_visit(node)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _changed(texts: Mapping[str, str], change: type[_Raise | _ReturnOther]) -> dict[str, str]:
    found: dict[str, str] = {}
    left = MOST_BYTES
    for path in modules(texts):
        left -= len(texts[path])
        text = _rewritten(texts[path], change()) if left > 0 else None
        if text is not None:
            found[path] = text
    return found


def _rewritten(source: str, change: _Raise | _ReturnOther) -> str | None:
    tree = parse(source)
    if tree is None:
        return None
    try:
        changed = change.visit(tree)
        if not change.count:
            return "raise RuntimeError('taken out')\n" + source if isinstance(change, _Raise) else None
        at = _after_imports_from_the_future(changed)
        changed.body[at:at] = ast.parse(change.prelude).body
        return ast.unparse(ast.fix_missing_locations(changed)) + "\n"
    except (RecursionError, ValueError):
        return None


def _after_imports_from_the_future(tree: ast.Module) -> int:
    """Where a module's first statement of its own stands: after docstring and ``__future__``."""
    at = 0
    for number, node in enumerate(tree.body):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            at = number + 1
            continue
        break
    return at
