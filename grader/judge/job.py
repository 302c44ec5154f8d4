"""What the grader and the judge say to each other: a job one way, events the other, both trusted.

Framed msgpack over a Unix socket; file descriptors (a job's own channel, a sandbox's connection) ride along.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from grader.records import CheckResult, CommitStatus, Fetched, Lab, Mapping, MappingMismatch, Usage

FAR_NET = 10.0
"""Times a budget of computing in wall time, until something is given up without blame."""
_LENGTH = struct.Struct("!I")


class ModuleSource(Struct, frozen=True, kw_only=True):
    """One of the lab's modules as this submission has it."""

    name: str
    file: str
    """Path within the submission; empty if it is missing."""
    environment: str
    arrays: str = ""
    """``numpy`` or ``tensor``; empty: tensors where torch is."""
    source: str = ""
    """The file's text, for rules about what it may import; never executed here."""
    interface: dict[str, Any] = {}
    mapping: Mapping | None = None
    absent: str = ""
    """If the file is missing: the sentence that says so, near misses included."""
    not_handed_in: bool = False
    """It is optional, and neither there nor anything like it."""


class ProjectSource(Struct, frozen=True, kw_only=True):
    """A repository as a whole: its text files, and what its forge says of the commit."""

    texts: dict[str, str]
    """Path → text, bounded; never executed here."""
    status: CommitStatus
    url: str = ""
    branch: str = "main"
    """The branch that was handed in; ``main`` where nobody said one."""
    executable: tuple[str, ...] | None = None
    """Files that may be executed; ``None``: nobody knows."""


class Job(Struct, frozen=True, kw_only=True, tag=True):
    """Judge one lab of one submission.

    Complete when it is made, and the same wherever it is done: paths are relative to the course.
    """

    lab: Lab
    modules: tuple[ModuleSource, ...]
    documents: dict[str, str] = {}
    """The lab's documents that are there, by name: bounded, as text."""
    project: ProjectSource | None = None
    """Of a lab about the repository as a whole."""
    seed: str
    suite: str = "all"
    only: tuple[str, ...] = ()
    """Check ids to run, with what they need; empty: all."""
    device: str = "cpu"
    waived: tuple[str, ...] = ()
    """Checks that hold nothing up, whatever they find."""


class SandboxRequest(Struct, frozen=True, tag=True):
    """Asks for a sandbox; the answer is a byte, ``1`` with its connection or ``0`` if there is none to be had."""

    environment: str
    lost: str = ""
    """Why the one before it was lost; empty for the first."""


class ClockRequest(Struct, frozen=True, tag=True):
    """Asks what a sandbox has used; the answer is a ``ClockReading``."""

    environment: str


class ClockReading(Struct, frozen=True, tag=True):
    """What a sandbox has used; ``None``: that can't be known here."""

    usage: Usage | None


class PackagesRequest(Struct, frozen=True, tag=True):
    """Asks for a phase with packages, for its end, or whether a package exists: ``PackagesReading`` answers."""

    environment: str
    act: Literal["open", "close", "look up"]
    name: str = ""
    """Of the package that is looked up."""


class PackagesReading(Struct, frozen=True, tag=True):
    """What became of it.

    Attributes:
        fetched: At a phase's end.
        known: Of a package: whether an index has it; ``None`` if that can't be found out.
    """

    fetched: Fetched = Fetched()
    known: bool | None = None


class Started(Struct, frozen=True, tag=True):
    """A check begins."""

    id: str
    promise: str
    position: int
    total: int
    hidden: bool = False


class Finished(Struct, frozen=True, tag=True):
    """A check has its result."""

    result: CheckResult


class MappingFailed(Struct, frozen=True, tag=True):
    """A mapping was found not to fit."""

    mismatch: MappingMismatch


class Done(Struct, frozen=True, tag=True):
    """The suite ran to its end; ``trouble`` says what was wrong with the suite or with us."""

    trouble: str = ""


Event = SandboxRequest | ClockRequest | PackagesRequest | Started | Finished | MappingFailed | Done
Answer = ClockReading | PackagesReading
Message = Job | Answer | Event


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):  # a NumPy scalar that a suite measured
        return value.item()
    raise NotImplementedError(type(value))


def _path(kind: type, value: Any) -> object:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
_decoder = msgspec.msgpack.Decoder(Message, dec_hook=_path)


def send(channel: socket.socket, message: Message, *fds: int) -> None:
    """Send a message, and descriptors with it."""
    body = _encoder.encode(message)
    header = _LENGTH.pack(len(body))
    if fds:
        socket.send_fds(channel, [header], fds)
    else:
        channel.sendall(header)
    channel.sendall(body)


def receive(channel: socket.socket) -> tuple[Message, list[int]] | None:
    """The next message and its descriptors; ``None`` if the other side is gone."""
    header, fds, _, _ = socket.recv_fds(channel, _LENGTH.size, 1)
    header += _exactly(channel, _LENGTH.size - len(header)) if header else b""
    if len(header) < _LENGTH.size:
        return None
    body = _exactly(channel, _LENGTH.unpack(header)[0])
    return (_decoder.decode(body), list(fds)) if body else None


def _exactly(channel: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        got = channel.recv(count - len(data))
        if not got:
            return b""
        data += got
    return bytes(data)
