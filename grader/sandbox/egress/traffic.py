"""What passed through a proxy, and what did not: kept whole, as evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grader.sandbox.egress.rules import Endpoint


class ConnectionOutcome(StrEnum):
    """Of one connection."""

    PASSED = "passed"
    REFUSED = "refused"  # by our rules
    FAILED = "failed"  # by the network or the host at its other end
    CUT = "cut"  # by a limit of ours, or because the phase ended


class Connection(NamedTuple):
    """One connection that something inside asked for.

    Attributes:
        to: What was asked for; ``None`` if that could not be read.
        outcome: What became of it.
        why: Of a refusal, a failure or a cut, in words that go on after the host's name.
        address: Where it led; empty if nowhere.
        sent: Bytes from the sandbox.
        received: Bytes to the sandbox.
        seconds: From its first byte to its end.
    """

    to: Endpoint | None
    outcome: ConnectionOutcome
    why: str = ""
    address: str = ""
    sent: int = 0
    received: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        """One line of a log: ``files.example.org:443 passed: 812 bytes sent, 90210 received, 0.4 s``."""
        name = str(self.to) if self.to else "an unreadable request"
        why = f" ({self.why})" if self.why else ""
        amount = f"{self.sent} bytes sent, {self.received} received, {self.seconds:.1f} s"
        return f"{name} {self.outcome}{why}: {amount}"


class TrafficBounds(NamedTuple):
    """How much one phase may ask for. What goes beyond is cut off, and ``Traffic.limit`` says so.

    Attributes:
        received_mb: To the sandbox, all connections together.
        sent_mb: From the sandbox: requests are small, so this is what keeps a tunnel from carrying things out.
        connections: In all; those that are refused count, too.
        at_once: More than these wait for their turn.
        seconds: Of the whole phase.
        silence: Seconds in which a connection carries nothing, before it is given up.
    """

    received_mb: int = 4096
    sent_mb: int = 16
    connections: int = 4000
    at_once: int = 64
    seconds: float = 1800.0
    silence: float = 60.0


class Traffic(NamedTuple):
    """All that one proxy saw.

    Attributes:
        connections: In the order in which they ended.
        limit: The bound that was reached, as a sentence; empty if none was. Ours, never the repository's fault.
        index_failed: How an index or its files' host could not be reached, as sentences. Our fault, surely:
            nothing inside the sandbox can cause it.
        index_broke: How one fell silent or broke off. Likely our fault, but whoever sends it nonsense gets the
            same: worth a repetition, and then a person.
    """

    connections: tuple[Connection, ...] = ()
    limit: str = ""
    index_failed: tuple[str, ...] = ()
    index_broke: tuple[str, ...] = ()

    @property
    def sent(self) -> int:
        """Bytes from the sandbox."""
        return sum(one.sent for one in self.connections)

    @property
    def received(self) -> int:
        """Bytes to the sandbox."""
        return sum(one.received for one in self.connections)

    @property
    def refused(self) -> dict[str, str]:
        """Host and port → why it was refused: what a repository wanted, and we did not give."""
        return {
            str(one.to): one.why
            for one in self.connections
            if one.outcome is ConnectionOutcome.REFUSED and one.to
        }

    def summary(self) -> list[str]:
        """A line for each host: connections, bytes, and what was refused or failed."""
        hosts: dict[str, list[Connection]] = {}
        for one in self.connections:
            hosts.setdefault(str(one.to) if one.to else "unreadable requests", []).append(one)
        lines = []
        for name, ones in sorted(hosts.items()):
            sent, received = sum(one.sent for one in ones), sum(one.received for one in ones)
            line = f"{name}: {len(ones)} connections, {sent} bytes sent, {received} received"
            why = sorted(
                {
                    f"{one.outcome}: {name} {one.why}"
                    for one in ones
                    if one.outcome is not ConnectionOutcome.PASSED
                }
            )
            lines.append("; ".join([line, *why]))
        return lines + ([self.limit] if self.limit else [])
