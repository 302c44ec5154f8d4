"""The kinds of sandboxes by name; each is imported when it is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.sandbox.environment import Progress, SandboxProvider


def _docker(device: str, progress: Progress) -> SandboxProvider:
    from grader.sandbox.docker import DockerProvider

    return DockerProvider(device, progress)


def _local(device: str, _progress: Progress) -> SandboxProvider:
    from grader.sandbox.local import LocalProvider, check_device

    check_device(device)
    return LocalProvider(device)


PROVIDERS: Mapping[str, Callable[[str, Progress], SandboxProvider]] = {"docker": _docker, "local": _local}
"""Name → what opens it, given a device and who is told what takes long. The first is the default."""
