"""Runs while the stranger's image is built: tools on the path, a pip of today, and places for what is mounted."""

import compileall
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

TOOLS = ("uv", "uvx", "poetry", "tox", "nox", "pipx", "pytest")
FRESH = Path("/opt/fresh")

for tool in TOOLS:
    Path("/usr/local/bin", tool).symlink_to(f"/opt/tools/bin/{tool}")

# Forges' runners let pip install where no virtual environment is; Debian's own Python forbids it.
Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").unlink(missing_ok=True)
install = [
    "--python",
    sys.executable,
    "install",
    "-q",
    "--no-index",
    "--find-links",
    str(FRESH),
    "--upgrade",
    "pip",
]
subprocess.run(["/opt/tools/bin/python", "-m", "pip", *install], check=True)  # noqa: S603 - our own command

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
