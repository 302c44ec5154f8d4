"""Which walls of a sandbox hold: decided by what is seen from its inside, never by what the engine was asked for.

Each sandbox reports on itself before a file of a student's is in it (``grader.worker.walls``: our own code, in our
own image). What it doesn't say doesn't hold.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from grader.sandbox.hardening import CAPABILITIES, CLOSED, MIB, Walls

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from grader.records import Limits

SECONDS = 30.0
MOST_BYTES = 64 << 10
FIRST_UID = 100_000
"""Below lie users that this machine knows."""
FILTERED = 2
"""``Seccomp`` in ``/proc``: each system call goes through a filter."""


class StudentFacts(Struct, frozen=True, kw_only=True):
    """What a student's process may do.

    Attributes:
        uids: Every uid and gid that it has.
        capabilities: A bit each.
        seccomp: 2 where a filter is.
        sockets: Kinds that it could make.
        disk: Bytes of its scratch folder.
        executable: Mounted folders that it may write programs into → bytes of each.
    """

    uids: tuple[int, ...]
    capabilities: int
    seccomp: int
    sockets: tuple[str, ...]
    disk: int
    executable: dict[str, int]


class Facts(Struct, frozen=True, kw_only=True):
    """What a sandbox sees of its walls; ``None``: no limit was seen.

    Attributes:
        memory: Bytes, swap included.
        processes: Of the whole sandbox.
        cpus: Seconds of CPU time in a second.
        interfaces: Of its network.
        read_only: Whether a file in ``/`` is refused even to its owner.
        no_new_privileges: Of all its processes.
        capabilities: That any process in it could have, a bit each.
        student: ``None``: no process could become a student's.
    """

    memory: int | None
    processes: int | None
    cpus: float | None
    interfaces: tuple[str, ...]
    read_only: bool
    no_new_privileges: bool
    capabilities: int
    student: StudentFacts | None


class Wall(NamedTuple):
    """One wall.

    Attributes:
        name: In words, as ``grade doctor`` says it.
        holds: Whether it does, by the facts, with these limits, where these walls have been moved.
    """

    name: str
    holds: Callable[[Facts, StudentFacts, Limits, Walls], bool]


WALLS = (
    Wall("memory", lambda facts, _, limits, __: _within(facts.memory, limits.memory_mb * MIB)),
    Wall("processes", lambda facts, _, limits, __: _within(facts.processes, limits.processes)),
    Wall("CPU", lambda facts, _, limits, __: _within(facts.cpus, min(limits.cpus, os.cpu_count() or 1))),
    Wall(
        "disk",
        lambda _, student, limits, moved: _within(
            student.disk, max((limits.disk_mb, *moved.executable.values())) * MIB
        ),
    ),
    Wall("network", lambda facts, *_: facts.interfaces == ("lo",)),
    Wall("sockets", lambda _, student, __, moved: set(student.sockets) <= {"unix", *("tcp",) * moved.tcp}),
    Wall("read-only root", lambda facts, *_: facts.read_only),
    Wall(
        "no programs of their own",
        lambda _, student, __, moved: all(
            place in moved.executable and _within(size, moved.executable[place] * MIB)
            for place, size in student.executable.items()
        ),
    ),
    Wall("user", lambda _, student, *__: min(student.uids) >= FIRST_UID),
    Wall(
        "capabilities",
        lambda facts, student, *_: not (student.capabilities or facts.capabilities & ~CAPABILITIES),
    ),
    Wall("no new privileges", lambda facts, *_: facts.no_new_privileges),
    Wall("system calls", lambda _, student, *__: student.seccomp == FILTERED),
)


def read(connection: socket.socket) -> Facts:
    """What a sandbox says first.

    Raises:
        OSError: It did not, or not in time.
        msgspec.MsgspecError: It said something else.
    """
    until = time.monotonic() + SECONDS
    length = int.from_bytes(_receive(connection, 4, until), "big")
    if length > MOST_BYTES:
        raise ConnectionError(f"{length} bytes about its walls")
    return msgspec.json.decode(_receive(connection, length, until), type=Facts)


def _receive(connection: socket.socket, count: int, until: float) -> bytes:
    """Exactly so many bytes; not by ``wire``, which imports NumPy, and a grade begins without it."""
    data = b""
    try:
        while len(data) < count:
            connection.settimeout(max(0.001, until - time.monotonic()))
            piece = connection.recv(count - len(data))
            if not piece:
                raise ConnectionError("the connection was closed")
            data += piece
    finally:
        connection.settimeout(None)
    return data


def missing(facts: Facts, limits: Limits, moved: Walls = CLOSED) -> tuple[str, ...]:
    """The names of the walls that don't hold; ``moved``: what this environment needs open."""
    student = facts.student
    if student is None:
        return tuple(wall.name for wall in WALLS)
    return tuple(wall.name for wall in WALLS if not wall.holds(facts, student, limits, moved))


def _within(found: float | None, allowed: float) -> bool:
    return found is not None and 0 < found <= allowed * 1.001  # engines round
