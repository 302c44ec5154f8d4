"""Who a student process is, and what it may use: uid, home, limits; and how its traces are wiped."""

from __future__ import annotations

import ctypes
import importlib.abc
import os
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 36, 38
OPEN_FILES = 512
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the container's own tmpfs: locks, and what DataLoader's workers send

_libc = ctypes.CDLL(None, use_errno=True)


class Home(NamedTuple):
    """A student process's own uid (0: whoever we are) and folder."""

    uid: int
    scratch: Path
    name: str


def settle(home: Home) -> Path:
    """Become the student's process: first to be killed for memory, a fresh uid, an empty folder.

    Returns:
        The folder, now the working directory and ``$HOME``.
    """
    os.setsid()
    set_dumpable(on=True)  # else /proc/self belongs to root
    Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    if home.uid:
        os.setgroups([])
        os.setresgid(home.uid, home.uid, home.uid)
        os.setresuid(home.uid, home.uid, home.uid)
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    set_dumpable(on=True)
    folder = home.scratch / home.name
    folder.mkdir(mode=0o700)
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    return folder


def close_all_but(keep: int) -> None:
    """Close every descriptor above the standard streams but one."""
    os.closerange(3, keep)
    os.closerange(keep + 1, OPEN_FILES)


def set_dumpable(*, on: bool) -> None:
    """Not dumpable: no other process of this uid may trace it or open its /proc files."""
    _libc.prctl(PR_SET_DUMPABLE, int(on), 0, 0, 0)


def become_subreaper() -> None:
    """Orphans of student processes become our children, so that they can be found and killed."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def is_exiting(pid: int) -> bool:
    """True if the process has closed its files or is a zombie: its exit status is about to come."""
    try:
        return not any(Path(f"/proc/{pid}/fd").iterdir())
    except PermissionError:
        return _state(pid) in {"Z", "X", "D"}
    except OSError:
        return True


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "X"


def kill_descendants() -> None:
    """SIGKILL to every descendant, until none is left but zombies (the local sandbox)."""
    for _ in range(100):
        living = [pid for pid in _descendants(os.getpid()) if _state(pid) not in {"Z", "X"}]
        if not living:
            return
        for pid in living:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    queue = [root]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def wipe(scratch: Path) -> bool:
    """Remove what a process left in a tmpfs; only its own uid may do that.

    All that honest code leaves is its empty folder, which needs no process: a fork of a zygote with torch
    takes 10 ms. Whatever else there is, a process with the owner's uid walks, for what is in there is hostile.

    Returns:
        Whether all of it is gone; if not, the sandbox must not be used for another check.
    """
    owners = set()
    for entry in os.scandir(scratch):
        uid = entry.stat(follow_symlinks=False).st_uid
        if uid and not _remove_empty(entry.path, uid):
            owners.add(uid)
    for uid in owners:
        pid = os.fork()
        if pid == 0:
            _wipe_as(uid, scratch)
        os.waitpid(pid, 0)
    with os.scandir(scratch) as entries:
        uids = {entry.stat(follow_symlinks=False).st_uid for entry in entries}
    return not uids - {0}


def _remove_empty(folder: str, owner: int) -> bool:
    """Remove an empty folder of another user's; True if it is gone."""
    _libc.setfsuid(owner)
    try:
        os.rmdir(folder)  # noqa: PTH106 - one system call, on whatever it is
    except OSError:
        return False
    finally:
        _libc.setfsuid(0)
    return True


def _wipe_as(uid: int, scratch: Path) -> NoReturn:
    try:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        for entry in os.scandir(scratch):
            if entry.stat(follow_symlinks=False).st_uid != uid:
                continue
            if entry.is_dir(follow_symlinks=False):
                _open_up(entry.path)
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry).unlink()
    finally:
        os._exit(0)


def _open_up(top: str) -> None:
    """Take back the right to read, write and enter every folder from here on: its owner may always do that."""
    Path(top).chmod(0o700)
    for folder, names, _ in os.walk(top):
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o700)


class _Denied(importlib.abc.MetaPathFinder):
    """Says no to some libraries, where an image without them can't."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise for a denied library, else let the others look."""
        del path, target
        if fullname.partition(".")[0] in self._names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def deny_imports(names: Sequence[str]) -> None:
    """Make libraries unimportable (the local sandbox: advice, where absence would be proof)."""
    if names:
        sys.meta_path.insert(0, _Denied(names))
