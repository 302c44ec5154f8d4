"""Other Pythons that this machine has: copied into the stranger's image, for repositories that want a newer one.

Where uv can fetch a Python, it does so by itself; many machines that grade have no way to where they lie. Taken is
what the interpreter and its standard library need, at the same place, and nothing that was ever installed into it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

MINORS = (10, 12, 13, 14, 15)
"""Of Python 3, beside the image's own."""
LIST = "/opt/pythons/list.json"
"""In the image: name and prefix of each."""
PLACES = (
    "{PYENV_ROOT}/versions/3.{minor}.*/bin",
    "{HOME}/.pyenv/versions/3.{minor}.*/bin",
    "{HOME}/.local/share/uv/python/cpython-3.{minor}.*/bin",
    "/opt/hostedtoolcache/Python/3.{minor}.*/x64/bin",
)
"""Where Pythons lie that are not on the path: pyenv's, uv's, and those of a forge's runners."""
LEFT_OUT = shutil.ignore_patterns(
    *("site-packages", "dist-packages", "__pycache__", "test", "tests", "idlelib", "config-3*", "*.a"),
    *("share", "ensurepip-*"),
)
ASK = (
    "import json, sys, sysconfig; print(json.dumps([sys.version.split()[0], sys.base_prefix, "
    "sysconfig.get_path('stdlib')]))"
)


class Python(NamedTuple):
    """One interpreter.

    Attributes:
        version: ``3.12.1``.
        prefix: Where it is, here and in the image.
    """

    version: str
    prefix: Path

    @property
    def name(self) -> str:
        """``python3.12``."""
        return "python" + ".".join(self.version.split(".")[:2])


def of_this_machine() -> list[Python]:
    """Those that are not the system's own, one of each minor version: the newest."""
    found = []
    for minor in MINORS:
        name = f"python3.{minor}"
        on_path = shutil.which(name)
        programs = ([Path(on_path)] if on_path else []) + [
            program for folder in _folders(minor) if (program := folder / name).is_file()
        ]
        pythons = [python for program in programs if (python := _asked(program))]
        if pythons:
            found.append(max(pythons, key=lambda one: [int(part) for part in one.version.split(".")]))
    return found


def collect(pythons: list[Python], target: Path) -> None:
    """Copy what they need below ``target``, each under its own prefix."""
    target.mkdir(parents=True, exist_ok=True)
    for python in pythons:
        place = target / python.prefix.relative_to("/")
        for part in (f"lib/{python.name}", f"include/{python.name}"):
            if (source := python.prefix / part).is_dir():
                shutil.copytree(
                    source, place / part, symlinks=True, ignore=LEFT_OUT, ignore_dangling_symlinks=True
                )
        for file in [python.prefix / "bin" / python.name, *python.prefix.glob(f"lib/lib{python.name}*.so*")]:
            copy = place / file.relative_to(python.prefix)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy)
    listed = [[python.name, str(python.prefix)] for python in pythons]
    (target / LIST.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
    (target / LIST.lstrip("/")).write_text(json.dumps(listed))
    for folder, _, _ in os.walk(target):
        Path(folder).chmod(0o755)


def _folders(minor: int) -> list[Path]:
    variables = {"PYENV_ROOT": os.environ.get("PYENV_ROOT", "/nowhere"), "HOME": str(Path.home())}
    patterns = (place.format(minor=minor, **variables) for place in PLACES)
    return [folder for pattern in patterns for folder in sorted(Path("/").glob(pattern.lstrip("/")))]


def _asked(program: Path) -> Python | None:
    """What a program says of itself; ``None`` if it doesn't run, or belongs to the system."""
    try:
        done = subprocess.run(  # noqa: S603 - this machine's own
            [str(program), "-I", "-S", "-c", ASK], capture_output=True, text=True, timeout=20, check=True
        )
        version, prefix, library = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    own = Path(prefix) != Path("/usr") and Path(library).is_relative_to(prefix)
    return (
        Python(version, Path(prefix)) if own and all(part.isdigit() for part in version.split(".")) else None
    )
