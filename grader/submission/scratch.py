"""A private folder that is gone afterwards, also after a grader that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader import interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "grader-fetch-"
_NEW, _GONE = f"new-{_PREFIX}", f"gone-{_PREFIX}"
_LOCK = "in-use"
_NEW_SECONDS = 3600.0
"""A folder that is being made has a lock within milliseconds; after this time, whoever made it was killed."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that only this user can enter; folders left behind by killed graders are removed first."""
    _sweep(Path(tempfile.gettempdir()))
    new = Path(tempfile.mkdtemp(prefix=_NEW))
    folder = new.with_name(new.name.removeprefix("new-"))
    lock = os.open(new / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new.rename(folder)  # under this name others look for it, and now it is locked
        yield folder
    finally:
        with interrupts.deferred():
            _remove(folder if folder.exists() else new)
            os.close(lock)
        interrupts.raise_pending()


def _remove(folder: Path) -> None:
    """Under its last name anybody may remove it: who is stopped halfway leaves no folder that nobody owns."""
    gone = folder.with_name(_GONE + folder.name.rpartition("-")[2])
    try:
        folder.rename(gone)
    except OSError:  # another user's, or gone already
        return
    shutil.rmtree(gone, ignore_errors=True)


def _sweep(temporary: Path) -> None:
    """Remove what nobody uses: folders half removed or half made, and those whose lock the kernel gave back."""
    for folder in temporary.glob(f"{_GONE}*"):
        if not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
    for folder in temporary.glob(f"{_NEW}*"):
        _remove_old(folder)
    for folder in temporary.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:  # removed halfway by an older grader, just removed, or another user's
            _remove_old(folder)
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
        except OSError:
            pass
        finally:
            os.close(lock)


def _remove_old(folder: Path) -> None:
    """A folder without a lock."""
    try:
        facts = folder.lstat()
    except OSError:
        return
    if facts.st_uid == os.getuid() and time.time() - facts.st_mtime > _NEW_SECONDS:
        _remove(folder)
