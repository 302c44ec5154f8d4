"""Keeps what passes through one proxy while it passes, and ends the phase at its bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.sandbox.egress.traffic import Connection, ConnectionOutcome, Traffic, TrafficBounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.sandbox.egress.rules import Rules


class Ended(Exception):  # what became of a connection; whoever serves it notes it
    """A connection can't go on.

    Attributes:
        outcome: What became of it.
        why: In words that go on after the host's name.
        status: The answer to whoever asked, if there was none yet.
        sure: Whether nothing inside the sandbox can have caused it.
    """

    def __init__(self, outcome: ConnectionOutcome, why: str, status: str = "", *, sure: bool = False) -> None:
        super().__init__(why)
        self.outcome = outcome
        self.why = why
        self.status = status
        self.sure = sure


class Ledger:
    """Of one phase; for the proxy's thread alone, but for ``traffic``.

    Args:
        rules: Which hosts are needed.
        bounds: What the phase may carry.
        stop: Called when a bound is reached.

    Attributes:
        limit: The bound that was reached, as a sentence.
    """

    def __init__(self, rules: Rules, bounds: TrafficBounds, stop: Callable[[], object]) -> None:
        self.limit = ""
        self._rules = rules
        self._bounds = bounds
        self._stop = stop
        self._connections: list[Connection] = []
        self._failed: list[str] = []
        self._broke: list[str] = []
        self._sent = self._received = self._served = 0

    @property
    def traffic(self) -> Traffic:
        """What has passed so far, less what is still open."""
        return Traffic(tuple(self._connections), self.limit, tuple(self._failed), tuple(self._broke))

    def reach(self, limit: str) -> None:
        """A bound is reached: the phase is over."""
        self.limit = self.limit or limit
        self._stop()

    def admit(self) -> bool:
        """Count a connection; false if it is one too many."""
        self._served += 1
        if self._served > self._bounds.connections:
            self.reach(f"More than {self._bounds.connections} connections were asked for.")
        return not self.limit

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Bytes of any connection.

        Raises:
            Ended: They are more than this phase may carry.
        """
        self._sent += sent
        self._received += received
        for amount, bound, way in (
            (self._sent, self._bounds.sent_mb, "sent"),
            (self._received, self._bounds.received_mb, "received"),
        ):
            if amount > bound << 20:
                self.reach(f"More than {bound} MB were {way}.")
                raise Ended(ConnectionOutcome.CUT, f"at the bound of {bound} MB {way}")

    def note(self, connection: Connection, *, sure: bool) -> None:
        """Keep what became of a connection; a needed host's failure apart."""
        self._connections.append(connection)
        if not connection.to or not self._rules.needs(connection.to):
            return
        sentence = f"{connection.to} {connection.why}"
        if sure and sentence not in self._failed:
            self._failed.append(sentence)
        elif not sure and connection.outcome is ConnectionOutcome.FAILED and sentence not in self._broke:
            self._broke.append(sentence)
