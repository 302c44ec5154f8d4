"""Runs while the stranger's image is built: tools on the path, a pip of today, and places for what is mounted."""

import compileall
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

TOOLS = ("uv", "uvx", "poetry", "tox", "nox", "pipx")
FRESH = Path("/opt/fresh")
OWN = Path("/opt/python")
"""A Python for each stranger to copy: a system's, and his to install into, as a forge's runner has it."""

for tool in TOOLS:
    Path("/usr/local/bin", tool).symlink_to(f"/opt/tools/bin/{tool}")

# Forges' runners let pip install where no virtual environment is; Debian's own Python forbids it.
Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").unlink(missing_ok=True)


def give_packages(python: Path | str, *names: str) -> None:
    """Install packages of today into a Python."""
    where = ["/opt/tools/bin/python", "-m", "pip", "--python", str(python), "install", "-q", "--upgrade"]
    subprocess.run([*where, "--no-index", "--find-links", str(FRESH), *names], check=True)  # noqa: S603 - ours


give_packages(sys.executable, "pip")


def make_own(python: str | Path, library: Path, name: str) -> None:
    """A Python for each stranger to copy: this one's library, linked to, and a place to install into."""
    own = OWN / name.removeprefix("python")
    (own / "bin").mkdir(parents=True)
    (own / "lib" / name).mkdir(parents=True)
    shutil.copy(os.path.realpath(python), own / "bin" / name)
    for link in ("python", "python3"):
        (own / "bin" / link).symlink_to(name)
    for entry in library.iterdir():
        if entry.name not in {"site-packages", "dist-packages"}:
            (own / "lib" / name / entry.name).symlink_to(entry)
    give_packages(own / "bin" / "python", "pip", "setuptools")


library = Path(sysconfig.get_path("stdlib"))
make_own(sys.executable, library, library.name)

for name, prefix in json.loads(Path("/opt/pythons/list.json").read_text()):
    python = Path(prefix, "bin", name)
    works = subprocess.run([python, "-I", "-c", "import ssl, sqlite3, zlib, ctypes, venv"], check=False)  # noqa: S603
    if works.returncode == 0:  # else it needs libraries that this image lacks
        for folder in python.parents:
            folder.chmod(folder.stat().st_mode | 0o055)
        Path("/usr/local/bin", name).symlink_to(python)
        make_own(python, Path(prefix, "lib", name), name)

# What `python -m venv` puts into a new environment, where this Python takes it from a folder.
if bundled := sysconfig.get_config_var("WHEEL_PKG_DIR"):
    for old in Path(bundled).glob("*.whl"):
        if old.name.startswith(("pip-", "setuptools-")):
            old.unlink()
    for new in FRESH.glob("*.whl"):
        shutil.copy(new, bundled)
shutil.rmtree(FRESH)

compileall.compile_dir(sysconfig.get_path("stdlib"), quiet=2, workers=0)
for mount in ("/opt/grader/grader", "/rpc", "/submission", "/egress", "/packages"):
    Path(mount).mkdir(parents=True, exist_ok=True)
