"""The head of a request to the proxy: hostile bytes, bounded before they are read, and read strictly."""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.sandbox.egress.rules import Endpoint, endpoint

HEAD = 16 << 10
"""Bytes of the longest head that is read."""
END = b"\r\n\r\n"
FIRST = re.compile(r"(?P<method>[A-Z]{3,8}) (?P<target>[!-~]+) HTTP/1\.[01]")
PLAIN = re.compile(r"http://(?P<authority>[^/?#@\\]+)(?P<path>/[^#]*)?", re.IGNORECASE)
HEADER = re.compile(r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+):(?P<value>[\t -~]*)")
OURS = frozenset(
    {
        "connection",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
    }
)
"""Headers between two hops: they are not passed on, or are written anew."""
BODY = frozenset({"content-length", "transfer-encoding", "expect"})


class ProxyRequest(NamedTuple):
    """What is asked for.

    Attributes:
        to: Where it leads.
        tunnel: ``CONNECT``; else a plain ``GET`` or ``HEAD`` that the proxy makes.
        head: Of a plain request: what is sent to the host, made anew so that nothing else can follow it.
    """

    to: Endpoint
    tunnel: bool
    head: bytes = b""


def read(head: bytes) -> ProxyRequest | None:
    """The request of a whole head, its empty line included; ``None`` if it is not one that we serve."""
    try:
        first, *lines = head.removesuffix(END).decode("ascii").split("\r\n")
    except UnicodeDecodeError:
        return None
    asked = FIRST.fullmatch(first)
    headers = [HEADER.fullmatch(line) for line in lines]
    if not asked or not all(headers):
        return None
    if asked["method"] == "CONNECT":
        to = endpoint(asked["target"])
        return ProxyRequest(to, tunnel=True) if to else None
    if asked["method"] not in {"GET", "HEAD"} or not (url := PLAIN.fullmatch(asked["target"])):
        return None
    kept = [header for header in headers if header and header["name"].lower() not in OURS]
    to = endpoint(url["authority"], default_port=80)
    if not to or any(header["name"].lower() in BODY for header in kept):
        return None
    written = [
        f"{asked['method']} {url['path'] or '/'} HTTP/1.1",
        f"Host: {to.host if to.port == 80 else to}",
        *(header.group() for header in kept),
        "Connection: close",  # one request, one connection: nothing is hidden behind the first
    ]
    return ProxyRequest(to, tunnel=False, head="\r\n".join(written).encode() + END)
