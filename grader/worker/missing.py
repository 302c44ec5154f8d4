"""Libraries that are not there: importing them does no harm, using them raises what the import raised.

Plotting, tables and progress bars stand at the top of many files whose graded functions need none of them. A file
that can't be imported for want of a library is run once more, statement by statement, with a stub in its place.
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
    from collections.abc import Callable, Iterator, Sequence


class InertStub:
    """Stands for what could not be imported: it may lie about, be looked into and annotate, but not be used."""

    def __init__(self, name: str, why: ImportError) -> None:
        self._name, self._why = name, why

    def __getattr__(self, name: str) -> InertStub:
        """Anything of it is missing as well."""
        if name.startswith("__"):
            raise AttributeError(name)
        return InertStub(f"{self._name}.{name}", self._why)

    def __getitem__(self, _: object) -> InertStub:
        """``ndarray[int]``, ``rcParams["lines.color"]``."""
        return self

    def __setitem__(self, _: object, __: object) -> None:
        """A setting of what is not there."""

    def __or__(self, _: object) -> InertStub:
        """``DataFrame | None``."""
        return self

    __ror__ = __or__

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


class SubmissionFinder(MetaPathFinder):
    """Finds the submission's own files, to be loaded as the first one is.

    Args:
        submission: The folder with them.
        loader: Makes a file's.
    """

    def __init__(self, submission: Path, loader: Callable[[Path], Loader]) -> None:
        self._submission = submission
        self._loader = loader

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The file of a module, if it is one of the submission's."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            return None
        file = Path(spec.origin)
        if file.is_relative_to(self._submission):
            spec.loader = self._loader(file)
            return spec
        return None


def load_with(loader: Callable[[Path], Loader], path: Path, submission: Path) -> types.ModuleType:
    """A file, and those of the submission's files that it imports, by loaders of this kind."""
    sys.meta_path.insert(0, SubmissionFinder(submission, loader))
    name = ".".join(path.relative_to(submission).with_suffix("").parts)
    found = loader(path)
    module = importlib.util.module_from_spec(ModuleSpec(name, found, origin=str(path)))
    module.__file__ = str(path)
    sys.modules[name] = sys.modules[path.stem] = module
    found.exec_module(module)
    return module


class Patient(Loader):
    """Runs a whole file, statement by statement; what needs a library that is not there becomes a stub."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exec_module(self, module: types.ModuleType) -> None:
        """Raises what the file raises, but not that a library is missing."""
        future, others = statements(self._path)
        for node in others:
            self._run([*future, node], module)

    def _run(self, nodes: list[ast.stmt], module: types.ModuleType) -> None:
        *future, node = nodes
        try:
            execute(nodes, self._path, module)
        except ModuleNotFoundError as error:
            if isinstance(node, ast.Import | ast.ImportFrom):
                if len(node.names) > 1:
                    for one in one_by_one(node):
                        self._run([*future, one], module)
                    return
                if node.names[0].name == "*":
                    raise
            for name in made_by(node):
                setattr(module, name, InertStub(name, error))


def statements(path: Path) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """A file's ``from __future__`` imports, which hold for each of its statements, and the other statements."""
    tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"), filename=str(path))
    future = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    return list(future), [n for n in tree.body if n not in future]


def execute(nodes: list[ast.stmt], path: Path, module: types.ModuleType) -> None:
    """Run statements of this file in this module."""
    exec(compile(ast.Module(nodes, []), str(path), "exec"), module.__dict__)  # noqa: S102 - what this process is for


def one_by_one(node: ast.Import | ast.ImportFrom) -> Iterator[ast.stmt]:
    """An import of several names, as imports of one."""
    for alias in node.names:
        one = (
            ast.Import([alias])
            if isinstance(node, ast.Import)
            else ast.ImportFrom(node.module, [alias], node.level)
        )
        yield ast.copy_location(one, node)


def made_by(node: ast.stmt) -> set[str]:
    """The names that a statement would make in its module."""
    names: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        match inner := waiting.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
                continue  # what is inside is its own
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=imported, asname=alias):
                names.add(alias or imported.partition(".")[0])
        waiting += ast.iter_child_nodes(inner)
    return names
