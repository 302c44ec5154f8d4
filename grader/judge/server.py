"""The judge as a fork server: what jobs need is imported once (``warmth``), each job runs in a fork of its own.

A job can't disturb the next one, and what crashes takes only its own check along (``watchdog``). Forks of a job
end when the grader's end of their channel closes.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from socket import socket
from typing import TYPE_CHECKING

import numpy as np  # noqa: F401 - imported ahead for every fork
import pytest  # noqa: F401 - imported ahead for every fork

import grader.checks  # noqa: F401 - imported ahead for every fork
from grader.judge import job as jobs
from grader.judge import watchdog
from grader.judge.warmth import Warmth

if TYPE_CHECKING:
    from grader.judge.place import Place


def serve(control: socket, place: Place) -> None:
    """Fork a process for each job that arrives, until the connection closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grader tells us when to end
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()
    warmth = Warmth()
    while (received := jobs.receive(control)) is not None:
        job, fds = received
        if not isinstance(job, jobs.Job) or not fds:
            continue
        warmth.import_noted()
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _judge(job, place, socket(fileno=fds[0]), warmth)
        os.close(fds[0])


def _judge(job: jobs.Job, place: Place, channel: socket, warmth: Warmth) -> None:
    try:
        with suppress(OSError):  # nobody is listening any more
            watchdog.judge(job, place, channel, warmth)
    finally:
        os._exit(0)
