"""What may pass the proxy: hosts, ports, addresses, and heads of requests that anybody may write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.sandbox.egress import request
from grader.sandbox.egress.rules import Endpoint, Rules, endpoint, is_public

INDEX = Endpoint("index.corp", 8080)
RULES = Rules(
    hosts=frozenset({"pypi.org", "files.pythonhosted.org", "upload.pypi.org"}),
    others=frozenset({"pythons.example"}),
    indexes=frozenset({INDEX, Endpoint("pypi.org", 443)}),
    plain=frozenset({INDEX}),
    addresses=frozenset({"10.1.2.3"}),
)


@pytest.mark.parametrize("host", ["pypi.org", "files.pythonhosted.org", "pythons.example"])
def test_hosts_of_the_index_pass_at_443(host):
    assert RULES.refusal(Endpoint(host, 443), tunnel=True) == ""


@pytest.mark.parametrize(
    ("host", "port", "tunnel", "why"),
    [
        ("example.com", 443, True, "not a package index"),
        ("pypi.org.evil.example", 443, True, "not a package index"),
        ("evilpypi.org", 443, True, "not a package index"),
        ("www.pypi.org", 443, True, "not a package index"),
        ("127.0.0.1", 443, True, "not a package index"),
        ("::1", 443, True, "not a package index"),
        ("index.corp", 443, True, "not a package index"),
        ("index.corp", 22, True, "not a package index"),
        ("pypi.org", 22, True, "port 443 alone"),
        ("pypi.org", 80, False, "TLS alone"),
        ("pypi.org", 443, False, "TLS alone"),
        ("index.corp", 8080, True, "without TLS"),
        ("upload.pypi.org", 443, True, "takes uploads"),
    ],
)
def test_all_else_is_refused(host, port, tunnel, why):
    assert why in RULES.refusal(Endpoint(host, port), tunnel=tunnel)


def test_a_plain_index_is_reached_at_its_own_port():
    assert RULES.refusal(INDEX, tunnel=False) == ""


def test_only_hosts_that_packages_come_from_are_needed():
    assert RULES.needs(INDEX)
    assert RULES.needs(Endpoint("files.pythonhosted.org", 443))
    assert not RULES.needs(Endpoint("pythons.example", 443))
    assert not RULES.needs(Endpoint("example.com", 443))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "0.0.0.0", "10.0.0.1", "172.17.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("192.0.2.1", "198.18.0.1", "203.0.113.80", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::2", "ff02::1", "2001:db8::1"),
        *(
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "2001:0:a00:1::1",
            "",
            "host",
        ),
    ],
)
def test_addresses_that_not_everybody_can_reach_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["151.101.0.223", "2a04:4e42::223", "::ffff:151.101.0.223", "64:ff9b::9765:df"]
)
def test_addresses_that_everybody_can_reach_are_public(address):
    assert is_public(address)


def test_the_configured_index_may_have_a_private_address_and_nothing_beside_it():
    assert RULES.lets("10.1.2.3")
    assert not RULES.lets("10.1.2.4")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pypi.org:443", Endpoint("pypi.org", 443)),
        ("PyPI.org.:443", Endpoint("pypi.org", 443)),
        ("[::1]:443", Endpoint("::1", 443)),
        ("[0:0:0:0:0:0:0:1]:443", Endpoint("::1", 443)),
        *(
            (bad, None)
            for bad in ("pypi.org", ":443", "pypi.org:", "pypi.org:0", "pypi.org:65536", "pypi.org:4x3")
        ),
        *(
            (bad, None)
            for bad in ("::1:443", "[::1:443", "a@pypi.org:443", "pypi.org:٤٤٣", "pypi.org\0.x:443")
        ),
        *(
            (bad, None)
            for bad in ("pypi.org:" + "4" * 5000, "é.org:443", "-pypi.org:443", "[fe80::1%x]:443x")
        ),
    ],
)
def test_hosts_and_ports_are_read_strictly(text, expected):
    assert endpoint(text) == expected


def head(first: str, *headers: str) -> bytes:
    return "\r\n".join([first, *headers, "", ""]).encode("latin-1")


def test_a_tunnel_is_read():
    asked = request.read(head("CONNECT pypi.org:443 HTTP/1.1", "Host: pypi.org:443", "User-Agent: pip"))
    assert asked == request.ProxyRequest(Endpoint("pypi.org", 443), tunnel=True)


def test_a_plain_request_is_written_anew_without_what_is_between_hops():
    asked = request.read(
        head("GET http://index.corp:8080/simple/idna/?a=b HTTP/1.1", "Host: evil.example", "Proxy-Connection: x",
             "Accept: text/html", "Connection: keep-alive, Accept")
    )  # fmt: skip
    assert asked.to == INDEX
    assert not asked.tunnel
    assert asked.head == head(
        "GET /simple/idna/?a=b HTTP/1.1", "Host: index.corp:8080", "Accept: text/html", "Connection: close"
    )


@pytest.mark.parametrize(
    "bad",
    [
        head("POST http://index.corp:8080/upload HTTP/1.1"),
        head("PUT http://index.corp:8080/upload HTTP/1.1"),
        head("GET http://index.corp:8080/ HTTP/1.1", "Content-Length: 5"),
        head("GET http://index.corp:8080/ HTTP/1.1", "Transfer-Encoding: chunked"),
        head("GET http://user:secret@index.corp:8080/ HTTP/1.1"),
        head("GET https://pypi.org/ HTTP/1.1"),
        head("GET /simple/ HTTP/1.1", "Host: pypi.org"),
        head("GET http://index.corp:8080/ HTTP/1.1", "Accept: x\nHost: evil"),
        head("GET http://index.corp:8080/ HTTP/1.1", "Accept: x", " folded: y"),
        head("GET http://index.corp:8080/ HTTP/1.1", "Accept : x"),
        head("GET http://index.corp:8080\\@evil/ HTTP/1.1"),
        head("GET  http://index.corp:8080/ HTTP/1.1"),
        head("CONNECT pypi.org HTTP/1.1"),
        head("CONNECT pypi.org:443 HTTP/2"),
        head("CONNECT pypi.org:443"),
        head("CONNECT pypi.org:443 HTTP/1.1", "é: x"),
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"\r\n\r\n",
        b"",
    ],
)
def test_what_is_neither_a_tunnel_nor_a_plain_get_is_not_served(bad):
    assert request.read(bad) is None


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_reading_a_head_is_total(noise):
    request.read(noise)
    request.read(b"CONNECT " + noise + b" HTTP/1.1\r\n\r\n")
    found = request.read(b"GET http://" + noise + b" HTTP/1.1\r\n\r\n")
    assert found is None or found.head.count(b"\r\n\r\n") == 1


@settings(deadline=None)
@given(st.text(max_size=80))
def test_reading_an_address_is_total(noise):
    endpoint(noise)
    is_public(noise)
