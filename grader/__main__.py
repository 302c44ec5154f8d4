"""``grade`` and ``python -m grader``: signals, streams, and an exit code that always means what it says."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
import traceback
from contextlib import suppress

OUR_FAULT = 3
INTERRUPTED = 130
LINGER = 10.0
"""Seconds that threads have to end after a signal."""
CLOSED_PIPE = 141
"""What a shell says of a program whose reader went away (``grade … | head``)."""


def main() -> None:
    """Run the command line and leave with its exit code.

    Nothing that goes wrong on our side leaves with 1, for that means revise.
    """
    try:
        _open_streams()
        from grader import interrupts  # imported late, so that Ctrl-C is answered from the first moment

        interrupts.install()
        from grader.cli import run

        status = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        status = CLOSED_PIPE
    except BaseException:  # whatever it is, it is ours
        status = OUR_FAULT
        with suppress(Exception):
            sys.stderr.write(re.sub(r"[^\n\x20-\x7e]", "?", traceback.format_exc()))
    _leave(status)


def _open_streams() -> None:
    """Letters that a terminal can't show are spelled out; a stream that was closed (``>&-``) goes nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for good
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _leave(status: int) -> None:
    """Exit; what can't be written any more is dropped here, or Python would change the exit code to 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    if status == INTERRUPTED and not _threads_end():
        os._exit(status)
    # CPython ends itself with SIGINT if a KeyboardInterrupt ever left an exec() of text, as a dataclass is made
    # with, though it was caught further out; the next exec() forgets it.
    exec("")  # noqa: S102
    sys.exit(status)


def _threads_end() -> bool:
    """Whether all threads end soon: one that a signal caught between two locks would be waited for without end."""
    until = time.monotonic() + LINGER
    others = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    for thread in others:
        thread.join(max(0.0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in others)


if __name__ == "__main__":
    main()
