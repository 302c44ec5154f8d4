"""A file of the submission → a module, as the student meant it or its definitions only."""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

from grader.worker.definitions import load_definitions
from grader.worker.missing import Patient, load_with


def load(submission: Path, file: str, how: str, pythonpath: tuple[str, ...]) -> types.ModuleType:
    """Import ``file`` of the submission.

    Args:
        submission: The folder with the student's files.
        file: Path relative to it.
        how: ``import``: run the file as it is; a library that is not there matters only where it is used.
            ``definitions``: only its imports, functions, classes and constants, for repositories that train or
            download at import.
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
    if how == "definitions":
        return load_definitions(path, submission)
    try:
        return _import(path, submission)
    except ModuleNotFoundError:
        return load_with(Patient, path, submission)


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
