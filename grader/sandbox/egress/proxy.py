"""The proxy outside: one Unix socket for one sandbox and one phase, that leads to package indexes and nowhere else.

Neither kept proxy that we tried fits (measured on proxy.py 2.4.10 and tinyproxy 1.11): proxy.py reads an endless
head into memory, buffers a whole download for a client that does not read (1 GB in seconds), and can't count what
a tunnel sends; tinyproxy needs a TCP port, connects to private addresses that an allowed name leads to, and knows
no bounds. What is needed is small: a strict head, one look-up, two pumps with back pressure, and a ledger.

A tunnel is a filter, not a wall: what passes inside TLS, even to which of the names behind an address, can't be
seen. So there is nothing worth stealing in the sandbox, and what it may send is bounded.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from grader.sandbox.egress.call import ProxyCall, look_up
from grader.sandbox.egress.ledger import Ledger
from grader.sandbox.egress.traffic import Traffic, TrafficBounds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.sandbox.egress.rules import Endpoint, Rules

BACKLOG = 256


class Proxy:
    """Serves one sandbox for one phase, in a thread of its own.

    Args:
        path: Of the Unix socket, to create; at most 107 bytes long.
        rules: What may pass.
        bounds: How much of it.
        resolve: How names become addresses.
    """

    def __init__(
        self,
        path: Path,
        rules: Rules,
        bounds: TrafficBounds = TrafficBounds(),  # noqa: B008 - immutable
        resolve: Callable[[Endpoint], list[str]] = look_up,
    ) -> None:
        self.path = path
        self.rules = rules
        self.bounds = bounds
        self.resolve = resolve
        self._over = asyncio.Event()
        self._ledger = Ledger(rules, bounds, self._over.set)
        self._calls: set[asyncio.Task[None]] = set()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        path.chmod(0o666)  # whoever is in the sandbox may call; the folder around it is private
        self._listener.listen(BACKLOG)
        self._listener.setblocking(False)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="egress", daemon=True)
        self._thread.start()

    def close(self) -> Traffic:
        """End the phase: nothing listens any more, and what is open is cut. Gives all that passed."""
        if self._thread.is_alive():
            with suppress(RuntimeError):  # it ended by itself a moment ago
                self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        return self.traffic

    @property
    def traffic(self) -> Traffic:
        """What has passed so far, less what is still open."""
        return self._ledger.traffic

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        accepting = asyncio.create_task(self._accept())
        try:
            async with asyncio.timeout(self.bounds.seconds):
                await self._over.wait()
        except TimeoutError:
            self._ledger.reach(f"The packages phase took longer than its {self.bounds.seconds:.0f} s.")
        accepting.cancel()
        self._listener.close()
        self.path.unlink(missing_ok=True)
        for call in self._calls:
            call.cancel()
        await asyncio.gather(accepting, *self._calls, return_exceptions=True)

    async def _accept(self) -> None:
        turns = asyncio.Semaphore(self.bounds.at_once)
        while True:
            await turns.acquire()
            try:
                connection, _ = await self._loop.sock_accept(self._listener)
            except OSError:  # out of descriptors, for a moment
                turns.release()
                await asyncio.sleep(0.1)
                continue
            if not self._ledger.admit():
                connection.close()
                return
            served = ProxyCall(connection, self.rules, self.bounds, self._ledger, self.resolve)
            call = asyncio.create_task(served.serve())
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
            call.add_done_callback(lambda _: turns.release())
