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
    return _run_definitions(path) if how == "definitions" else _import(path, submission)


def stand_in(name: str, text: str) -> None:
    """Run a text of the course's in the place of a file of the submission that others import as ``name``."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(compile(text, f"<stand-in {name}>", "exec"), module.__dict__)  # noqa: S102 - the course's own code


def _import(path: Path, submission: Path) -> types.ModuleType:
    try:
        return importlib.import_module(path.stem)
    except ImportError as error:
        if "relative import" not in str(error):
            raise
    sys.modules.pop(path.stem, None)
    return importlib.import_module(".".join(path.relative_to(submission).with_suffix("").parts))


def _run_definitions(path: Path) -> types.ModuleType:
    tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"), filename=str(path))
    tree.body = [node for node in tree.body if _is_definition(node)]
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[path.stem] = module
    exec(compile(tree, str(path), "exec"), module.__dict__)  # noqa: S102 - what this process is for
    return module


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
