"""What may pass: named hosts at named ports, at addresses that are public or the configured index's own."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

HTTPS = 443
UPLOADS = frozenset({"upload.pypi.org", "test.pypi.org"})
"""Hosts that take what is sent to them: refused, whoever lists them."""
NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9])?")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
RELAYED = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
"""6to4 and Teredo: IPv6 addresses that lead to an IPv4 address of the sender's choice."""


class Endpoint(NamedTuple):
    """Where a connection leads: a host's name or address, as it was asked for, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """``pypi.org:443``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def endpoint(text: str, default_port: int | None = None) -> Endpoint | None:
    """``HOST:PORT``, ``[IPv6]:PORT``, or (with a default port) without one; ``None`` if it is neither."""
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = text, str(default_port or "")
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        return None
    host = host.lower().removesuffix(".")
    if host.startswith("[") and host.endswith("]"):
        try:
            return Endpoint(str(ipaddress.IPv6Address(host[1:-1])), int(port))
        except ValueError:
            return None
    return Endpoint(host, int(port)) if NAME.fullmatch(host) else None


class Rules(NamedTuple):
    """The whole policy of one proxy.

    Attributes:
        hosts: Those of the indexes, and those that their files lie on: reached over TLS, at port 443 alone.
        others: Further hosts, in the same way: what is gained by them is welcome, what fails is no loss.
        indexes: The configured indexes' own hosts and ports, whatever the port is.
        plain: Those of the indexes that are spoken to without TLS.
        addresses: Where the indexes' names led when this was made. They may be private; nothing else may.
    """

    hosts: frozenset[str]
    others: frozenset[str] = frozenset()
    indexes: frozenset[Endpoint] = frozenset()
    plain: frozenset[Endpoint] = frozenset()
    addresses: frozenset[str] = frozenset()

    def refusal(self, to: Endpoint, *, tunnel: bool) -> str:
        """Why this may not be reached; empty if it may.

        Args:
            to: What was asked for.
            tunnel: Whether it was asked for as a tunnel (TLS) or as a request for the proxy to make (plain).
        """
        if to.host in UPLOADS:
            return "takes uploads"
        if to.host not in self.hosts | self.others and to not in self.indexes:
            return "is not a package index of this machine"
        if not tunnel and to not in self.plain:
            return "is reached over TLS alone"
        if tunnel and to in self.plain:
            return "is reached without TLS alone"
        if to.port != HTTPS and to not in self.indexes:
            return f"is reached at port {HTTPS} alone"
        return ""

    def needs(self, to: Endpoint) -> bool:
        """Whether packages come from there: its failure is ours."""
        return to.host in self.hosts or to in self.indexes

    def lets(self, address: str) -> bool:
        """Whether a connection may be made to this address, which an allowed name led to."""
        return address in self.addresses or is_public(address)


def is_public(address: str) -> bool:
    """True for an address anybody can reach: not this machine, not its networks, not a group."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip in NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if any(ip in network for network in RELAYED):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
