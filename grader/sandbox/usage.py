"""What the processes of a sandbox have used, as this machine's kernel says it: student code has no part in it.

A container is read from its control group, of version 1 or 2; a local sandbox from its process tree. What can't be
read is ``None``, and then nobody is blamed for time or memory.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from grader.records import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROC = Path("/proc")
TICK = 1 / os.sysconf("SC_CLK_TCK")
NANO, MICRO = 1e-9, 1e-6
ROOM = 0.9
"""Of its memory: a sandbox that never used more had room, whoever was killed in it."""


class Delays:
    """Seconds that threads stood ready without a core, summed over threads that come and go."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}
        self._gone = 0.0

    def total(self, processes: Iterable[int]) -> float:
        """All until now, given the processes that live."""
        now = dict(_run_delays(processes))
        self._gone += sum(delay for thread, delay in self._seen.items() if thread not in now)
        self._seen = now
        return self._gone + sum(now.values())


class ControlGroups(NamedTuple):
    """The folders in which the kernel keeps a container's account; one and the same with version 2."""

    cpu: Path
    memory: Path
    freezer: Path
    unified: bool

    @classmethod
    def of(cls, pid: int) -> ControlGroups | None:
        """Those of a process; ``None`` if they can't be seen from here."""
        try:
            lines = (PROC / str(pid) / "cgroup").read_text().splitlines()
            mounts = dict(_mounts())
        except OSError:
            return None
        found: dict[str, Path] = {}
        for line in lines:
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                if controller in mounts:
                    found[controller] = mounts[controller] / path.lstrip("/")
        if all(name in found for name in ("cpuacct", "memory", "freezer")):
            return cls(found["cpuacct"], found["memory"], found["freezer"], unified=False)
        if "" in found and (found[""] / "cpu.stat").is_file():
            return cls(found[""], found[""], found[""], unified=True)
        return None

    def usage(self, delays: Delays) -> Usage | None:
        """What the container has used; ``None`` if it is gone."""
        try:
            delay = delays.total(map(int, (self.cpu / "cgroup.procs").read_text().split()))
            if self.unified:
                memory = _table(self.memory / "memory.events")
                kills, full = memory["oom_kill"], memory.get("oom", 0) > 0
                return Usage(
                    cpu_seconds=_table(self.cpu / "cpu.stat")["usage_usec"] * MICRO,
                    delay_seconds=delay,
                    frozen=_table(self.freezer / "cgroup.events").get("frozen", 0) == 1,
                    memory_kills=kills if full else 0,
                    host_kills=0 if full else kills,
                )
            most, limit = (
                int((self.memory / f"memory.{name}_in_bytes").read_text()) for name in ("max_usage", "limit")
            )
            kills = _table(self.memory / "memory.oom_control").get("oom_kill", 0)
            return Usage(
                cpu_seconds=int((self.cpu / "cpuacct.usage").read_text()) * NANO,
                delay_seconds=delay,
                frozen=(self.freezer / "freezer.state").read_text().strip() != "THAWED",
                memory_kills=kills if most >= limit else 0,  # failcnt stays 0 on new kernels
                host_kills=kills if most < ROOM * limit else 0,
            )
        except (OSError, ValueError, KeyError):
            return None


def tree_usage(root: int, delays: Delays) -> Usage | None:
    """What a process and all that came of it have used; ``None`` where the kernel doesn't tell, or it is gone."""
    ticks = 0
    living = [root, *_descendants(root)]
    for pid in living:
        try:
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            if pid == root:
                return None
            continue
        ticks += sum(map(int, fields[11:15]))  # user and system time, its own and of those it waited for
    return Usage(cpu_seconds=ticks * TICK, delay_seconds=delays.total(living), frozen=False)


def _mounts() -> Iterator[tuple[str, Path]]:
    """Controller → where its hierarchy is mounted; the unified hierarchy's is called ``""``."""
    for line in (PROC / "self" / "mountinfo").read_text().splitlines():
        place, _, kind = line.partition(" - ")
        kind, _, options = kind.split(" ", 2)
        if kind == "cgroup2":
            yield "", Path(place.split()[4])
        elif kind == "cgroup":
            for option in options.split(","):
                yield option, Path(place.split()[4])


def _table(file: Path) -> dict[str, int]:
    """A file of ``name number`` lines."""
    return {name: int(number) for name, number in map(str.split, file.read_text().splitlines())}


def _run_delays(processes: Iterable[int]) -> Iterator[tuple[str, float]]:
    for pid in processes:
        with suppress(OSError, ValueError, IndexError):
            for thread in (PROC / str(pid) / "task").iterdir():
                yield thread.name, int((thread / "schedstat").read_text().split()[1]) * NANO


def _descendants(root: int) -> Iterator[int]:
    waiting = [root]
    while waiting:
        with suppress(OSError):
            for thread in (PROC / str(waiting.pop()) / "task").iterdir():
                children = list(map(int, (thread / "children").read_text().split()))
                yield from children
                waiting += children
