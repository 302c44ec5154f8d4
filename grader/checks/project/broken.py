"""Copies of a repository that are broken on purpose: who runs tests notices, who only looks busy doesn't."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from grader.checks.project.functions import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_FILES = 300
_NOT_CODE = re.compile(
    r"(?:^|/)(?:setup|conftest|noxfile|tasks|fabfile|versioneer|manage|_version|test_[^/]*|[^/]*_test)\.py$|"
    r"(?:^|/)(?:tests?|testing|docs?|examples?|benchmarks?|scripts?|notebooks?|\.[^/]+)/"
)


def modules(texts: Mapping[str, str]) -> list[str]:
    """The files that tests are about: Python, and neither tests nor tools."""
    found = [path for path in sorted(texts) if path.endswith(".py") and not _NOT_CODE.search(path)]
    return (
        found
        or [
            p
            for p in sorted(texts)
            if p.endswith(".py") and not re.search(r"(?:^|/)(?:test_|conftest|tests?/)|_test\.py", p)
        ]
    )[:MOST_FILES]


def all_raise(texts: Mapping[str, str]) -> dict[str, str]:
    """Every public function and method of every module raises at once: path → text."""
    return {path: text for path in modules(texts) if (text := _raising(texts[path])) is not None}


class _Raise(ast.NodeTransformer):
    """Empties every function, and leaves what is around it."""

    def __init__(self) -> None:
        self.count = 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """A function whose body is one ``raise``."""
        if not (
            node.name.startswith("__")
            and node.name.endswith("__")
            and node.name not in {"__call__", "__init__"}
        ):
            node.body = ast.parse("raise RuntimeError('taken out')").body
            self.count += 1
        return node


def _raising(source: str) -> str | None:
    tree = parse(source)
    if tree is None:
        return None
    change = _Raise()
    try:
        changed = change.visit(tree)
        return (
            ast.unparse(ast.fix_missing_locations(changed)) + "\n"
            if change.count
            else "raise RuntimeError('taken out')\n" + source
        )
    except (RecursionError, ValueError):
        return None
