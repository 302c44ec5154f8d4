"""``python -m grader.judge``: connect to the grader and judge what it sends."""

from __future__ import annotations

import argparse
import socket

from grader.judge import server


def main() -> None:
    """Read the options and serve until the connection closes."""
    options = argparse.ArgumentParser(prog="grader.judge")
    place = options.add_mutually_exclusive_group(required=True)
    place.add_argument("--socket", help="Unix socket to connect to")
    place.add_argument("--fd", type=int, help="inherited, connected socket")
    given = options.parse_args()
    if given.socket:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.connect(given.socket)
    else:
        control = socket.socket(fileno=given.fd)
    server.serve(control)


if __name__ == "__main__":
    main()
