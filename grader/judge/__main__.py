"""``python -m grader.judge``: connect to the grader and judge what it sends."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

from grader.judge import server
from grader.judge.place import Place


def main() -> None:
    """Read the options and serve until the connection closes."""
    options = argparse.ArgumentParser(prog="grader.judge")
    connection = options.add_mutually_exclusive_group(required=True)
    connection.add_argument("--socket", help="Unix socket to connect to")
    connection.add_argument("--fd", type=int, help="inherited, connected socket")
    options.add_argument("--course", type=Path, required=True, help="the course's folder")
    options.add_argument("--data", type=Path, help="a folder with real data")
    given = options.parse_args()
    if given.socket:
        control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        control.connect(given.socket)
    else:
        control = socket.socket(fileno=given.fd)
    server.serve(control, Place(given.course, given.data))


if __name__ == "__main__":
    main()
