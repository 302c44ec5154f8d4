"""The stranger's environment: the only one that may install packages, and what that opens, in one place.

Two walls move: TCP sockets are let in (the sandbox's own loopback is all the network there is), and the home,
bounded like ``/tmp``, may hold programs. All others stand; see ``hardening``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.records import Limits
from grader.sandbox.egress.packages import PLACE
from grader.sandbox.hardening import Program, Walls
from grader.sandbox.image.stranger import NAME, PYTHON

if TYPE_CHECKING:
    from pathlib import Path

    from grader.sandbox.egress import Packages

__all__ = ["LIMITS", "NAME", "OPTIONS", "PYTHON", "WALLS", "program"]

HOME = "/home/stranger"
"""Not a folder of the image: what it is mounted on would give it its own permissions."""
HOME_MB = 7168
"""It lies in memory. CPU torch with scikit-learn and matplotlib takes 1.4 GB; torch with its GPU libraries, which
a lock file may demand, 4.6."""
WALLS = Walls(tcp=True, executable={HOME: HOME_MB}, inodes=300_000)
LIMITS = Limits(memory_mb=HOME_MB + 3072, processes=512, disk_mb=64, cpus=2.0)
IDENTITY = {"USER": NAME, "LOGNAME": NAME}
"""Its uid has no name in the image, and programs ask."""
OPTIONS = ("--scratch", HOME, "--fetches")
"""Of the worker: student processes live where they may execute, and a forwarder leads to the proxy."""


def program(
    packages: Packages, egress: Path, socket: str, first_uid: int, limits: Limits = LIMITS
) -> Program:
    """What runs in such a sandbox.

    Args:
        packages: What it may fetch.
        egress: The folder of its proxy's socket, its own.
        socket: Where the worker calls back.
        first_uid: Of its student processes; no two sandboxes share one.
        limits: What it may use.
    """
    place = ("--socket", socket, "--uid-base", str(first_uid))
    return Program(
        command=(PYTHON, "-I", "-m", "grader.worker", *place, *OPTIONS),
        limits=limits,
        mounts={str(PLACE): egress, **packages.mounts},
        walls=WALLS,
        variables={**IDENTITY, **packages.variables},
    )
