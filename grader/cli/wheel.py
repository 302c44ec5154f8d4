"""The engine as a wheel, to go where it is not installed yet."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import grader
from grader.errors import Ungraded

EXTRA = "local"
"""What the engine needs besides, where student code runs on the same machine."""


def wheel_of(engine: str, scratch: Path) -> Path:
    """The wheel's file; one of this engine, where none was given.

    Raises:
        Ungraded: It can't be built.
    """
    if engine:
        if not Path(engine).is_file():
            raise Ungraded(f"There is no file {engine}.", "Name a wheel with --engine.")
        return Path(engine)
    source = Path(grader.__file__).parent.parent
    remedy = "Build a wheel, and name it: --engine grader-….whl"
    if not (source / "pyproject.toml").is_file():
        raise Ungraded("The engine is installed without its sources, so no wheel can be made of it.", remedy)
    copy = scratch / "source"  # what was built there before would come along
    shutil.copytree(source / "grader", copy / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(source / name, copy)
    isolated = ["--no-build-isolation"] if importlib.util.find_spec("setuptools") else []
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        *isolated,
        "-w",
        str(scratch),
        str(copy),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own sources
    found = list(scratch.glob("*.whl"))
    if built.returncode or not found:
        last = (built.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise Ungraded(f"A wheel of the engine could not be built: {last}", remedy)
    return found[0]
