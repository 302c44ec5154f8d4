"""What a sandbox is, in the engine's terms: the one place where its walls and its limits are written down."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from grader.sandbox import gpus, seccomp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.records import Limits

MIB = 1 << 20
INODES = 16_384
"""Files in the tmpfs: each costs kernel memory, even an empty one."""
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Forking is safe with one thread only, and verdicts must not depend on the number of cores."""
PLACE = {"HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108 - the sandbox's own
TO_CHANGE_USER = ("SETUID", "SETGID", "KILL")
"""All that the zygote may do as root: become a student's process, and end it. Those lose even this."""
CAPABILITIES = 1 << 5 | 1 << 6 | 1 << 7
"""The same as the kernel counts them: CAP_KILL, CAP_SETGID, CAP_SETUID."""


class Walls(NamedTuple):
    """Two walls that stand, unless an environment's own work is behind them.

    Attributes:
        tcp: Allow TCP sockets; there is no network but the sandbox's own loopback.
        executable: Place inside → MiB: folders whose files may be executed, in memory like ``/tmp``.
        inodes: Files in each of those folders.
    """

    tcp: bool = False
    executable: Mapping[str, int] = MappingProxyType({})
    inodes: int = INODES


CLOSED = Walls()


class Program(NamedTuple):
    """What runs in a container, and what it may use.

    Attributes:
        command: PID 1 and its arguments.
        limits: Memory, processes, disk and CPUs of the whole container; times are the judge's business.
        mounts: Place inside → folder here; all read-only.
        user: uid and gid of PID 1.
        capabilities: What PID 1 may do; all else is dropped.
        keep_log: Keep the end of stdout and stderr; else nothing of it ever touches a disk.
        walls: What this environment needs open.
        variables: On top of those that every sandbox has.
        gpu: UUID of the one GPU, or slice of one, that it is lent; empty: none.
    """

    command: tuple[str, ...]
    limits: Limits
    mounts: Mapping[str, Path]
    user: str = "0:0"
    capabilities: tuple[str, ...] = TO_CHANGE_USER
    keep_log: bool = False
    walls: Walls = CLOSED
    variables: Mapping[str, str] = MappingProxyType({})
    gpu: str = ""


def config(image: str, program: Program, labels: Mapping[str, str]) -> dict[str, object]:
    """The body of ``POST /containers/create``.

    Args:
        image: Id, never a tag that could move.
        program: What to run.
        labels: Whose it is.
    """
    limits = program.limits
    writable = f"nosuid,nodev,noexec,size={limits.disk_mb}m,nr_inodes={INODES},mode=1777"
    return {
        "Image": image,
        "Cmd": list(program.command),
        "Env": [f"{name}={value}" for name, value in {**THREADS, **PLACE, **program.variables}.items()],
        "User": program.user,
        "WorkingDir": "/",
        "Hostname": "sandbox",
        "NetworkDisabled": True,  # nothing to set up: starts 150 ms sooner than with NetworkMode none alone
        "Labels": dict(labels),
        "HostConfig": {
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": list(program.capabilities),
            "SecurityOpt": ["no-new-privileges", f"seccomp={seccomp.profile(tcp=program.walls.tcp)}"],
            "Memory": limits.memory_mb * MIB,
            "MemorySwap": limits.memory_mb * MIB,  # the same: no swap
            "PidsLimit": limits.processes,
            "NanoCpus": int(min(limits.cpus, os.cpu_count() or 1) * 1e9),  # more than there are is an error
            "Tmpfs": {
                "/tmp": writable,  # noqa: S108 - the sandbox's own
                "/dev/shm": writable,  # noqa: S108 - locks, and what the workers of a DataLoader send
                "/dev/mqueue": "ro,nosuid,nodev,noexec,size=4k,mode=555",  # the original is writable
                **{
                    place: f"nosuid,nodev,exec,size={mib}m,nr_inodes={program.walls.inodes},mode=1777"
                    for place, mib in program.walls.executable.items()
                },
            },
            "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
            "IpcMode": "none",
            "CgroupnsMode": "private",
            "LogConfig": _log(keep=program.keep_log),
            "DeviceRequests": [gpus.request(program.gpu)] if program.gpu else [],
            "OomScoreAdj": 500,  # before anything of the host's
            "AutoRemove": not program.keep_log,
            "Mounts": [
                {"Type": "bind", "Source": str(source), "Target": target, "ReadOnly": True}
                for target, source in program.mounts.items()
            ],
        },
    }


def _log(*, keep: bool) -> dict[str, object]:
    """Every driver but ``none`` copies what is printed to disk, at 20 MB/s, in the engine's process."""
    if not keep:
        return {"Type": "none"}
    return {"Type": "json-file", "Config": {"max-size": "256k", "max-file": "1"}}
