"""The judge as a fork server: pytest and NumPy are imported once, each job runs in a fork of its own.

A job can't disturb the next one, and a suite that crashes takes only its own process along. Forks of a job
end when the grader's end of their channel closes.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import traceback
from typing import TYPE_CHECKING

import numpy as np  # noqa: F401 - imported ahead for every fork
import pytest  # noqa: F401 - imported ahead for every fork

import grader.checks  # noqa: F401 - imported ahead for every fork
from grader.judge import job as jobs
from grader.judge import session

if TYPE_CHECKING:
    from grader.judge.place import Place


def serve(control: socket.socket, place: Place) -> None:
    """Fork a process for each job that arrives, until the connection closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grader tells us when to end
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()
    while (received := jobs.receive(control)) is not None:
        job, fds = received
        if not isinstance(job, jobs.Job) or not fds:
            continue
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _judge(job, place, socket.socket(fileno=fds[0]))
        os.close(fds[0])


def _judge(job: jobs.Job, place: Place, channel: socket.socket) -> None:
    trouble = ""
    try:
        trouble = session.run(job, place, channel)
    except BrokenPipeError:
        os._exit(0)  # nobody is listening any more
    except BaseException:
        trouble = traceback.format_exc(limit=-6)
    try:
        jobs.send(channel, jobs.Done(trouble))
    finally:
        os._exit(0)
