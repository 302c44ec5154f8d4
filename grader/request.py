"""What to grade, and how; and who watches."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from grader.records import Timing

if TYPE_CHECKING:
    from grader.judge.job import Event
    from grader.records import Lab


class Request(Struct, frozen=True, kw_only=True):
    """What to grade, and how."""

    repo: str
    ref: str | None = None
    assignment: str = ""
    labs: tuple[str, ...] = ()
    mapping: Path | None = None
    """An instructor's mapping file; its word counts over the repository's."""
    suite: str = "all"
    seed: str = ""
    """128 bits in hex; empty: drawn anew."""
    device: str = "cpu"
    received: str = ""
    """When the work was handed in, ISO 8601 with an offset, as the forge or CI knows it; empty: not known."""
    extension: str = ""
    """Until when this repository has time; empty: as the course says."""
    ask_forge: bool = True
    """Whether the forge may be asked what it says of the commit."""
    trust: bool = False
    """Run hidden checks even in a sandbox that does not protect."""
    trusted_origin: bool = True
    """False if the address comes from a roster."""
    as_it_lies: bool = False
    """Of a folder, the files that lie there, committed or not."""
    fresh: bool = True
    """False: an earlier attempt that rests on all the same is the answer."""


class Watch(Protocol):
    """Sees what happens while it happens."""

    def stage(self, name: str) -> None:
        """A stage begins."""
        ...

    def saw(self, lab: Lab, event: Event) -> None:
        """The judge did something."""
        ...


class Clock:
    """Wall time by stage."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._marks: list[tuple[str, float]] = []

    def stage(self, name: str) -> None:
        """A stage begins, and the one before it ends."""
        self._marks.append((name, time.monotonic()))
        self._watch.stage(name)

    def timings(self) -> tuple[Timing, ...]:
        """Every stage so far; the last one ends now."""
        ends = [*(begun for _, begun in self._marks[1:]), time.monotonic()]
        return tuple(
            Timing(stage=name, seconds=end - begun)
            for (name, begun), end in zip(self._marks, ends, strict=True)
        )
