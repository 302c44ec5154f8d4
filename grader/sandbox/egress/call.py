"""One connection of a sandbox: a head is read, one host looked up and reached, and bytes carried both ways."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from grader.sandbox.egress import request
from grader.sandbox.egress.ledger import Ended
from grader.sandbox.egress.traffic import Connection, ConnectionOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.sandbox.egress.ledger import Ledger
    from grader.sandbox.egress.rules import Endpoint, Rules
    from grader.sandbox.egress.traffic import TrafficBounds

CHUNK = 64 << 10
HEAD_SECONDS = 10.0
CONNECT_SECONDS = 15.0
ADDRESSES = 4
"""Of one name, tried at most."""


def look_up(to: Endpoint) -> list[str]:
    """The addresses of a host by this machine's resolver, best first.

    Raises:
        OSError: It has none, or nobody answers.
    """
    found = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class ProxyCall:
    """One connection, from its first byte to its end.

    Args:
        connection: From the sandbox.
        rules: What may pass.
        bounds: How long it may be silent.
        ledger: Counts it, and notes what became of it.
        resolve: How names become addresses.
    """

    def __init__(
        self,
        connection: socket.socket,
        rules: Rules,
        bounds: TrafficBounds,
        ledger: Ledger,
        resolve: Callable[[Endpoint], list[str]],
    ) -> None:
        self._socket = connection
        self._rules = rules
        self._bounds = bounds
        self._ledger = ledger
        self._resolve = resolve
        self._began = time.monotonic()
        self._to: Endpoint | None = None
        self._address = ""
        self._sent = self._received = 0
        self._awaits_answer = False
        self._writers: list[asyncio.StreamWriter] = []

    async def serve(self) -> None:
        """Do what it asks for, or say why not; and note what became of it."""
        end = Ended(ConnectionOutcome.PASSED, "")
        try:
            await self._answer()
        except Ended as ended:
            end = ended
        except asyncio.CancelledError:
            end = Ended(
                ConnectionOutcome.CUT,
                "when a limit was reached" if self._ledger.limit else "when the phase ended",
            )
        except OSError:  # whoever asked has left
            pass
        finally:
            seconds = time.monotonic() - self._began
            if self._to or end.outcome is not ConnectionOutcome.PASSED:
                found = (self._to, end.outcome, end.why, self._address, self._sent, self._received, seconds)
                self._ledger.note(Connection(*found), sure=end.sure)  # before anybody can know of it
            if end.status:
                self._decline(end)
            await self._leave(gently=end.outcome is not ConnectionOutcome.CUT)

    async def _answer(self) -> None:
        inside, answers = await asyncio.open_connection(sock=self._socket, limit=request.HEAD)
        self._writers.append(answers)
        asked = await self._read(inside)
        self._to = asked.to
        if why := self._rules.refusal(asked.to, tunnel=asked.tunnel):
            raise Ended(ConnectionOutcome.REFUSED, why, "403 Forbidden")
        outside, requests = await self._connect(asked.to)
        if asked.tunnel:
            answers.write(b"HTTP/1.1 200 Connection established" + request.END)
            await self._relay(inside, requests, outside, answers)
        else:
            requests.write(asked.head)
            self._count(sent=len(asked.head))
            await self._relay(None, requests, outside, answers)

    async def _read(self, inside: asyncio.StreamReader) -> request.ProxyRequest:
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await inside.readuntil(request.END)
        except asyncio.IncompleteReadError as error:
            if not error.partial:
                raise ConnectionError from None  # it asked for nothing
            raise Ended(ConnectionOutcome.REFUSED, "ended before it was whole") from None
        except (TimeoutError, asyncio.LimitOverrunError):
            raise Ended(
                ConnectionOutcome.REFUSED,
                f"is longer than {request.HEAD} bytes, or slow",
                "400 Bad ProxyRequest",
            ) from None
        asked = request.read(head)
        if asked is None:
            raise Ended(ConnectionOutcome.REFUSED, "is no CONNECT and no plain GET", "400 Bad ProxyRequest")
        return asked

    async def _connect(self, to: Endpoint) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first of the host's addresses that answers; looked up once, so that it can't change meanwhile."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                addresses = await loop.run_in_executor(None, self._resolve, to)
        except (OSError, UnicodeError) as error:  # a name may be too long for the resolver
            raise Ended(
                ConnectionOutcome.FAILED, f"has no address: {_words(error)}", "502 No address", sure=True
            ) from error
        allowed = [address for address in addresses if self._rules.lets(address)]
        if not allowed:
            why = f"leads to {', '.join(addresses)}, which is not public"
            raise Ended(ConnectionOutcome.REFUSED, why, "403 Forbidden", sure=True)
        trouble = ""
        for address in allowed[:ADDRESSES]:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    outside, requests = await asyncio.open_connection(address, to.port, limit=CHUNK)
            except OSError as error:
                trouble = _words(error)
                continue
            self._address = address
            self._writers.append(requests)
            return outside, requests
        raise Ended(ConnectionOutcome.FAILED, f"can't be reached: {trouble}", "502 Not reached", sure=True)

    async def _relay(
        self,
        inside: asyncio.StreamReader | None,
        requests: asyncio.StreamWriter,
        outside: asyncio.StreamReader,
        answers: asyncio.StreamWriter,
    ) -> None:
        """Carry bytes until the host has ended, or neither side has said anything for long."""
        down = asyncio.create_task(self._carry_answers(outside, answers))
        pumps = {down}
        if inside:
            pumps.add(asyncio.create_task(self._carry_requests(inside, requests)))
        silent = 0
        try:
            while not down.done():
                before = self._sent, self._received
                done, pumps = await asyncio.wait(
                    pumps, timeout=self._bounds.silence / 2, return_when=asyncio.FIRST_COMPLETED
                )
                for pump in done:
                    pump.result()
                silent = silent + 1 if not done and before == (self._sent, self._received) else 0
                if silent == 2:  # once may be us: a machine that stood still has not looked yet
                    if self._awaits_answer:
                        raise Ended(ConnectionOutcome.FAILED, f"was silent for {self._bounds.silence:.0f} s")
                    return
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        if self._sent and not self._received:
            raise Ended(ConnectionOutcome.FAILED, "hung up without an answer")

    async def _carry_requests(self, inside: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        while chunk := await inside.read(CHUNK):
            self._count(sent=len(chunk))
            requests.write(chunk)
            with suppress(OSError):  # the other pump finds out what happened
                await requests.drain()
        with suppress(OSError):
            requests.write_eof()

    async def _carry_answers(self, outside: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        while True:
            try:
                chunk = await outside.read(CHUNK)
            except OSError as error:
                raise Ended(ConnectionOutcome.FAILED, f"broke off: {_words(error)}") from error
            if not chunk:
                break
            self._count(received=len(chunk))
            answers.write(chunk)
            await answers.drain()

    def _count(self, *, sent: int = 0, received: int = 0) -> None:
        self._sent += sent
        self._received += received
        self._awaits_answer = bool(sent)
        self._ledger.count(sent=sent, received=received)

    def _decline(self, ended: Ended) -> None:
        body = f"{self._to or 'This'} {ended.why}.\n"
        head = f"HTTP/1.1 {ended.status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
        self._writers[0].write(f"{head}Connection: close\r\n\r\n{body}".encode())

    async def _leave(self, *, gently: bool) -> None:
        """Close both sides; gently: whoever asked gets what was written already."""
        if not self._writers:
            self._socket.close()
            return
        answers, *others = self._writers
        for writer in others:
            writer.transport.abort()
        if not gently:
            answers.transport.abort()
            return
        answers.close()
        try:
            async with asyncio.timeout(self._bounds.silence):
                await answers.wait_closed()
        except (TimeoutError, asyncio.CancelledError):  # it does not read; or the phase has ended meanwhile
            answers.transport.abort()
        except OSError:  # it has left
            pass


def _words(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number and number > 0:
        return os.strerror(number).lower()
    return str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
