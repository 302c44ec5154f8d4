"""A file of the submission → a module, as the student meant it or its definitions only."""

from __future__ import annotations

import ast
import importlib
import sys
import types
from pathlib import Path

CONSTANT_MAKERS = {
    "np",
    "numpy",
    "torch",
    "math",
    "float",
    "int",
    "range",
    "tuple",
    "list",
    "dict",
    "set",
    "frozenset",
}


def load(submission: Path, file: str, how: str, pythonpath: tuple[str, ...]) -> types.ModuleType:
    """Import ``file`` of the submission.

    Args:
        submission: The folder with the student's files.
        file: Path relative to it.
        how: ``import``: run the file as it is. ``definitions``: only its imports, functions, classes and
            constants, for repositories that train or download at import.
        pythonpath: Further folders to import from, relative to the submission.
    """
    path = submission / file
    if not path.is_file():
        raise FileNotFoundError(f"{file} is not there")
    for folder in (*pythonpath, "", str(Path(file).parent)):
        place = str(submission / folder)
        if place in sys.path:
            sys.path.remove(place)
        sys.path.insert(0, place)
    sys.argv = [str(path)]
    return _run_definitions(path, submission) if how == "definitions" else _import(path, submission)


def _import(path: Path, submission: Path) -> types.ModuleType:
    try:
        return importlib.import_module(path.stem)
    except ImportError as error:
        if "relative import" not in str(error):
            raise
    sys.modules.pop(path.stem, None)
    return importlib.import_module(".".join(path.relative_to(submission).with_suffix("").parts))


def _run_definitions(path: Path, submission: Path) -> types.ModuleType:
    """Statement by statement: what can't be had without what was left out is left out too."""
    tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"), filename=str(path))
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    module.__package__ = ".".join(path.relative_to(submission).parent.parts)
    sys.modules[path.stem] = module
    future = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    for node in tree.body:
        if _is_definition(node) and node not in future:
            _run(ast.Module([*future, node], []), str(path), module)
    return module


def _run(statement: ast.Module, path: str, module: types.ModuleType) -> None:
    node = statement.body[-1]
    try:
        exec(compile(statement, path, "exec"), module.__dict__)  # noqa: S102 - what this process is for
    except Exception as error:
        if isinstance(node, ast.Import | ast.ImportFrom) and isinstance(error, ImportError):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                if name not in vars(module) and name != "*":
                    setattr(module, name, InertStub(alias.name, error))
        elif not isinstance(node, ast.Assign | ast.AnnAssign):
            raise


class InertStub:
    """Stands for what could not be imported: it may lie about, but not be used.

    Plotting, progress bars and downloads are imported by many files whose classes need none of it.
    """

    def __init__(self, name: str, why: ImportError) -> None:
        self._name, self._why = name, why

    def __getattr__(self, name: str) -> InertStub:
        """Anything of it is missing as well."""
        if name.startswith("__"):
            raise AttributeError(name)
        return InertStub(f"{self._name}.{name}", self._why)

    def __call__(self, *_: object, **__: object) -> object:
        """Here it would be used; as a decorator too."""
        raise type(self._why)(*self._why.args)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """As a base class: a class that can be written down, and not made."""
        why = self._why

        class Unmakeable:
            def __init__(self, *_: object, **__: object) -> None:
                raise type(why)(*why.args)

        return (Unmakeable,)


def _is_definition(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            return value is None or _is_constant(value)
        case ast.Try(body=body):
            return all(isinstance(n, ast.Import | ast.ImportFrom) for n in body)
    return False


def _is_constant(node: ast.expr) -> bool:
    """A literal, or built from literals by a library: ``np.zeros(3)`` yes, ``load_mnist()`` no."""
    calls = [n.func for n in ast.walk(node) if isinstance(n, ast.Call)]
    return all(_root(f) in CONSTANT_MAKERS for f in calls)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
