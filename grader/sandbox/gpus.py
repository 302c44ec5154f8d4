"""GPUs of this machine, and what an engine needs to lend one to a sandbox: driver, container toolkit, image.

A submission is lent exactly one, by its UUID: a whole GPU, or a slice of one (MIG). No two have the same at a time:
one could fill the memory that the other is graded with.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from grader.environments import CUDA, built_for
from grader.errors import Ungraded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_LINE = re.compile(
    r"(?P<slice> *)(?:GPU \d+: |MIG )(?P<name>.+?)(?: +Device +\d+:)? \(UUID: (?P<uuid>[\w/-]+)\)"
)
"""``GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d…)``, and below it ``  MIG 1g.5gb  Device  0: (UUID: MIG-c6…)``."""
SECONDS = 20.0
VISIBLE = "CUDA_VISIBLE_DEVICES"
"""Which GPUs a process may use, by number or UUID: a scheduler (Ray, Slurm) sets it."""
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


class Lender:
    """Lends each GPU to one submission at a time. Safe to use from several threads.

    Args:
        gpus: Their UUIDs; an empty one is whichever GPU is there.
    """

    def __init__(self, gpus: Sequence[str] = ()) -> None:
        self.count = len(gpus)
        self._free = list(gpus)
        self._changed = threading.Condition()
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[str]:
        """One that nobody has, as soon as there is one; it is taken back at the end of the block.

        Raises:
            Ungraded: There is none at all, or the lender was closed.
        """
        if not self.count:
            raise Ungraded("There is no GPU here to lend.", "`grade doctor` says which it sees.")
        with self._changed:
            self._changed.wait_for(lambda: self._free or self._closed)
            if self._closed:
                raise Ungraded("The sandbox was closed.")
            gpu = self._free.pop(0)
        try:
            yield gpu
        finally:
            with self._changed:
                self._free.append(gpu)
                self._changed.notify()

    def close(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def usable() -> tuple[Gpu, ...]:
    """The GPUs that a scheduler leaves to this process; without one, all."""
    return left(installed(), os.environ.get(VISIBLE))


def left(gpus: Sequence[Gpu], visible: str | None) -> tuple[Gpu, ...]:
    """Those that ``CUDA_VISIBLE_DEVICES`` leaves, in its order.

    Args:
        gpus: All.
        visible: Numbers, or UUIDs or how they begin; what follows one that is unknown is hidden, as CUDA has it.
            ``None``: all.
    """
    if visible is None:
        return tuple(gpus)
    kept: list[Gpu] = []
    for word in map(str.strip, visible.split(",")):
        if word.isdecimal():
            found = gpus[int(word) : int(word) + 1]
        else:
            found = [gpu for gpu in gpus if word and gpu.uuid.startswith(word)][:1]
        if not found:
            break
        kept += found
    return tuple(kept)


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
    if usable():
        return None
    if installed():
        return Lacking(f"{VISIBLE} leaves none to this process", f"Unset {VISIBLE}, or name one in it.")
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


def missing_image(present: Collection[str]) -> Lacking | None:
    """Whether an environment with PyTorch's CUDA build has no image yet.

    Args:
        present: Environments whose images are here and up to date.
    """
    lacking = sorted(set(built_for(CUDA)) - set(built_for("cpu")) - set(present))
    if not lacking:
        return None
    return Lacking(
        f"PyTorch's CUDA build is not there yet, several GB: {', '.join(lacking)}",
        "Run `grade image build --device cuda`; else the first `--device cuda` builds them.",
    )
