"""What is seen of a sandbox's walls from the inside, before any file of a student's is there.

An engine may take a limit and silently ignore it (rootless ones do). So a sandbox looks for itself: at its cgroup,
its mounts and its network, and, as a student's process would, at what that process may do. Facts only: which of
them make a wall is decided outside (``grader.sandbox.walls``).
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import socket
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from grader.worker import confine

if TYPE_CHECKING:
    from collections.abc import Iterable

LENGTH = struct.Struct("!I")
CGROUP = Path("/sys/fs/cgroup")
UNLIMITED = 1 << 60
"""cgroup v1 says so with a number that is larger."""
STREAM, OTHERS = (socket.SOCK_STREAM,), (socket.SOCK_DGRAM, socket.SOCK_RAW)
SOCKETS = {
    "unix": ((1,), STREAM + OTHERS),
    "tcp": ((2, 10), STREAM),
    "udp or raw": ((2, 10), OTHERS),
    "netlink": ((16,), OTHERS),
    "packet": ((17,), OTHERS),
    "vsock": ((40,), STREAM + OTHERS),
}
"""Kind → its families, and its types."""


def report(control: socket.socket, home: confine.Home) -> None:
    """Send the facts, as JSON after its length.

    Args:
        control: Who asked.
        home: Of a student's process that looks around; removed again.
    """
    facts = {
        "memory": _memory(),
        "processes": _limit("pids/pids.max", "pids.max"),
        "cpus": _cpus(),
        "interfaces": [line.split(":")[0].strip() for line in _lines("/proc/net/dev")[2:]],
        "read_only": _root_is_read_only(),
        "no_new_privileges": _status()["NoNewPrivs"] == "1",
        "capabilities": int(_status()["CapBnd"], 16),
        "student": _as_student(home),
    }
    text = json.dumps(facts).encode()
    control.sendall(LENGTH.pack(len(text)) + text)


# ── As the sandbox sees itself ────────────────────────────────────────────────────────────────────────────


def _memory() -> int | None:
    """Bytes of memory and swap together; ``None``: as many as there are."""
    if (CGROUP / "memory.max").exists():
        memory, swap = _limit("", "memory.max"), _limit("", "memory.swap.max")
        swap = 0 if len(_lines("/proc/swaps")) < 2 else swap
        return None if memory is None or swap is None else memory + swap
    both = _limit("memory/memory.memsw.limit_in_bytes", "")
    if both is None and len(_lines("/proc/swaps")) < 2:  # nothing is counted where there is no swap
        return _limit("memory/memory.limit_in_bytes", "")
    return both


def _cpus() -> float | None:
    words = " ".join(_lines(CGROUP / "cpu.max")).split()
    if not words:
        words = [*_lines(CGROUP / "cpu/cpu.cfs_quota_us"), *_lines(CGROUP / "cpu/cpu.cfs_period_us")]
    return int(words[0]) / int(words[1]) if len(words) == 2 and words[0] not in ("max", "-1") else None


def _limit(old: str, new: str) -> int | None:
    """A number of cgroup v2 (``new``), or else of v1; ``None``: there is none."""
    words = (_lines(CGROUP / new) if new else []) or (_lines(CGROUP / old) if old else [])
    return int(words[0]) if words and words[0] != "max" and int(words[0]) < UNLIMITED else None


def _root_is_read_only() -> bool:
    """Tried as the owner of it all."""
    place = f"/.{os.getpid()}"
    try:
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except OSError as error:
        return error.errno == errno.EROFS
    os.unlink(place)  # noqa: PTH108 - a text, as it was made
    return False


def _status() -> dict[str, str]:
    pairs = (line.split(":\t", 1) for line in _lines("/proc/self/status"))
    return {pair[0]: pair[1].strip() for pair in pairs if len(pair) == 2}


def _lines(path: str | Path) -> list[str]:
    """Of a file; none if it isn't there."""
    try:
        return Path(path).read_text().splitlines()
    except (OSError, ValueError):
        return []


# ── As a student's process does ───────────────────────────────────────────────────────────────────────────


def _as_student(home: confine.Home) -> dict[str, object] | None:
    """The facts that a student's process finds; ``None`` if it could not become one."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            confine.settle(home)
            os.write(writing, json.dumps(_around(home)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    confine.wipe(home.scratch)
    return json.loads(text) if text else None


def _around(home: confine.Home) -> dict[str, object]:
    status = _status()
    return {
        "uids": sorted({int(uid) for name in ("Uid", "Gid", "Groups") for uid in status[name].split()}),
        "capabilities": int(status["CapEff"], 16),
        "seccomp": int(status["Seccomp"]),
        "sockets": [name for name, kind in SOCKETS.items() if _may_open(*kind)],
        "disk": _size(home.scratch),
        "executable": {
            place: _size(place) for place in _writable() if not os.statvfs(place).f_flag & os.ST_NOEXEC
        },
    }


def _may_open(families: Iterable[int], types: Iterable[int]) -> bool:
    for family, kind in itertools.product(families, types):
        try:
            socket.socket(family, kind).close()
        except OSError:
            continue
        return True
    return False


def _writable() -> list[str]:
    """Mounted folders that this process may write to."""
    places = [line.split()[1] for line in _lines("/proc/self/mounts")]
    return [place for place in places if Path(place).is_dir() and os.access(place, os.W_OK)]


def _size(folder: str | Path) -> int:
    found = os.statvfs(folder)
    return found.f_blocks * found.f_frsize
