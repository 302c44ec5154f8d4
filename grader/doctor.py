"""What works on this machine, and the remedy for what doesn't: looked at, not guessed."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from grader.environments import DEFAULT, built_for
from grader.errors import Ungraded
from grader.judge import processes
from grader.records import Limits
from grader.sandbox import gpus, image, walls
from grader.sandbox.docker import DockerProvider
from grader.sandbox.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from grader.sandbox.engine import Info

GIB = 1 << 30
NEEDED_GIB = 4
"""Of free disk: the images have 1 GB, and building them takes twice that for a while."""
DOCKER = "Engine"
PODMAN = "Podman's API can't set all limits of a sandbox (its system calls, its number of files)."
BUILD = "Run `grade image build`, or let the first grade do it: about two minutes."


class State(StrEnum):
    """Whether something works."""

    WORKS = "works"
    OPTIONAL = "optional"
    """It doesn't, but grading goes on without it."""
    BROKEN = "broken"


class Item(Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        name: What it is.
        state: Whether it works.
        found: What was found, in a few words.
        remedy: What to do about it; empty if it works.
    """

    name: str
    state: State
    found: str
    remedy: str = ""


def examine() -> Iterator[Item]:
    """Look at one thing after the other; nothing is installed, built or changed."""
    yield _python()
    yield _git()
    yield _disk()
    yield from _docker()
    yield from _gpu(*_lends())
    yield _local()


def _python() -> Item:
    return Item("Python", State.WORKS, f"{platform.python_version()} ({sys.executable})")


def _git() -> Item:
    if not shutil.which("git"):
        return Item("git", State.BROKEN, "not found", "Install it: `sudo apt install git`.")
    return Item("git", State.WORKS, _output("git", "--version").removeprefix("git version "))


def _disk() -> Item:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free / GIB
    if free < NEEDED_GIB:
        return Item(
            "disk",
            State.BROKEN,
            f"{free:.1f} GB free in {folder}",
            f"Free some space: {NEEDED_GIB} GB are needed.",
        )
    return Item("disk", State.WORKS, f"{free:.0f} GB free in {folder}")


def _docker() -> Iterator[Item]:
    """The engine, its images, and a sandbox."""
    try:
        engine = Engine()
        info = engine.info()
        found = image.present(engine)
    except Ungraded as trouble:
        yield Item("Docker", State.BROKEN, trouble.message, trouble.remedy)
        return
    if info.product != DOCKER:
        other = f"{info.product} {info.server_version} answers in its place"
        yield Item("Docker", State.BROKEN, other, f"{PODMAN} Install Docker, or `unset DOCKER_HOST`.")
        return
    yield Item("Docker", State.WORKS, f"engine {info.server_version}, {info.driver}, {info.cpus} CPUs")
    yield _limits(info)
    yield from (_image(engine, environment, found.get(environment, "")) for environment in built_for("cpu"))
    if DEFAULT in found:
        yield from _sandbox()


def _limits(info: Info) -> Item:
    """Whether the kernel lets the engine set the walls that a sandbox needs."""
    limits = {
        "memory": info.memory_limit,
        "swap": info.swap_limit,
        "processes": info.pids_limit,
        "CPU": info.cpu_cfs_quota,
    }
    missing = [word for word, can in limits.items() if not can]
    options = " ".join(info.security_options or ())
    missing += ["system calls (seccomp)"] if "seccomp" not in options else []
    if missing:
        remedy = "Enable cgroup v2, or boot with `cgroup_enable=memory swapaccount=1`."
        return Item("sandbox limits", State.BROKEN, f"this engine can't limit {', '.join(missing)}", remedy)
    if "name=rootless" in options or "name=userns" in options:
        remedy = "Use the system's engine: `unset DOCKER_HOST`."
        return Item(
            "sandbox limits", State.BROKEN, "a rootless engine has too few user ids for sandboxes", remedy
        )
    return Item("sandbox limits", State.WORKS, "memory, swap, processes, CPU, system calls")


def _image(engine: Engine, environment: str, image_id: str) -> Item:
    if not image_id:
        return Item(f"{environment} image", State.OPTIONAL, "not built yet, or out of date", BUILD)
    try:
        size = engine.image_size(image_id)
    except Ungraded as trouble:
        return Item(f"{environment} image", State.BROKEN, trouble.message, trouble.remedy)
    return Item(f"{environment} image", State.WORKS, f"{image_id[7:19]}, {size / 1e6:.0f} MB")


def _sandbox() -> Iterator[Item]:
    """Not what the engine says, but what it does: a sandbox, started, looked at from its inside, and closed."""
    provider = None
    try:
        provider = DockerProvider()
        began = time.monotonic()
        sandbox = provider.open(DEFAULT, Limits(), {})
        processes.ZygoteClient(sandbox.connection)  # asks whether it is ready
        took = time.monotonic() - began
        sandbox.close()
        missing = provider.missing
    except Ungraded as trouble:
        yield Item("a sandbox", State.BROKEN, trouble.message, trouble.remedy)
    except processes.SandboxLost as trouble:
        yield Item("a sandbox", State.BROKEN, str(trouble), "Restart Docker, then run `grade doctor` again.")
    else:
        yield Item("a sandbox", State.WORKS, f"ready in {took * 1000:.0f} ms")
        yield _walls(missing)
    finally:
        if provider is not None:
            provider.close()


def _walls(missing: tuple[str, ...]) -> Item:
    """What the sandbox saw of its own walls."""
    if missing:
        found = f"these do not hold: {', '.join(missing)}. It does not protect"
        return Item(
            "its walls",
            State.BROKEN,
            found,
            "Use an engine that runs as root, with cgroup v2: `unset DOCKER_HOST`.",
        )
    return Item("its walls", State.WORKS, f"seen from inside: {', '.join(wall.name for wall in walls.WALLS)}")


def _gpu(runtimes: Iterable[str], images: Collection[str]) -> Iterator[Item]:
    """Driver, container toolkit and image, each for itself: a GPU in Docker needs all three."""
    found = gpus.installed()
    if not found:
        missing = gpus.missing_driver()
        yield Item("GPU", State.OPTIONAL, f"{missing.what}; labs run on the CPU" if missing else "none")
        return
    names = ", ".join(gpu.name for gpu in found)
    yield Item("GPU", State.WORKS, f"{names}; for --sandbox local --device cuda")
    toolkit, pictures = gpus.missing_toolkit(tuple(runtimes)), gpus.missing_image(images)
    for name, lacking, there in (
        ("GPU in Docker", toolkit, "the engine knows NVIDIA's container toolkit"),
        ("GPU image", pictures, "PyTorch's CUDA build"),
    ):
        if lacking:
            yield Item(name, State.OPTIONAL, lacking.what, lacking.remedy)
        else:
            yield Item(name, State.WORKS, there)


def _lends() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The engine's runtimes, and the environments whose images it has; none without an engine."""
    try:
        engine = Engine()
        return tuple(engine.info().runtimes or ()), tuple(image.present(engine))
    except Ungraded:
        return (), ()


def _local() -> Item:
    """The local sandbox needs the labs' libraries in this very Python."""
    try:
        torch = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        remedy = "For labs with PyTorch in --sandbox local: `pip install 'grader[local]' -c constraints.txt`."
        return Item("local sandbox", State.OPTIONAL, "without torch; NumPy labs only", remedy)
    return Item("local sandbox", State.WORKS, f"torch {torch}, {os.cpu_count()} CPUs; it doesn't protect")


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)  # noqa: S603 - our own
    return done.stdout.strip()
