"""What crosses between the judge and the student's side, byte by byte.

A message is a fixed header, a body (msgpack, decoded against a schema) and raw array buffers:

    magic 4s │ version u8 │ 3 zeros │ id 16s │ body length u32 │ buffer count u32 │ buffers' length u64

The reader states its bounds first; the header is checked against them before anything is allocated. Never
pickle, never code: an array is a dtype from a list, a shape, and exactly so many bytes; an object that stays
on the other side is a number. This file travels into the student's container, and imports nothing of ours.
"""

from __future__ import annotations

import math
import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Protocol

import msgspec
import numpy as np
from msgspec import Meta, Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

HEADER = struct.Struct("!4sB3x16sIIQ")
MAGIC = b"GRDR"
VERSION = 1
ID_BYTES = 16
MAX_DEPTH = 16
MAX_NODES = 200_000
MAX_NDIM = 8
MAX_BUFFERS = 4_096
MAX_EMPTY = 1 << 40
"""Elements that an empty array would have if its axes of length 0 had 1."""
MAX_BODY = 4 << 20
MAX_FRAMES = 14
MAX_NAME = 200
MAX_MESSAGE = 2_000
"""Of an exception: frames, characters of a name or a line, and of its message."""

Name = Annotated[str, Meta(max_length=MAX_NAME)]
Where = Literal["student", "mapping", "missing", "tool", "unsendable"]

DTYPES = ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", "|u1", "|b1", "<c8", "<c16")
"""An array's dtype is an index into this list."""

_ARRAY, _HANDLE = 1, 2
_SHAPE = struct.Struct("!Q")


class WireError(Exception):
    """The bytes are not what was agreed: one violation ends the conversation."""


class Closed(WireError):
    """The other side is gone."""


class TooLate(WireError):
    """The message was not complete by its deadline."""


class TooLarge(WireError):
    """The message is larger than the reader said it would read."""


class Remote(NamedTuple):
    """An object that stays on the student's side."""

    number: int
    type_name: str


# ── What is asked, and what is answered ───────────────────────────────────────────────────────────────────


class Load(Struct, frozen=True, tag=True, tag_field="kind"):
    """Import a module of the submission under ``name``."""

    name: str
    file: str
    interface: dict[str, object] = {}
    mapping: dict[str, str] | None = None
    """Spellings, if the repository is graded through a mapping."""
    derived: dict[str, str] = {}
    """What the mapping leaves out → the function of the lab's tools that it follows by."""
    load: str = "import"
    pythonpath: tuple[str, ...] = ()
    tensors: bool = False
    """Arrays become torch tensors before the student's code sees them."""
    device: str = "cpu"
    stand_ins: dict[str, str] = {}
    """Module that is imported by its plain name → the text that is run in its place."""


class Call(Struct, frozen=True, tag=True, tag_field="kind"):
    """Call ``name`` of an object or of a module (``target`` is a handle or a module's name)."""

    target: object
    name: str
    args: list[object] = []
    kwargs: dict[str, object] = {}


class Tool(Struct, frozen=True, tag=True, tag_field="kind"):
    """Call a function of the lab's tools, with arguments as the module's functions get them."""

    module: str
    name: str
    args: list[object] = []
    kwargs: dict[str, object] = {}
    of_module: bool = False
    """The module itself comes first: for a tool that looks at a file as a whole."""


class Get(Struct, frozen=True, tag=True, tag_field="kind"):
    """Read an attribute."""

    target: object
    name: str


class Set(Struct, frozen=True, tag=True, tag_field="kind"):
    """Assign an attribute."""

    target: object
    name: str
    value: object = None


class Hold(Struct, frozen=True, tag=True, tag_field="kind"):
    """Keep a value on the student's side and answer with its handle."""

    module: str
    value: object = None


class Fetch(Struct, frozen=True, tag=True, tag_field="kind"):
    """Send a held object's value."""

    target: object


class Bring(Struct, frozen=True, tag=True, tag_field="kind"):
    """Write a file into the process's working folder."""

    name: str
    content: object = None
    """Its bytes, as an array of uint8."""


class Listing(Struct, frozen=True, tag=True, tag_field="kind"):
    """What the working folder holds: path → size in bytes."""


class Read(Struct, frozen=True, tag=True, tag_field="kind"):
    """A file of the working folder, as an array of uint8."""

    name: str


class Trials(Struct, frozen=True, kw_only=True, tag=True, tag_field="kind"):
    """Run one command on variants of the repository, each in a fresh folder at the clone's own place.

    So what is installed to be edited is the variant; an installed copy of a changed file is changed with it. The
    session's shell has ended: its folders, programs and variables are there.

    Answered with a list in the same order: ``{"status": exit status, or None if time was up, "output": its first
    and last part, "cpu": seconds of CPU time}``, or None for what no time was left for.
    """

    command: str
    """For bash."""
    overlays: list[dict[str, str]]
    """For each variant: path → text over what is there."""
    variables: list[dict[str, str]] = []
    """For each variant, of its environment; empty: none for any."""
    seconds: float
    """For one."""
    total_seconds: float
    """For all; none begins after it."""


class Settle(Struct, frozen=True, tag=True, tag_field="kind"):
    """Make a stranger's home: empty, with the repository to clone under its own addresses.

    Answered with ``{"home": …, "folder": where the first script is typed, "python": his Python's version}``.
    """

    name: str
    """The repository's, and so its clone's."""
    urls: list[str] = []
    """Addresses under which ``git clone`` finds it."""
    cloned: bool = True
    """There is a clone in the home already."""
    inside: bool = True
    """The stranger stands in it; else in the home."""
    python: bool = True
    """He has a Python of his own to install into."""
    pythons: list[str] = []
    """Versions that will do for it (``3.12``), the best first; empty: the usual one."""
    variables: dict[str, str] = {}
    overlay: dict[str, str] = {}
    """Texts that the repository has instead of its own: path → text."""
    executable: list[str] | None = None
    """Files that may be executed; ``None``: those that begin with ``#!``."""
    branch: str = "main"


class Script(Struct, frozen=True, tag=True, tag_field="kind"):
    """Type a script into the stranger's bash, which stays for the next one; or run it as a file of its own.

    Answered with ``{"commands": […], "ended": "", "unfinished": 0}``: for each command its ``line`` (from 1),
    ``text``, ``status`` (None: its time was up), ``output`` (first and last part) and ``folder`` (where the shell
    stood afterwards); ``ended`` says why the shell is gone; ``unfinished`` is the line where it stopped, or 0.
    """

    text: str
    seconds: float
    """For all of it."""
    each: list[float] = []
    """For one command, by the line it begins in; what still runs then is ended, and the next one is typed."""
    stop: bool = False
    """Type nothing more after a command that failed."""
    argv: list[str] = []
    """Run it as a file instead: ``["bash", "-e", "{0}"]``; ``line`` is then the last one that bash reached."""
    folder: str = ""
    """Of a file: where, relative to where the stranger settled."""
    overlay: dict[str, str] = {}
    """Written before, relative to where he settled: path → text."""
    variables: dict[str, str] = {}


Question = Load | Call | Tool | Get | Set | Hold | Fetch | Bring | Listing | Read | Trials | Settle | Script


class Returned(Struct, frozen=True, tag=True, tag_field="kind"):
    """The call came back with a value."""

    value: object = None


class Frame(Struct, frozen=True):
    """One line of the student's traceback."""

    file: Name
    line: int
    function: Name
    text: Name = ""


class Raised(Struct, frozen=True, tag=True, tag_field="kind"):
    """The call raised; all of it is hostile text.

    ``where`` is ``student`` (their code), ``mapping`` (an expression of the mapping), ``missing`` (no such
    file, module or name), ``tool`` (the lab's own tool) or ``unsendable`` (the value can't cross).
    """

    where: Where
    type: Name
    message: Annotated[str, Meta(max_length=MAX_MESSAGE)]
    frames: Annotated[list[Frame], Meta(max_length=MAX_FRAMES)] = []
    expression: Name = ""
    """The mapping's expression that was being evaluated, by name."""


Reply = Returned | Raised

_VALUES: dict[type, tuple[str, ...]] = {
    Call: ("target", "args", "kwargs"),
    Tool: ("args", "kwargs"),
    Get: ("target",),
    Set: ("target", "value"),
    Hold: ("value",),
    Fetch: ("target",),
    Bring: ("content",),
    Returned: ("value",),
}
"""The fields that hold values; all others are plain fields of the schema."""

_questions = msgspec.msgpack.Decoder(Question)
_replies = msgspec.msgpack.Decoder(Reply)


# ── Values ────────────────────────────────────────────────────────────────────────────────────────────────


def pack(
    value: object, buffers: list[memoryview], to_plain: Callable[[object], object] | None = None
) -> object:
    """A value as msgpack can carry it; arrays go to ``buffers`` and leave a placeholder.

    Args:
        value: None, bool, int, float, str, bytes, list, tuple, dict, ndarray, ``Remote``.
        buffers: Receives each array's bytes, in order.
        to_plain: Called for any other object; returns one of the above.

    Raises:
        TypeError: A value that can't cross.
    """
    return _pack(value, buffers, to_plain, MAX_DEPTH)


def _pack(
    value: object, buffers: list[memoryview], to_plain: Callable[[object], object] | None, depth: int
) -> object:
    if depth < 0:
        raise TypeError(f"the value is nested more than {MAX_DEPTH} deep")
    kind = type(value)
    if value is None or kind in (bool, float, bytes):
        return value
    if kind in (int, str):
        return _pack_scalar(value)  # type: ignore[arg-type]
    if kind is np.ndarray:
        return _pack_array(value, buffers)  # type: ignore[arg-type]
    if kind is Remote:
        return msgspec.msgpack.Ext(_HANDLE, msgspec.msgpack.encode(value))
    if kind in (list, tuple):
        return [_pack(v, buffers, to_plain, depth - 1) for v in value]  # type: ignore[attr-defined]
    if kind is dict:
        return {_key(k): _pack(v, buffers, to_plain, depth - 1) for k, v in value.items()}  # type: ignore[attr-defined]
    if to_plain is None:
        raise TypeError(f"an object of type {kind.__name__} can't be sent")
    return _pack(to_plain(value), buffers, to_plain, depth - 1)


def _pack_scalar(value: int | str) -> int | str:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if not -(1 << 63) <= value < 1 << 63:
        raise TypeError("an integer of more than 64 bits can't be sent")
    return value


def _key(key: object) -> str | int:
    if isinstance(key, int):
        return int(key)
    return str(key).encode("utf-8", "replace").decode()


def _pack_array(array: NDArray[np.generic], buffers: list[memoryview]) -> msgspec.msgpack.Ext:
    dtype = array.dtype.newbyteorder("<").str
    if dtype not in DTYPES:
        raise TypeError(f"an array of dtype {array.dtype} can't be sent: only numbers can")
    plain = np.ascontiguousarray(array, dtype=dtype)
    buffers.append(memoryview(plain.reshape(-1).view(np.uint8)))  # type: ignore[arg-type]
    shape = b"".join(_SHAPE.pack(n) for n in array.shape)
    return msgspec.msgpack.Ext(_ARRAY, bytes([DTYPES.index(dtype)]) + shape)


def unpack(value: object, buffers: list[bytearray]) -> Any:
    """Plain builtins, fresh ndarrays and ``Remote``; everything is checked, nothing is shared.

    Raises:
        WireError: Too deep, too many, a type that was not agreed, or bytes that don't fit a shape.
    """
    left = [MAX_NODES]
    unread = iter(buffers)
    plain = _unpack(value, unread, MAX_DEPTH, left)
    if next(unread, None) is not None:
        raise WireError("a buffer belongs to no array")
    return plain


def _unpack(value: object, buffers: object, depth: int, left: list[int]) -> object:
    left[0] -= 1
    if depth < 0 or left[0] < 0:
        raise TooLarge("the value is nested too deep or has too many parts")
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes):
        return value
    if kind is list:
        return [_unpack(v, buffers, depth - 1, left) for v in value]  # type: ignore[attr-defined]
    if kind is dict:
        if any(type(k) not in (str, int) for k in value):  # type: ignore[attr-defined]
            raise WireError("a key is neither text nor a whole number")
        return {k: _unpack(v, buffers, depth - 1, left) for k, v in value.items()}  # type: ignore[attr-defined]
    if kind is msgspec.msgpack.Ext and value.code == _ARRAY:  # type: ignore[attr-defined]
        return _unpack_array(value.data, next(buffers, None))  # type: ignore[attr-defined,call-overload]
    if kind is msgspec.msgpack.Ext and value.code == _HANDLE:  # type: ignore[attr-defined]
        try:
            number, type_name = msgspec.msgpack.decode(value.data, type=tuple[int, str])  # type: ignore[attr-defined]
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise WireError("a handle is malformed") from error
        return Remote(number, type_name[:80])
    raise WireError(f"a value of kind {kind.__name__} was not agreed")


def _unpack_array(data: bytes, buffer: bytearray | None) -> NDArray[np.generic]:
    ndim, rest = divmod(len(data) - 1, _SHAPE.size)
    if buffer is None or not data or rest or ndim > MAX_NDIM or data[0] >= len(DTYPES):
        raise WireError("an array is malformed")
    dtype: np.dtype[np.generic] = np.dtype(DTYPES[data[0]])
    shape = tuple(n for (n,) in _SHAPE.iter_unpack(data[1:]))
    if math.prod(shape) * dtype.itemsize != len(buffer):
        raise WireError("an array's shape does not fit its bytes")
    if math.prod(max(n, 1) for n in shape) > MAX_EMPTY:  # NumPy multiplies even where one of them is zero
        raise WireError("an array's shape is no shape")
    if dtype.kind == "b":  # any byte but 0 and 1 would be no bool at all
        return np.not_equal(np.frombuffer(buffer, np.uint8), 0).reshape(shape)
    return np.frombuffer(buffer, dtype).reshape(shape)


# ── Messages ──────────────────────────────────────────────────────────────────────────────────────────────


class TimeLimit(Protocol):
    """Says how long to wait."""

    def left(self) -> float:
        """Seconds to wait before asking again.

        Raises:
            TooLate: The time is up.
        """
        ...


class At(NamedTuple):
    """A moment (``time.monotonic``)."""

    moment: float

    def left(self) -> float:
        """Seconds until then; raises TooLate after it."""
        left = self.moment - time.monotonic()
        if left <= 0:
            raise TooLate("the time was up")
        return left


class Bounds(NamedTuple):
    """What the reader will read at most, and by when; ``None``: no limit."""

    total: int = 64 << 20
    deadline: TimeLimit | None = None


def encode(
    message: Question | Reply, identity: bytes, to_plain: Callable[[object], object] | None = None
) -> list[bytes | memoryview]:
    """The message's bytes in pieces, ready to send."""
    buffers: list[memoryview] = []
    values = {
        name: _pack(getattr(message, name), buffers, to_plain, MAX_DEPTH)
        for name in _VALUES.get(type(message), ())
    }
    body = msgspec.msgpack.encode(msgspec.structs.replace(message, **values))
    lengths = b"".join(_SHAPE.pack(len(b)) for b in buffers)
    total = sum(len(b) for b in buffers) + len(lengths)
    return [HEADER.pack(MAGIC, VERSION, identity, len(body), len(buffers), total) + body + lengths, *buffers]


def read_question(channel: socket.socket) -> tuple[Question, bytes]:
    """The student's side: wait for the next question; returns it with its id."""
    body, buffers, identity = _read(channel, Bounds(total=1 << 34))
    question = _questions.decode(body)
    names = _VALUES.get(type(question), ())
    values = unpack([getattr(question, name) for name in names], buffers)
    return msgspec.structs.replace(question, **dict(zip(names, values, strict=True))), identity


def read_reply(channel: socket.socket, identity: bytes, bounds: Bounds) -> Reply:
    """The judge's side: exactly one reply to exactly this question.

    Raises:
        WireError: ``Closed``, ``TooLate``, ``TooLarge``, or a violation.
    """
    body, buffers, answered = _read(channel, bounds)
    if answered != identity:
        raise WireError("the reply answers no question that was asked")
    try:
        reply: Reply = _replies.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise WireError("the reply is malformed") from error
    if isinstance(reply, Returned):
        return Returned(unpack(reply.value, buffers))
    if buffers:
        raise WireError("an error carries no arrays")
    return reply


def _read(channel: socket.socket, bounds: Bounds) -> tuple[bytes, list[bytearray], bytes]:
    head = receive(channel, HEADER.size, bounds.deadline)
    magic, version, identity, body_length, count, buffers_length = HEADER.unpack(head)
    if magic != MAGIC or version != VERSION:
        raise WireError("the reply does not start as agreed")
    if body_length > MAX_BODY or count > MAX_BUFFERS or buffers_length > bounds.total:
        raise TooLarge(f"the message has {(body_length + buffers_length) / 1e6:.0f} MB in {count} arrays")
    if buffers_length < count * _SHAPE.size:
        raise WireError("the arrays' lengths are missing")
    body = bytes(receive(channel, body_length, bounds.deadline))
    lengths = [n for (n,) in _SHAPE.iter_unpack(receive(channel, count * _SHAPE.size, bounds.deadline))]
    if sum(lengths) + count * _SHAPE.size != buffers_length:
        raise WireError("the arrays' lengths don't add up")
    return body, [receive(channel, n, bounds.deadline) for n in lengths], identity


def receive(channel: socket.socket, count: int, deadline: TimeLimit | None) -> bytearray:
    """Exactly ``count`` bytes by ``deadline``, however slowly they trickle."""
    data = bytearray(count)
    view = memoryview(data)
    done = 0
    while done < count:
        _wait(channel, select.POLLIN, deadline)
        try:
            got = channel.recv_into(view[done:])
        except (BlockingIOError, InterruptedError):
            continue
        except OSError as error:
            raise Closed("the connection broke") from error
        if got == 0:
            raise Closed("the connection was closed")
        done += got
    return data


def send(channel: socket.socket, pieces: list[bytes | memoryview], deadline: TimeLimit | None = None) -> None:
    """All pieces by ``deadline``; never blocks longer, even if nobody reads."""
    for piece in pieces:
        view = memoryview(piece)
        while view:
            _wait(channel, select.POLLOUT, deadline)
            try:
                view = view[channel.send(view[: 1 << 20], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL) :]
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as error:
                raise Closed("the connection broke") from error


def _wait(channel: socket.socket, event: int, deadline: TimeLimit | None) -> None:
    poller = select.poll()
    poller.register(channel, event)
    while not poller.poll(None if deadline is None else deadline.left() * 1000 + 1):
        pass


def is_quiet(channel: socket.socket) -> bool:
    """True if nothing lies unread: before a question, the pipe must be empty."""
    try:
        return not channel.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return True
    except OSError:
        return False
