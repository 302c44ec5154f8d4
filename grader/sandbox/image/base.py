"""The image that all others rest on: ``python:3.11-slim``, or Debian made here where no registry is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from typing import TYPE_CHECKING

from grader.errors import Ungraded
from grader.sandbox import owner
from grader.sandbox.engine_trouble import Refused
from grader.sandbox.image import archive

if TYPE_CHECKING:
    import tarfile

    from grader.sandbox.engine import Engine
    from grader.sandbox.environment import Progress

REGISTRY = "python:3.11-slim"
DEBOOTSTRAP = ("debootstrap", "--variant=minbase", "--include=python3", "bookworm")
OWN = "grader-base:" + hashlib.sha256(" ".join(DEBOOTSTRAP).encode()).hexdigest()[:12]
LEFT_OUT = (
    *("dev", "proc", "sys", "tmp", "var/cache", "var/lib/apt/lists", "var/log"),
    *("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale"),
)


def present(engine: Engine) -> str:
    """Id of a base that is already here, or empty."""
    return engine.image_id(REGISTRY) or engine.image_id(OWN)


def obtain(engine: Engine, progress: Progress) -> str:
    """Id of the base; pulled, or built, if there is none yet.

    Raises:
        Ungraded: No registry answers, and debootstrap is missing, not permitted, or failed.
    """
    if image := present(engine):
        return image
    progress(f"pulling {REGISTRY}")
    try:
        engine.pull(REGISTRY)
    except Refused as refused:
        progress(f"no registry ({refused}); building Debian with Python instead, about a minute")
        _debootstrap(engine, str(refused))
    return present(engine)


def _debootstrap(engine: Engine, why: str) -> None:
    if not shutil.which(DEBOOTSTRAP[0]):
        raise Ungraded(
            f"{REGISTRY} can't be pulled ({why}), and debootstrap, the other way, is not installed.",
            f"Run `docker pull {REGISTRY}` where there is a network, or `sudo apt install debootstrap`.",
        )
    with owner.temporary_folder() as folder:
        root = folder / "root"
        command = [*DEBOOTSTRAP, str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no message"]
            raise Ungraded(
                f"debootstrap failed: {said[-1]}",
                f"It needs root and a Debian mirror. Or run `docker pull {REGISTRY}` on a network.",
            )
        engine.load(OWN, archive.stream({".": root}, _needed))


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = member.name.removeprefix("./")
    if name.startswith(tuple(f"{folder}/" for folder in LEFT_OUT)):
        return None
    member.mode &= ~0o6000  # nothing in a sandbox may change its user
    return member
