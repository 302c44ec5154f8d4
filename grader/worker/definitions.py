"""Files of the submission loaded by their definitions: imports, functions, classes and constants, and no more.

For repositories that train, download or plot at import. What can't be had is left out where it does no harm: a
library that is missing becomes a stub, and a constant that is made from something left out is left out as well.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import types
    from collections.abc import Sequence

CONSTANT_MAKERS = frozenset(
    {"np", "numpy", "torch", "math", "float", "int", "range", "tuple", "list", "dict", "set", "frozenset"}
)


def load_definitions(path: Path, submission: Path) -> types.ModuleType:
    """A file's definitions, and those of the submission's files that it imports.

    Args:
        path: The file.
        submission: The folder with the student's files.
    """
    sys.meta_path.insert(0, _Finder(submission))
    name = ".".join(path.relative_to(submission).with_suffix("").parts)
    loader = _Definitions(path)
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    sys.modules[name] = sys.modules[path.stem] = module
    loader.exec_module(module)
    return module


class _Finder(MetaPathFinder):
    """Finds the submission's own files, to be loaded likewise.

    Args:
        submission: The folder with them.
    """

    def __init__(self, submission: Path) -> None:
        self._submission = submission

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The file of a module, if it is one of the submission's."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            return None
        file = Path(spec.origin)
        if file.is_relative_to(self._submission):
            spec.loader = _Definitions(file)
            return spec
        return None


class _Definitions(Loader):
    """Runs a file's definitions, statement by statement."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exec_module(self, module: types.ModuleType) -> None:
        """What can't be had without what was left out is left out too."""
        text = self._path.read_text(encoding="utf-8", errors="replace")
        tree = ast.parse(text, filename=str(self._path))
        future = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
        for node in tree.body:
            if _is_definition(node) and node not in future:
                _run(ast.Module([*future, node], []), str(self._path), module)


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
