"""GPUs of this machine, and what an engine needs to lend one to a sandbox: driver, container toolkit, image.

A sandbox is lent exactly one, by its UUID: a whole GPU, or a slice of one (MIG).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from grader.environments import ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Collection

_LINE = re.compile(
    r"(?P<slice> *)(?:GPU \d+: |MIG )(?P<name>.+?)(?: +Device +\d+:)? \(UUID: (?P<uuid>[\w/-]+)\)"
)
"""``GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d…)``, and below it ``  MIG 1g.5gb  Device  0: (UUID: MIG-c6…)``."""
SECONDS = 20.0
HOOKS = ("nvidia-container-runtime-hook", "nvidia-container-runtime")
"""Programs that an engine finds the toolkit by."""
LIBRARIES = ["gpu", "compute", "utility"]
"""What of the driver is mounted: CUDA and nvidia-smi, no graphics and no display."""


class Gpu(NamedTuple):
    """One that can be lent.

    Attributes:
        uuid: ``GPU-…``, or ``MIG-…`` of a slice.
        name: For people.
    """

    uuid: str
    name: str


class Lacking(NamedTuple):
    """What keeps a sandbox from having a GPU: a sentence, and what to do."""

    what: str
    remedy: str


def installed() -> tuple[Gpu, ...]:
    """The GPUs that the driver shows; of one that is sliced, its slices. None without a driver that answers."""
    if not shutil.which("nvidia-smi"):
        return ()
    command = ["nvidia-smi", "-L"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return listed(done.stdout) if done.returncode == 0 else ()


def listed(said: str) -> tuple[Gpu, ...]:
    """The GPUs of what ``nvidia-smi -L`` says."""
    found: list[Gpu] = []
    whole = 0
    for match in filter(None, map(_LINE.match, said.splitlines())):
        gpu = Gpu(match["uuid"], match["name"].strip())
        if not match["slice"]:
            whole = len(found)
        elif len(found) == whole + 1 and found[whole].uuid.startswith("GPU-"):
            found.pop()  # it is sliced: its slices are lent, not itself
        found.append(gpu)
    return tuple(found)


def request(gpu: str) -> dict[str, object]:
    """An entry of ``DeviceRequests`` for exactly this GPU.

    Args:
        gpu: Its UUID: a number may mean another one after a restart.
    """
    return {"Driver": "nvidia", "Count": 0, "DeviceIDs": [gpu], "Capabilities": [LIBRARIES], "Options": {}}


def missing_driver() -> Lacking | None:
    """Whether there is no GPU, or no driver for it."""
    if installed():
        return None
    if shutil.which("nvidia-smi"):
        return Lacking(
            "the driver is installed, but shows no GPU", "Look with `nvidia-smi`; a restart may help."
        )
    return Lacking("no driver: there is no `nvidia-smi`", "Install NVIDIA's driver, if there is a GPU.")


def missing_toolkit(runtimes: Collection[str]) -> Lacking | None:
    """Whether the engine can't lend a GPU.

    Args:
        runtimes: Names of those that the engine knows.
    """
    if "nvidia" in runtimes or any(map(shutil.which, HOOKS)):
        return None
    return Lacking(
        "the engine does not know NVIDIA's container toolkit",
        "Install nvidia-container-toolkit, run `sudo nvidia-ctk runtime configure`, restart Docker.",
    )


def missing_image() -> Lacking | None:
    """Whether no environment has PyTorch's CUDA build."""
    if any(row.device == "cuda" for row in ENVIRONMENTS.values()):
        return None
    return Lacking(
        "the images hold PyTorch's CPU build", "Use a GPU without Docker: --sandbox local --device cuda."
    )
