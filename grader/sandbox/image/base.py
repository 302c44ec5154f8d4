"""The images that all others rest on: Python's own from the registry, or Debian made here where no registry is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from grader.errors import Ungraded
from grader.sandbox import owner
from grader.sandbox.engine_trouble import Refused
from grader.sandbox.image import archive

if TYPE_CHECKING:
    import tarfile

    from grader.sandbox.engine import Engine
    from grader.sandbox.environment import Progress


class Base(NamedTuple):
    """One such image, in both its forms.

    Attributes:
        registry: Its name at the registry.
        programs: What Debian's minimum lacks, by the names of its packages; the registry's has them already.
    """

    registry: str
    programs: tuple[str, ...]

    @property
    def debootstrap(self) -> tuple[str, ...]:
        """The command that makes it, less the folder."""
        return "debootstrap", "--variant=minbase", f"--include={','.join(self.programs)}", "bookworm"

    @property
    def own(self) -> str:
        """Its name if it was made here."""
        return "grader-base:" + hashlib.sha256(" ".join(self.debootstrap).encode()).hexdigest()[:12]


SLIM = Base("python:3.11-slim", ("python3",))
FULL = Base(
    "python:3.11-bookworm",
    (
        *("python3", "python3-venv", "python3-dev", "python-is-python3", "ca-certificates"),
        *("git", "make", "gcc", "g++", "curl", "unzip", "procps"),
    ),
)
"""What a developer's machine and a forge's runner have: there packages that come as source are built, too."""
LEFT_OUT = (
    *("dev", "proc", "sys", "tmp", "var/cache", "var/lib/apt/lists", "var/log"),
    *("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale"),
)


def present(engine: Engine, base: Base = SLIM) -> str:
    """Id of a base that is already here, or empty."""
    return engine.image_id(base.registry) or engine.image_id(base.own)


def obtain(engine: Engine, progress: Progress, base: Base = SLIM) -> str:
    """Id of the base; pulled, or built, if there is none yet.

    Raises:
        Ungraded: No registry answers, and debootstrap is missing, not permitted, or failed.
    """
    if image := present(engine, base):
        return image
    progress(f"pulling {base.registry}")
    try:
        engine.pull(base.registry)
    except Refused as refused:
        progress(f"no registry ({refused}); building Debian with Python instead, about a minute")
        _debootstrap(engine, base, str(refused))
    return present(engine, base)


def _debootstrap(engine: Engine, base: Base, why: str) -> None:
    if not shutil.which(base.debootstrap[0]):
        raise Ungraded(
            f"{base.registry} can't be pulled ({why}), and debootstrap, the other way, is not installed.",
            f"Run `docker pull {base.registry}` where there is a network, or `sudo apt install debootstrap`.",
        )
    with owner.temporary_folder() as folder:
        root = folder / "root"
        command = [*base.debootstrap, str(root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no message"]
            raise Ungraded(
                f"debootstrap failed: {said[-1]}",
                f"It needs root and a Debian mirror. Or run `docker pull {base.registry}` on a network.",
            )
        engine.load(base.own, archive.stream({".": root}, _needed))


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = member.name.removeprefix("./")
    if name.startswith(tuple(f"{folder}/" for folder in LEFT_OUT)):
        return None
    member.mode &= ~0o6000  # nothing in a sandbox may change its user
    return member
