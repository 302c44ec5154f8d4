"""A package index made of what is installed here, so that ``pip install`` is real but copies nothing.

Every package becomes a wheel of a few hundred bytes: the true name, version and dependencies, and instead of
the code a ``.pth`` that leads to where it lies. So a new virtual environment has nothing in it until pip has
resolved and installed what a README asks for, and installing torch takes no longer than installing pytest.
"""

from __future__ import annotations

import re
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LEFT_OUT = frozenset({"setuptools"})
"""Not asked for although listed: torch needs it to build extensions only."""
FOLDER = "index"
"""In a sandbox's scratch folder, beside the homes of the checks."""
WHEEL = "Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def canonical(name: str) -> str:
    """A package's name as an index compares it: ``Scikit_Learn`` → ``scikit-learn``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def make_index(folder: Path) -> dict[str, str]:
    """Offer every installed package.

    Args:
        folder: To create; gets ``wheels/``, for pip's ``--find-links``, and ``code/NAME/`` for each package.

    Returns:
        Canonical name → version.
    """
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    found: dict[str, metadata.Distribution] = {}
    for distribution in metadata.distributions():
        found.setdefault(canonical(distribution.metadata["Name"]), distribution)
    for name, distribution in found.items():
        code = folder / "code" / name
        code.mkdir(parents=True)
        _link(distribution, code)
        _write_wheel(name, distribution, code, wheels, found)
    return {name: distribution.version for name, distribution in found.items()}


def _link(distribution: metadata.Distribution, code: Path) -> None:
    """Links to the package's own top-level files and folders, and to nobody else's."""
    tops = {
        re.split("[/,]", line, maxsplit=1)[0]
        for line in (distribution.read_text("RECORD") or "").splitlines()
    }
    for top in tops - {"..", "bin", "__pycache__"}:
        if top.endswith((".dist-info", ".pth")):
            continue
        real = Path(str(distribution.locate_file(top)))
        if real.exists():
            (code / top).symlink_to(real)


def _write_wheel(
    name: str, distribution: metadata.Distribution, code: Path, wheels: Path, offered: Iterable[str]
) -> None:
    stem = f"{name.replace('-', '_')}-{distribution.version}"
    info = f"{stem}.dist-info"
    files = {
        f"{name}-lies-elsewhere.pth": f"{code}\n",
        f"{info}/METADATA": _metadata(distribution, frozenset(offered) - LEFT_OUT),
        f"{info}/WHEEL": WHEEL,
        f"{info}/entry_points.txt": distribution.read_text("entry_points.txt") or "",
    }
    record = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(wheels / f"{stem}-py3-none-any.whl", "w") as wheel:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(file, text)


def _metadata(distribution: metadata.Distribution, offered: frozenset[str]) -> str:
    """Name, version and those dependencies that are here: an image leaves out what only builds packages."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {distribution.metadata['Name']}",
        f"Version: {distribution.version}",
    ]
    lines += [f"Provides-Extra: {extra}" for extra in distribution.metadata.get_all("Provides-Extra") or ()]
    lines += [
        f"Requires-Dist: {requirement}"
        for requirement in distribution.requires or ()
        if canonical(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) in offered
    ]
    return "\n".join(lines) + "\n"
