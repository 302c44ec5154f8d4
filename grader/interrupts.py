"""Ctrl-C, SIGTERM and SIGHUP are one request: stop, leave nothing running, keep what was graded.

Each becomes a KeyboardInterrupt in the main thread, except where stopping halfway would lose a record or leave a
container behind: there it waits (``deferred``) until it is asked for (``raise_pending``).
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

INTERRUPTED = 130
"""Exit code."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TOGETHER = 1.0
"""Seconds: signals this close are one. A terminal that closes sends two, a service manager its own as well."""
IMPATIENT = 3
"""Ctrl-C this often leaves at once; the next grader cleans up."""


class _State:
    deferring = 0
    pending = False
    raised = -TOGETHER
    presses = 0


def install() -> None:
    """Answer the signals; one that is ignored (``nohup``) stays so. Call it in the main thread."""
    atexit.register(_ignore)
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


@contextmanager
def deferred() -> Iterator[None]:
    """A block that is done as a whole; a signal that comes in it waits."""
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield
        return
    _State.deferring += 1
    try:
        yield
    finally:
        _State.deferring -= 1


def raise_pending() -> None:
    """Stop here, if a signal came in a deferred block."""
    if _State.pending and not _State.deferring:
        _raise()


def _ignore() -> None:
    """While Python takes itself apart a signal would kill it, and change the exit code of what is done."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, _frame: FrameType | None) -> None:
    if number == signal.SIGHUP:
        _silence_closed_streams()
    if number == signal.SIGINT:
        _State.presses += 1
        if _State.presses >= IMPATIENT:
            os._exit(INTERRUPTED)
    if _State.deferring:
        _State.pending = True
    elif time.monotonic() - _State.raised >= TOGETHER:
        _raise()


def _raise() -> None:
    _State.pending, _State.raised = False, time.monotonic()
    raise KeyboardInterrupt


def _silence_closed_streams() -> None:
    """What is written to a terminal that is gone goes nowhere, instead of being an error."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            closed = select.poll()
            closed.register(stream.fileno(), 0)
            if closed.poll(0):  # hung up, or nobody reads
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, stream.fileno())
                os.close(nothing)
