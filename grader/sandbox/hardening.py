"""What a room is, in the engine's terms: the one place where its walls and its limits are written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.sandbox import seccomp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.records import Limits

MIB = 1 << 20
INODES = 16_384
"""Files in the tmpfs: each costs kernel memory, also an empty one."""
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Forking is safe with one thread only, and verdicts must not depend on the number of cores."""
PLACE = {"HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8"}  # noqa: S108 - the room's own
TO_CHANGE_USER = ("SETUID", "SETGID", "KILL")
"""All that the zygote may do as root: become a student's process, and end it. Student processes lose even this."""


def config(
    image: str,
    command: Sequence[str],
    limits: Limits,
    mounts: Mapping[str, Path],
    labels: Mapping[str, str],
    *,
    user: str = "0:0",
    capabilities: Sequence[str] = TO_CHANGE_USER,
    gpu: bool = False,
    keep_log: bool = False,
) -> dict[str, object]:
    """The body of ``POST /containers/create``.

    Args:
        image: Id, never a tag that could move.
        command: Program and arguments of PID 1.
        limits: Memory, processes, disk and CPUs of the whole container; times are the judge's business.
        mounts: Place inside → folder here; all read-only.
        labels: Whose it is.
        user: uid and gid of PID 1.
        capabilities: What PID 1 may do; all else is dropped.
        gpu: Lend it the machine's GPUs.
        keep_log: Keep the end of stdout and stderr. Never a student's: copying it to disk costs more than theirs.
    """
    log = {"Type": "json-file", "Config": {"max-size": "256k", "max-file": "1"}} if keep_log else {"Type": "none"}
    return {
        "Image": image,
        "Cmd": list(command),
        "Env": [f"{name}={value}" for name, value in (THREADS | PLACE).items()],
        "User": user,
        "WorkingDir": "/",
        "Hostname": "room",
        "NetworkDisabled": True,  # no endpoint to set up: starts 150 ms sooner than NetworkMode none alone
        "Labels": dict(labels),
        "HostConfig": {
            "NetworkMode": "none",
            "ReadonlyRootfs": True,
            "CapDrop": ["ALL"],
            "CapAdd": list(capabilities),
            "SecurityOpt": ["no-new-privileges", f"seccomp={seccomp.profile()}"],
            "Memory": limits.memory_mb * MIB,
            "MemorySwap": limits.memory_mb * MIB,  # the same: no swap
            "PidsLimit": limits.processes,
            "NanoCpus": int(limits.cpus * 1e9),
            "Tmpfs": {"/tmp": f"nosuid,nodev,noexec,size={limits.disk_mb}m,nr_inodes={INODES},mode=1777"},  # noqa: S108
            "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}],
            "IpcMode": "none",
            "CgroupnsMode": "private",
            "LogConfig": log,
            "OomScoreAdj": 500,  # before anything of the host's
            "AutoRemove": not keep_log,
            "Mounts": [
                {"Type": "bind", "Source": str(source), "Target": target, "ReadOnly": True}
                for target, source in mounts.items()
            ],
            "DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}] if gpu else [],
        },
    }
