"""What every provider promises: sandboxes to run student code in, made ready ahead, each with one connection out.

A *sandbox* holds one submission in one environment (a row of ``grader.environments``). In it runs the worker's
zygote and nothing else; it has called back over ``connection`` before the student's files arrive, so its
start-up is never charged to the student. The *judge* has a sandbox of its own, with the course.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from grader.environments import ENVIRONMENTS

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from grader.records import Limits, Usage
    from grader.sandbox.egress import Gate
    from grader.sandbox.gpus import Lender

Progress = Callable[[str], None]
"""Is called with what takes long, one line at a time: ``building the torch image``."""

NO_TOOLS: Mapping[str, bytes] = MappingProxyType({})
"""Of a lab whose suite needs none."""


def options(environment: str) -> list[str]:
    """The options on the command line of an environment's worker."""
    return ["--preload", ",".join(ENVIRONMENTS[environment].preload)]


class Sandbox(Protocol):
    """One submission in one environment; what happens inside hurts only this submission.

    Attributes:
        connection: The zygote's control channel; the only thing that ever listens to the sandbox. Whoever got it
            may pass it on, ``close`` closes it in any case.
        image: Id of the image that the sandbox runs (``sha256:…``); empty where there are no images.
        gate: Its way to packages; ``None``: it has none, or needs none because this machine's network is its own.
    """

    connection: socket.socket
    image: str
    gate: Gate | None

    def fill(self, files: Mapping[str, bytes], tools: Mapping[str, bytes]) -> None:
        """Put the student's files and the lab's tools in, read-only for everything inside.

        Args:
            files: Path relative to the sandbox's ``/submission`` → contents.
            tools: The same, relative to ``/tools``: public files of the course.

        Raises:
            ValueError: A path is absolute, leaves the folder, or is a folder of another.
            Ungraded: The host's disk is full, or the sandbox is already closed.
        """
        ...

    def usage(self) -> Usage | None:
        """What its processes have used until now, from the kernel of this machine; ``None`` if that can't be known.

        Of a sandbox that died for its memory: one kill more than before.
        """
        ...

    def exit_reason(self) -> str:
        """Why the sandbox died, for wording only and never for a verdict; empty while it lives or if unknown."""
        ...

    def close(self) -> None:
        """Kill everything inside and close the connection; what needs time is removed in the background."""
        ...


class JudgeSandbox(Protocol):
    """Where the judge runs: it reads the course and hostile replies, and has no network.

    Attributes:
        connection: The judge's control channel.
        image: Id of its image; empty where there are no images.
    """

    connection: socket.socket
    image: str

    def exit_reason(self) -> str:
        """Why the judge died; empty while it lives or if unknown."""
        ...

    def close(self) -> None:
        """Kill the judge and close its connection."""
        ...


class SandboxProvider(Protocol):
    """Gives sandboxes. Safe to use from several threads.

    Attributes:
        name: ``docker`` or ``local``.
        gpus: Lends the GPUs that sandboxes compute on; none where they compute on the CPU.
    """

    name: str
    gpus: Lender

    @property
    def protects(self) -> bool:
        """False if student code can reach this machine: reports say so, and hidden suites need trust.

        Waits for the sandboxes that are being started: they say which walls hold.

        Raises:
            Ungraded: None could be started.
        """
        ...

    @property
    def missing(self) -> tuple[str, ...]:
        """Walls that were looked for in the sandboxes so far, and do not hold."""
        ...

    def prepare(self, environment: str, limits: Limits, count: int = 1) -> None:
        """Have ``count`` sandboxes standing by, started in the background; missing images are built first.

        Raises:
            Ungraded: No engine, or an image can't be had. Sandboxes that fail to start are reported at ``open``.
        """
        ...

    def open(
        self,
        environment: str,
        limits: Limits,
        files: Mapping[str, bytes],
        tools: Mapping[str, bytes] = NO_TOOLS,
        gpu: str = "",
    ) -> Sandbox:
        """A sandbox with the student's files and the lab's tools in it: one that stands by, else a new one.

        Args:
            environment: As a rubric names it, whatever it computes on.
            limits: Of the whole sandbox.
            files: As of ``Sandbox.fill``.
            tools: Likewise.
            gpu: Which one it may use, as it was lent; empty: any that is there.

        Raises:
            Ungraded: It failed to start, twice; the engine's own words are in the message.
        """
        ...

    def judge(self, course: Path, data: Path | None = None) -> JudgeSandbox:
        """Start the judge with the course (and a data folder, if the course reads one) to look at.

        Raises:
            Ungraded: As ``open``.
        """
        ...

    def image_digests(self) -> dict[str, str]:
        """Environment → image id, of the images used so far; empty where there are no images."""
        ...

    def close(self) -> None:
        """Remove every sandbox, also those standing by. Quick enough for Ctrl-C; may be called twice."""
        ...
