"""Whose a sandbox is: so that what a killed grader left behind is found, and nobody else's is touched.

An owner is written ``pid-start-namespace-boot``. A pid alone comes round again; with the process's start time
it doesn't, until the machine is booted anew. In another pid namespace (a grader in a container of its own)
nobody can tell whether it lives, so its sandboxes are left alone.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

PREFIX = "grader."
GONE = "gone-grader."
"""Of folders that are being removed."""
OWNER_FILE = "owner"
NEW_SECONDS = 3600.0
"""A folder has an owner milliseconds after it was made."""


@functools.cache
def _self(_pid: int) -> str:
    return f"{os.getpid()}-{_start(os.getpid())}-{_namespace()}-{_boot()}"


def myself() -> str:
    """This process."""
    return _self(os.getpid())


def is_dead(owner: str) -> bool:
    """True only if it is certain that this owner runs no more."""
    try:
        pid, start, namespace, boot = owner.split("-")
        number = int(pid)
    except ValueError:
        return False
    if boot != _boot():
        return True
    if namespace != _namespace():
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # alive, but somebody else's
    return _start(number) != start


def private_folder() -> Path:
    """A new folder that only this user may enter, and that the next grader removes if we can't.

    Its path is short, for that of a Unix socket has at most 107 bytes, and student code makes some below it,
    too (the workers of a DataLoader).
    """
    base = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base if len(base) < 32 else "/tmp"))  # noqa: S108
    (folder / OWNER_FILE).write_text(myself())
    return folder


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A private folder for as long as it is needed, and not a killed grader's moment longer."""
    folder = private_folder()
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, also while another thread is removing something in it.

    First it gets a name under which any grader removes it: who is stopped halfway leaves nothing that nobody owns.
    """
    with contextlib.suppress(OSError):
        folder = folder.rename(folder.with_name(GONE + folder.name.removeprefix(GONE).removeprefix(PREFIX)))
    for pause in (0.02, 0.1, 0.5):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(pause)


def remove_dead_folders(owners: Collection[str] = ()) -> None:
    """Remove the folders of graders that were killed, also while they made or removed them.

    Args:
        owners: Whose folders go as well.
    """
    for base in {tempfile.gettempdir(), "/tmp"}:  # noqa: S108 - see private_folder
        for folder in (*Path(base).glob(f"{PREFIX}*"), *Path(base).glob(f"{GONE}*")):
            with contextlib.suppress(OSError):  # somebody else's, or removed by another grader
                if folder.lstat().st_uid == os.getuid() and _is_left(folder, owners):
                    remove(folder)


def _is_left(folder: Path, owners: Collection[str]) -> bool:
    """Whether nobody uses a folder any more."""
    if folder.name.startswith(GONE):
        return True
    try:
        of = (folder / OWNER_FILE).read_text()
    except FileNotFoundError:  # being made; or long ago, and then its maker was killed
        return time.time() - folder.lstat().st_mtime > NEW_SECONDS
    return of in owners or is_dead(of)


def _start(pid: int) -> str:
    """Clock ticks from boot to the process's start; ``0`` where there is no /proc."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "0"


@functools.cache
def _namespace() -> str:
    try:
        return str(os.stat("/proc/self/ns/pid").st_ino)  # noqa: PTH116 - a link to nowhere, which Path resolves
    except OSError:
        return "0"


@functools.cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().replace("-", "")[:12]
    except OSError:
        return "0"
