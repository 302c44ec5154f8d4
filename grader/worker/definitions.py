"""Files of the submission loaded by their definitions: imports, functions, classes and constants, and no more.

For repositories that train, download or plot at import. What can't be had is left out where it does no harm: a
library that is missing becomes a stub, and what is made from something left out is left out as well. What was left
out is remembered: that a name of it is not there is no fault of the code that asks for it.
"""

from __future__ import annotations

import ast
from importlib.abc import Loader
from typing import TYPE_CHECKING

from grader.worker.missing import InertStub, execute, load_with, made_by, one_by_one, statements

if TYPE_CHECKING:
    import types
    from collections.abc import Iterator
    from pathlib import Path

MAKERS = frozenset(
    {"np", "numpy", "torch", "math", "float", "int", "str", "bool", "len", "range"}
    | {"tuple", "list", "dict", "set", "frozenset"}
)
"""What makes constants, whatever the file imports."""
LIBRARIES = frozenset(
    {"collections", "copy", "dataclasses", "datetime", "enum", "fractions", "functools", "itertools"}
    | {"logging", "math", "numpy", "operator", "os", "pathlib", "random", "re", "string", "torch"}
    | {"types", "typing"}
)
"""Libraries whose calls make constants: none of them trains, downloads or waits by itself."""

_left_out: set[str] = set()


def is_left_out(error: BaseException) -> bool:
    """Whether a name was missing that a file would have had, if all of it had been run."""
    own = isinstance(error, UnboundLocalError)  # a variable of the function's
    return isinstance(error, NameError) and not own and error.name in _left_out


def load_definitions(path: Path, submission: Path) -> types.ModuleType:
    """A file's definitions, and those of the submission's files that it imports.

    Args:
        path: The file.
        submission: The folder with the student's files.
    """
    return load_with(_Definitions, path, submission)


class _Definitions(Loader):
    """Runs a file's definitions, statement by statement."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exec_module(self, module: types.ModuleType) -> None:
        """What can't be had without what was left out is left out too."""
        future, others = statements(self._path)
        makers = set(MAKERS)
        for node in others:
            if not _is_definition(node, makers):
                _left_out.update(made_by(node))
            elif _run([*future, node], self._path, module):
                makers |= _makers(node)


def _run(nodes: list[ast.stmt], path: Path, module: types.ModuleType) -> bool:
    """Run the last of these statements, below the first ones; whether all of it is there now."""
    *future, node = nodes
    try:
        execute(nodes, path, module)
    except Exception as error:
        if isinstance(node, ast.Import | ast.ImportFrom) and isinstance(error, ImportError):
            if len(node.names) > 1:
                there = [_run([*future, one], path, module) for one in one_by_one(node)]
                return all(there)
            _stub(node.names[0], error, module)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.If | ast.Expr) or is_left_out(error):
            _left_out.update(made_by(node))
        else:
            raise
        return False
    return True


def _stub(alias: ast.alias, error: ImportError, module: types.ModuleType) -> None:
    """In the place of a library that is not there; nothing in that of what one of the files left out."""
    name = alias.asname or alias.name.partition(".")[0]
    if alias.name in _left_out and not isinstance(error, ModuleNotFoundError):
        _left_out.add(name)
    elif name not in vars(module) and name != "*":
        setattr(module, name, InertStub(alias.name, error))


def _is_definition(node: ast.stmt, makers: set[str]) -> bool:
    waiting = [node]
    while waiting:
        match waiting.pop():
            case (
                ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef()
            ):
                continue
            case ast.Assign(value=value) | ast.AnnAssign(value=value):
                holds = value is None or _is_constant(value, makers)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr=name))):
                holds = _is_path(owner) and name in {"append", "extend", "insert"}
            case ast.If(test=test, body=body, orelse=other):
                waiting += body + other
                holds = _is_constant(test, makers)
            case ast.Try(body=body):
                holds = all(isinstance(n, ast.Import | ast.ImportFrom) for n in body)
            case _:
                holds = False
        if not holds:
            return False
    return True


def _is_path(node: ast.expr) -> bool:
    """``sys.path``: where the file's own imports are found."""
    return isinstance(node, ast.Attribute) and node.attr == "path" and _root(node) == "sys"


def _makers(node: ast.stmt) -> set[str]:
    """The names of a statement whose calls make constants: libraries, and constants of theirs (``rng``)."""
    names: set[str] = set()
    if any(isinstance(inner, ast.Lambda) for inner in ast.walk(node)):
        return names
    for inner in ast.walk(node) if isinstance(node, ast.Assign | ast.If | ast.Try) else (node,):
        match inner:
            case ast.Import(names=aliases):
                known = [a for a in aliases if a.name.partition(".")[0] in LIBRARIES]
                names |= {a.asname or a.name.partition(".")[0] for a in known}
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                if module.partition(".")[0] in LIBRARIES:
                    names |= {a.asname or a.name for a in aliases}
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return names


def _is_constant(node: ast.expr, makers: set[str]) -> bool:
    """A literal, or built from literals by a library: ``np.zeros(3)`` yes, ``load_mnist()`` no."""
    return all(_root(call.func) in makers for call in _calls(node))


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls in an expression; those in a lambda's body are not made yet."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Call):
            yield one
        waiting += ast.iter_child_nodes(one.args if isinstance(one, ast.Lambda) else one)


def _root(node: ast.expr) -> str:
    """``np`` of ``np.arange(6).reshape(2, 3)``."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
