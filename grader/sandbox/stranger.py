"""The stranger's environment: the only one that may install packages, and what that opens, in one place.

Two walls move: TCP sockets are let in (the sandbox's own loopback is all the network there is), and the home,
bounded like ``/tmp``, may hold programs. All others stand; see ``hardening``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.records import Limits
from grader.sandbox.egress.packages import PLACE
from grader.sandbox.hardening import Program, Walls
from grader.sandbox.image.stranger import NAME, PYTHON

if TYPE_CHECKING:
    from pathlib import Path

    from grader.sandbox.egress import Packages

__all__ = ["LIMITS", "NAME", "OPTIONS", "PYTHON", "WALLS", "limits", "program"]

HOME = "/home/stranger"
"""Not a folder of the image: what it is mounted on would give it its own permissions."""
HOME_MB = 7168
"""It lies in memory. CPU torch with scikit-learn and matplotlib takes 1.4 GB; torch with its GPU libraries, which
a lock file may demand, 4.6."""
WALLS = Walls(tcp=True, executable={HOME: HOME_MB}, inodes=300_000)
LIMITS = Limits(memory_mb=HOME_MB + 3072, processes=512, disk_mb=64, cpus=2.0)
"""Where no lab says others."""
IDENTITY = {"USER": NAME, "LOGNAME": NAME}
"""Its uid has no name in the image, and programs ask."""
OWN_PYTHON = {"GRADER_PYTHON": "/opt/python"}
"""A Python to copy, for each stranger one of his own."""
OPTIONS = ("--scratch", HOME, "--fetches")
"""Of the worker: student processes live where they may execute, and a forwarder leads to the proxy."""


def limits(of_lab: Limits) -> Limits:
    """A lab's, and what its home takes on top: that lies in memory, too."""
    return replace(
        of_lab, memory_mb=of_lab.memory_mb + HOME_MB, processes=max(of_lab.processes, LIMITS.processes)
    )


def program(
    packages: Packages | None, egress: Path, socket: str, first_uid: int, limits: Limits = LIMITS
) -> Program:
    """What runs in such a sandbox.

    Args:
        packages: What it may fetch; ``None``: nothing.
        egress: The folder of its proxy's socket, its own.
        socket: Where the worker calls back.
        first_uid: Of its student processes; no two sandboxes share one.
        limits: What it may use.
    """
    place = ("--socket", socket, "--uid-base", str(first_uid), "--report-walls")
    return Program(
        command=(PYTHON, "-I", "-m", "grader.worker", *place, *OPTIONS),
        limits=limits,
        mounts={str(PLACE): egress, **(packages.mounts if packages else {})},
        walls=WALLS,
        variables={**IDENTITY, **OWN_PYTHON, **(packages.variables if packages else {})},
    )
