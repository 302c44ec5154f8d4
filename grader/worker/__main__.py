"""``python -m grader.worker``: connect to the grader, import the libraries once, fork a process per check."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

from grader.worker import confine, walls, zygote


def main() -> None:
    """Read the options and serve until the connection closes."""
    options = argparse.ArgumentParser(prog="grader.worker")
    place = options.add_mutually_exclusive_group(required=True)
    place.add_argument("--socket", help="Unix socket to connect to")
    place.add_argument("--fd", type=int, help="inherited, connected socket")
    options.add_argument("--submission", type=Path, default=Path("/submission"))
    options.add_argument("--tools", type=Path, default=Path("/tools"))
    options.add_argument("--scratch", type=Path, default=Path("/tmp"))  # noqa: S108 - its own tmpfs
    options.add_argument(
        "--uid-base", type=int, default=0, help="first uid for student processes; 0: stay who we are"
    )
    options.add_argument("--preload", default="", help="libraries to import once, comma-separated")
    options.add_argument("--deny", default="", help="libraries that can't be imported, comma-separated")
    options.add_argument("--lifetime", type=int, default=3600, help="seconds after which everything ends")
    options.add_argument("--report-walls", action="store_true", help="first say which walls are seen")
    options.add_argument("--fetches", action="store_true", help="lead the way to the proxy for packages")
    given = options.parse_args()

    if given.socket:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.connect(given.socket)
    else:
        control = socket.socket(fileno=given.fd)
    if given.report_walls:
        walls.report(control, confine.Home(given.uid_base, given.scratch, "walls"))
    zygote.serve(
        control,
        zygote.ZygoteConfig(
            submission=given.submission.resolve(),
            tools=given.tools.resolve(),
            scratch=given.scratch.resolve(),
            uid_base=given.uid_base,
            preload=tuple(filter(None, given.preload.split(","))),
            deny=tuple(filter(None, given.deny.split(","))),
            lifetime=given.lifetime,
            forwards=given.fetches,
        ),
    )


if __name__ == "__main__":
    main()
