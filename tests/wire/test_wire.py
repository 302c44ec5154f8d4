"""The wire: what is sent arrives, and whatever else arrives is refused in one way only."""

import random
import socket
import struct
import threading
import time

import msgspec
import numpy as np
import pytest

from grader import wire

ID = bytes(range(16))
MALFORMED = 120_000


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def encoded(reply, to_plain=None):
    return b"".join(bytes(p) for p in wire.encode(reply, ID, to_plain))


def read(data, ends, **bounds):
    ours, theirs = ends
    sender = threading.Thread(target=_send, args=(theirs, data))  # more than a socket's buffer holds
    sender.start()
    try:
        return wire.read_reply(ours, ID, wire.Bounds(**{"deadline": wire.At(time.monotonic() + 5), **bounds}))
    finally:
        ours.close()
        sender.join()


def _send(channel, data):
    try:
        channel.sendall(data)
    except OSError:
        pass


VALUES = [
    None, True, -3, 2.5, float("inf"), "läßt", b"\x00\xff", [], {}, [1, [2, {"a": None}]],
    {"W1": np.arange(6.0).reshape(2, 3), 4: np.array(7, dtype=np.int8)},
    np.zeros((0, 3), dtype=np.float32), np.array([True, False]), np.array([1 + 2j]),
    wire.Remote(5, "MLP"),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_arrives_as_it_was_sent(value, ends):
    got = read(encoded(wire.Returned(value)), ends).value
    np.testing.assert_equal(got, value)
    assert type(got) is type(value)


def test_arrays_keep_dtype_and_shape_and_own_their_memory(ends):
    sent = np.asfortranarray(np.arange(12.0).reshape(3, 4))[::2]
    got = read(encoded(wire.Returned(sent)), ends).value
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, sent)
    got[0, 0] = 99.0
    assert sent[0, 0] == 0.0


def test_questions_arrive_with_their_id(ends):
    ours, theirs = ends
    call = wire.Call(
        wire.Remote(1, "MLP"), "fit", [np.ones((2, 2))], {"batches": [np.arange(3), np.arange(2)]}
    )
    wire.send(ours, wire.encode(call, ID))
    got, identity = wire.read_question(theirs)
    assert identity == ID
    assert got.target == call.target
    np.testing.assert_array_equal(got.kwargs["batches"][1], [0, 1])


@pytest.mark.parametrize(
    "value",
    [np.array([object()]), np.array(["text"]), np.array(["2020"], dtype="datetime64[Y]"), 1 << 70, object()],
    ids=["objects", "strings", "dates", "big integer", "an object"],
)
def test_what_is_not_plain_data_does_not_leave(value):
    with pytest.raises(TypeError):
        encoded(wire.Returned(value))


def test_a_reply_to_another_question_is_refused(ends):
    ours, theirs = ends
    theirs.sendall(encoded(wire.Returned(1)))
    with pytest.raises(wire.WireError, match="no question"):
        wire.read_reply(ours, bytes(16), wire.Bounds(deadline=wire.At(time.monotonic() + 5)))


def test_a_reply_above_the_announced_bound_is_refused_before_it_is_read(ends):
    with pytest.raises(wire.TooLarge):
        read(encoded(wire.Returned(np.zeros(1000))), ends, total=4000)


def test_a_header_that_promises_petabytes_allocates_nothing(ends):
    head = wire.HEADER.pack(wire.MAGIC, wire.VERSION, ID, 10, 1, 1 << 50)
    with pytest.raises(wire.TooLarge):
        read(head, ends)


def test_a_trickle_of_bytes_does_not_stretch_the_deadline(ends):
    ours, theirs = ends
    theirs.sendall(encoded(wire.Returned(np.zeros(100)))[:60])
    begun = time.monotonic()
    with pytest.raises(wire.TooLate):
        wire.read_reply(ours, ID, wire.Bounds(deadline=wire.At(begun + 0.2)))
    assert time.monotonic() - begun < 2


def test_a_reader_that_never_reads_does_not_block_the_sender(ends):
    ours, _ = ends
    with pytest.raises(wire.TooLate):
        wire.send(ours, [bytes(32 << 20)], wire.At(time.monotonic() + 0.2))


def test_a_closed_connection_is_told_apart(ends):
    ours, theirs = ends
    theirs.close()
    with pytest.raises(wire.Closed):
        wire.read_reply(ours, ID, wire.Bounds(deadline=wire.At(time.monotonic() + 5)))


def test_a_pipe_with_something_unread_is_not_quiet(ends):
    ours, theirs = ends
    assert wire.is_quiet(ours)
    theirs.sendall(b"x")
    assert not wire.is_quiet(ours)


def test_a_boolean_array_holds_only_true_and_false(ends):
    data = bytearray(encoded(wire.Returned(np.array([True, False]))))
    data[-2:] = b"\x02\xff"
    got = read(bytes(data), ends).value
    assert got.tolist() == [True, True]
    assert got.view(np.uint8).tolist() == [1, 1]


def deep(levels):
    value = 0
    for _ in range(levels):
        value = [value]
    return value


def raw_body(value):
    body = msgspec.msgpack.encode({"kind": "Returned", "value": value})
    return wire.HEADER.pack(wire.MAGIC, wire.VERSION, ID, len(body), 0, 0) + body


@pytest.mark.parametrize(
    "value",
    [deep(40), deep(900), [0] * 300_000, msgspec.msgpack.Ext(9, b"x"), msgspec.msgpack.Ext(1, b""),
     msgspec.msgpack.Ext(1, bytes([0]) + struct.pack("!Q", 3)), msgspec.msgpack.Ext(2, b"\xc1"), {1.5: 2}],
    ids=["deep", "very deep", "many", "unknown kind", "empty array", "array without bytes", "bad handle", "odd key"],
)  # fmt: skip
def test_a_well_formed_body_with_a_hostile_value_is_refused(value, ends):
    with pytest.raises(wire.WireError):
        read(raw_body(value), ends)


@pytest.mark.parametrize(
    "shape", [(2**39, 2**39, 0), (0, *(2**39,) * 7), (2**63, 0)], ids=["two axes", "eight axes", "one axis"]
)
@pytest.mark.parametrize("dtype", [0, 11])
def test_an_empty_array_of_an_impossible_shape_is_refused(shape, dtype, ends):
    array = msgspec.msgpack.Ext(1, bytes([dtype]) + b"".join(struct.pack("!Q", n) for n in shape))
    body = msgspec.msgpack.encode({"kind": "Returned", "value": array})
    head = wire.HEADER.pack(wire.MAGIC, wire.VERSION, ID, len(body), 1, 8)
    with pytest.raises(wire.WireError, match="no shape"):
        read(head + body + struct.pack("!Q", 0), ends)


def mutate(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        match rng.randrange(6):
            case 0:
                data[rng.randrange(len(data))] = rng.randrange(256)
            case 1:
                del data[rng.randrange(len(data)) :]
                data += b"" if data else b"\x00"
            case 2:
                at = rng.randrange(len(data))
                data[at:at] = rng.randbytes(rng.randrange(1, 9))
            case 3:
                at = rng.randrange(min(40, len(data)))
                data[at : at + 4] = rng.choice(
                    (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\x01", b"\x7f\xff\xff\xff")
                )
            case 4:
                at, n = rng.randrange(len(data)), rng.randrange(1, 12)
                del data[at : at + n]
                data += b"" if data else b"\x00"
            case 5:
                at = rng.randrange(len(data))
                data[at : at + 1] = bytes(
                    [rng.choice((0xC1, 0xC7, 0xC9, 0xD4, 0xDC, 0xDD, 0xDE, 0xDF, 0x9F, 0x8F))]
                )
    return bytes(data)


def is_plain(value):
    if isinstance(value, list):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(type(k) in (str, int) and is_plain(v) for k, v in value.items())
    if type(value) is np.ndarray:
        return value.dtype.kind in "fiubc"
    return value is None or type(value) in (bool, int, float, str, bytes, wire.Remote)


def test_a_hundred_thousand_malformed_replies_are_refused_or_harmless():
    """Whatever arrives is plain data or a WireError: never another exception, never a hang."""
    rng = random.Random(20_261_121)
    samples = [encoded(wire.Returned(v)) for v in VALUES]
    samples += [encoded(wire.Raised("student", "ValueError", "x" * 50, [wire.Frame("a.py", 3, "f", "y")]))]
    samples += [raw_body(deep(5)), raw_body([0] * 50)]
    refused = 0
    for _ in range(MALFORMED):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(mutate(rng.choice(samples), rng))
            theirs.shutdown(socket.SHUT_WR)
            try:
                reply = wire.read_reply(ours, ID, wire.Bounds(1 << 20, wire.At(time.monotonic() + 20)))
            except wire.WireError:
                refused += 1
            else:
                assert isinstance(reply, wire.Returned | wire.Raised)
                assert is_plain(getattr(reply, "value", None))
    assert refused > MALFORMED / 2
