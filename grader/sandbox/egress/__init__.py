"""Packages for a sandbox that has no network: what may pass, through what, and what did.

    pip ─▶ 127.0.0.1:3128 ─▶ forwarder ─▶ /egress/proxy.sock ┃ proxy ─▶ the index of this machine, its files' hosts
                inside, network none                         ┃ outside: rules, bounds, a ledger

``index``      this machine's pip configuration        ``rules``    what may pass
``folders``    packages that this machine has          ``request``  what is asked for, read strictly
``upstream``   the index, asked from outside           ``call``     one connection
``packages``   what every sandbox gets of it           ``ledger``   what passed, and the bounds
``variables``  what the tools inside go by             ``proxy``    the socket; closing it ends the phase
                                                       ``gate``     one sandbox's phases, one after the other
"""

from grader.sandbox.egress.gate import Gate
from grader.sandbox.egress.packages import Packages, of_index, of_this_machine
from grader.sandbox.egress.proxy import Proxy
from grader.sandbox.egress.traffic import Connection, ConnectionOutcome, Traffic, TrafficBounds
from grader.sandbox.egress.upstream import IndexFailed

__all__ = [
    "Connection",
    "ConnectionOutcome",
    "Gate",
    "IndexFailed",
    "Packages",
    "Proxy",
    "Traffic",
    "TrafficBounds",
    "of_index",
    "of_this_machine",
]
