"""The proxy with hosts of our own at its other end: what it carries, cuts, counts, and says of it."""

import contextlib
import socket
import threading
import time

import pytest

from grader.sandbox.egress import TrafficBounds, ConnectionOutcome, Proxy
from grader.sandbox.egress.rules import Endpoint, Rules

LOOPBACK = "127.0.0.1"
MIB = 1 << 20


class Host:
    """A server on this machine: ``behave(connection)`` for each connection."""

    def __init__(self, behave):
        self._listener = socket.create_server((LOOPBACK, 0))
        self.endpoint = Endpoint("index.test", self._listener.getsockname()[1])
        self.visits = 0
        self._behave = behave
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            threading.Thread(target=self._visit, args=(connection,), daemon=True).start()

    def _visit(self, connection):
        with connection, contextlib.suppress(OSError):
            self._behave(connection)

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def echo(connection):
    while got := connection.recv(65536):
        connection.sendall(got)


def pour(connection):
    connection.recv(1)
    while True:
        connection.sendall(bytes(MIB))


def mute(connection):
    connection.recv(1)
    time.sleep(30)


def hang_up(connection):
    connection.recv(65536)


def swallow(connection):
    while connection.recv(65536):
        pass


def page(connection):
    while b"\r\n\r\n" not in connection.recv(65536):
        pass
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 3 * MIB)


@pytest.fixture
def opened(tmp_path):
    """``opened(behaviour or host, …)`` → proxy, host; with the host as the configured index."""
    with contextlib.ExitStack() as everything:
        count = iter(range(100))

        def start(host, *, plain=False, addresses=(LOOPBACK,), resolve=lambda _to: [LOOPBACK], **bounds):
            if callable(host):
                host = Host(host)
                everything.callback(host.close)
            at = host.endpoint
            rules = Rules(
                hosts=frozenset(),
                indexes=frozenset({at}),
                plain=frozenset({at} if plain else ()),
                addresses=frozenset(addresses),
            )
            proxy = Proxy(tmp_path / f"{next(count)}.sock", rules, TrafficBounds(**bounds), resolve)
            everything.callback(proxy.close)
            return proxy, host

        yield start


def call(proxy, text: str | bytes) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(proxy.path))
    connection.sendall(text.encode() if isinstance(text, str) else text)
    return connection


def tunnel(proxy, to) -> socket.socket:
    connection = call(proxy, f"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n")
    assert answer(connection).startswith(b"HTTP/1.1 200 ")
    return connection


def answer(connection) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got and (part := connection.recv(65536)):
        got += part
    return got


def everything(connection) -> bytes:
    got = bytearray()
    with connection, contextlib.suppress(ConnectionResetError):
        while part := connection.recv(1 << 20):
            got += part
    return bytes(got)


def test_a_tunnel_carries_both_ways_and_is_counted(opened):
    proxy, host = opened(echo)
    connection = tunnel(proxy, host.endpoint)
    sent = bytes(range(256)) * 8192
    threading.Thread(target=lambda: (connection.sendall(sent), connection.shutdown(socket.SHUT_WR))).start()
    assert everything(connection) == sent
    traffic = proxy.close()
    (one,) = traffic.connections
    assert one.to == host.endpoint
    assert one.outcome is ConnectionOutcome.PASSED
    assert (one.sent, one.received, one.address) == (len(sent), len(sent), LOOPBACK)
    assert traffic.summary() == [
        f"{host.endpoint}: 1 connections, {len(sent)} bytes sent, {len(sent)} received"
    ]
    assert not traffic.limit
    assert not traffic.index_failed
    assert not traffic.index_broke


def test_a_plain_index_gets_one_request_and_nothing_that_hides_behind_it(opened):
    heard = []

    def listen(connection):
        connection.settimeout(1)
        with contextlib.suppress(TimeoutError):
            while part := connection.recv(65536):
                heard.append(part)
                if b"\r\n\r\n" in part:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    proxy, host = opened(listen, plain=True)
    first = f"GET http://{host.endpoint}/simple/ HTTP/1.1\r\nAccept: a\r\n\r\n"
    hidden = f"POST http://{host.endpoint}/upload HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"
    connection = call(proxy, first + hidden)
    assert everything(connection).endswith(b"ok")
    assert b"".join(heard) == (
        f"GET /simple/ HTTP/1.1\r\nHost: {host.endpoint}\r\nAccept: a\r\nConnection: close\r\n\r\n".encode()
    )


def test_all_of_a_plain_answer_arrives_also_when_the_host_has_hung_up(opened):
    proxy, host = opened(page, plain=True)
    connection = call(proxy, f"GET http://{host.endpoint}/big HTTP/1.1\r\n\r\n")
    time.sleep(0.5)
    assert everything(connection).count(b"x") == 3 * MIB


def test_an_unlisted_host_is_refused_with_its_name_and_never_looked_up(opened):
    asked = []
    proxy, _ = opened(echo, resolve=lambda to: asked.append(to) or [LOOPBACK])
    got = everything(call(proxy, "CONNECT example.com:443 HTTP/1.1\r\n\r\n"))
    assert got.startswith(b"HTTP/1.1 403 ")
    assert b"example.com:443 is not a package index of this machine." in got
    traffic = proxy.close()
    assert traffic.refused == {"example.com:443": "is not a package index of this machine"}
    assert asked == []
    assert not traffic.index_failed


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_an_allowed_name_that_leads_to_a_private_address_is_refused_and_is_not_the_repositorys_fault(
    opened, address
):
    proxy, host = opened(echo, addresses=(), resolve=lambda _to: [address])
    got = everything(call(proxy, f"CONNECT {host.endpoint} HTTP/1.1\r\n\r\n"))
    assert got.startswith(b"HTTP/1.1 403 ")
    traffic = proxy.close()
    assert host.visits == 0
    assert traffic.refused == {str(host.endpoint): f"leads to {address}, which is not public"}
    assert traffic.index_failed == (f"{host.endpoint} leads to {address}, which is not public",)


def test_a_name_that_changes_its_address_is_looked_up_once_and_only_what_was_looked_at_is_reached(opened):
    answers = iter([["203.0.113.9", "10.9.9.9"], [LOOPBACK], [LOOPBACK]])
    proxy, host = opened(echo, addresses=(), resolve=lambda _to: next(answers))
    for _ in range(3):  # public never; then what a rebinding name says next
        assert everything(call(proxy, f"CONNECT {host.endpoint} HTTP/1.1\r\n\r\n")).startswith(
            b"HTTP/1.1 403 "
        )
    assert host.visits == 0
    assert next(answers, None) is None


def test_of_several_addresses_only_the_allowed_are_tried(opened):
    proxy, host = opened(echo, resolve=lambda _to: ["10.255.255.1", "127.0.0.9", LOOPBACK])
    connection = tunnel(proxy, host.endpoint)
    connection.close()
    assert proxy.close().connections[0].address == LOOPBACK


def test_an_index_that_can_t_be_reached_is_surely_not_the_repositorys_fault(opened):
    with socket.create_server((LOOPBACK, 0)) as free:
        at = Endpoint("index.test", free.getsockname()[1])
    gone = type("Gone", (), {"endpoint": at})()
    proxy, _ = opened(gone)
    got = everything(call(proxy, f"CONNECT {at} HTTP/1.1\r\n\r\n"))
    assert got.startswith(b"HTTP/1.1 502 ")
    (failed,) = proxy.close().index_failed
    assert failed.startswith(f"{at} can't be reached: ")
    assert "refused" in failed.lower()


def test_an_index_without_an_address_is_surely_not_the_repositorys_fault(opened):
    def nowhere(_to):
        raise socket.gaierror(-2, "Name or service not known")

    proxy, host = opened(echo, resolve=nowhere)
    assert everything(call(proxy, f"CONNECT {host.endpoint} HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 502 ")
    assert "has no address" in proxy.close().index_failed[0]


@pytest.mark.parametrize(
    ("behave", "words"), [(hang_up, "hung up without an answer"), (mute, "was silent for 2 s")]
)
def test_a_host_that_does_not_answer_is_reported_but_may_be_provoked(opened, behave, words):
    proxy, host = opened(behave, silence=2)
    connection = tunnel(proxy, host.endpoint)
    connection.sendall(b"hello")
    assert everything(connection) == b""
    traffic = proxy.close()
    assert traffic.index_broke == (f"{host.endpoint} {words}",)
    assert not traffic.index_failed


def test_a_connection_that_nobody_uses_is_closed_and_is_nobodys_failure(opened):
    proxy, host = opened(echo, silence=2)
    connection = tunnel(proxy, host.endpoint)
    connection.sendall(b"hello")
    assert everything(connection) == b"hello"
    traffic = proxy.close()
    assert traffic.connections[0].outcome is ConnectionOutcome.PASSED
    assert not traffic.index_broke


def test_what_is_received_is_bounded_over_all_connections(opened):
    proxy, host = opened(pour, received_mb=8)
    connections = [tunnel(proxy, host.endpoint) for _ in range(3)]
    got = []
    threads = [
        threading.Thread(target=lambda c=connection: (c.sendall(b"!"), got.append(len(everything(c)))))
        for connection in connections
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    traffic = proxy.close()
    assert sum(got) <= 8 * MIB
    assert 8 * MIB < traffic.received <= 8 * MIB + 3 * 65536
    assert traffic.limit == "More than 8 MB were received."
    assert {one.outcome for one in traffic.connections} == {ConnectionOutcome.CUT}
    assert not proxy.path.exists()


def test_what_is_sent_is_bounded(opened):
    proxy, host = opened(swallow, sent_mb=1)
    connection = tunnel(proxy, host.endpoint)
    with connection, pytest.raises(OSError):
        for _ in range(64):
            connection.sendall(bytes(MIB))
    traffic = proxy.close()
    assert traffic.limit == "More than 1 MB were sent."
    assert traffic.sent <= MIB + 65536


def test_connections_are_bounded(opened):
    proxy, host = opened(echo, connections=5)
    for _ in range(5):
        tunnel(proxy, host.endpoint).close()
    with contextlib.suppress(OSError):
        everything(call(proxy, b""))
    proxy._thread.join(10)
    traffic = proxy.close()
    assert traffic.limit == "More than 5 connections were asked for."
    assert len(traffic.connections) == 5


def test_time_is_bounded(opened):
    proxy, host = opened(echo, seconds=4)
    connection = tunnel(proxy, host.endpoint)
    assert everything(connection) == b""
    traffic = proxy.close()
    assert traffic.limit == "The packages phase took longer than its 4 s."
    assert traffic.connections[0].outcome is ConnectionOutcome.CUT


def test_more_connections_than_may_be_at_once_wait_for_their_turn(opened):
    proxy, host = opened(echo, at_once=2)
    first, second = tunnel(proxy, host.endpoint), tunnel(proxy, host.endpoint)
    third = call(proxy, f"CONNECT {host.endpoint} HTTP/1.1\r\n\r\n")
    third.settimeout(0.5)
    with pytest.raises(TimeoutError):
        third.recv(1)
    first.close()
    third.settimeout(20)
    assert answer(third).startswith(b"HTTP/1.1 200 ")
    second.close()
    third.close()


def test_closing_ends_what_is_open_and_nobody_can_call_any_more(opened):
    proxy, host = opened(echo)
    connection = tunnel(proxy, host.endpoint)
    traffic = proxy.close()
    assert everything(connection) == b""
    assert (traffic.connections[0].outcome, traffic.connections[0].why) == (
        ConnectionOutcome.CUT,
        "when the phase ended",
    )
    with pytest.raises(FileNotFoundError), socket.socket(socket.AF_UNIX) as late:
        late.connect(str(proxy.path))
    assert proxy.close() == traffic


def test_an_endless_head_and_a_client_that_never_reads_cost_no_memory(opened):
    proxy, host = opened(pour)
    endless = call(proxy, b"CONNECT ")
    with endless, contextlib.suppress(OSError):
        for _ in range(64):
            endless.sendall(b"x" * 65536)
    lazy = tunnel(proxy, host.endpoint)
    lazy.sendall(b"!")
    time.sleep(1)
    traffic = proxy.close()
    lazy.close()
    unreadable, lazy_one = sorted(traffic.connections, key=lambda one: one.to is not None)
    assert (unreadable.to, unreadable.outcome) == (None, ConnectionOutcome.REFUSED)
    assert lazy_one.received < 4 * MIB


@pytest.mark.parametrize(
    "noise", [b"\x16\x03\x01" + bytes(40) + b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"hello\r\n\r\n"]
)
def test_noise_is_refused(opened, noise):
    proxy, _ = opened(echo)
    assert everything(call(proxy, noise)).startswith(b"HTTP/1.1 400 ")
    assert proxy.close().connections[0].outcome is ConnectionOutcome.REFUSED


def test_a_call_that_asks_for_nothing_leaves_no_trace(opened):
    proxy, _ = opened(echo)
    connection = call(proxy, b"")
    connection.close()
    time.sleep(0.2)
    assert proxy.close().connections == ()
