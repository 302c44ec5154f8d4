"""The only way out of a sandbox that may fetch packages: a port on its loopback that leads to a Unix socket.

Package tools speak to a proxy over TCP; the sandbox has no network but its own loopback. Outside, the proxy at the
other end of the socket decides what passes. This carries bytes and decides nothing.

    python3 -I -m grader.worker.forwarder 3128 /egress/proxy.sock
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress

PORT = 3128
SOCKET = "/egress/proxy.sock"
AT_ONCE = 128
"""Connections that are carried; more wait. Fewer than the proxy's own queue holds, so that none is turned away."""
CHUNK = 64 << 10
READY = b"listening\n"


def start(uid: int, port: int = PORT, path: str = SOCKET) -> None:
    """Run it as a process with this uid (0: our own); it listens when this returns.

    Raises:
        OSError: It could not be started, or can't listen.
    """
    reader, writer = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", "-m", "grader.worker.forwarder", str(port), path],
        stdin=subprocess.DEVNULL,
        stdout=writer,
        start_new_session=True,
        user=uid or None,
        group=uid or None,
        extra_groups=[] if uid else None,
    )
    os.close(writer)
    with open(reader, "rb") as said:  # noqa: PTH123 - a pipe
        if said.read(len(READY)) != READY:
            raise OSError(f"the forwarder does not listen: it ended with {process.wait()}")
    process.returncode = 0  # whoever ends the phase waits for it


async def listen(port: int, path: str) -> None:
    """Listen for as long as the process lives."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def carry(inside: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        async with turns:
            with suppress(OSError):  # the phase has ended, or one side has left
                outside, requests = await asyncio.open_unix_connection(path, limit=CHUNK)
                pumps = pump(inside, requests), pump(outside, answers)
                await asyncio.gather(*pumps, return_exceptions=True)
                requests.close()
            answers.close()

    server = await asyncio.start_server(carry, "127.0.0.1", port, limit=CHUNK, backlog=AT_ONCE)
    os.write(1, READY)
    await server.serve_forever()


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Carry what comes until it ends, no faster than it is taken; the end is passed on."""
    try:
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    finally:
        with suppress(OSError):
            target.write_eof()


if __name__ == "__main__":
    asyncio.run(listen(int(sys.argv[1]), sys.argv[2]))
