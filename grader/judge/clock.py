"""The judge's own CPU time: the kernel holds it to that, and ends even a pattern or a parser that never returns.

Load does not count: it is the process's computing that is measured. What the process was at when it was ended is
written where its watchdog can read it.
"""

from __future__ import annotations

import math
import resource
import time
from typing import TYPE_CHECKING

from grader.judge.job import FAR_NET

if TYPE_CHECKING:
    from mmap import mmap

SPARE_SECONDS = 60.0
"""For a check, beside many times what its student may use: the reference's share is never more."""


HEARD, LENGTH, TEXT = 0, 1, 2
"""Places in the notes: whether anything of the student's was read in this check; what is being read."""


class JudgeClock:
    """Holds this process to its time.

    Args:
        notes: Shared with the watchdog.
        read_seconds: For one thing that a student wrote.
    """

    def __init__(self, notes: mmap, read_seconds: float) -> None:
        self._notes = notes
        self._read_seconds = read_seconds
        self._check_end = math.inf

    @property
    def heard(self) -> bool:
        """Whether anything of the student's was read in this check."""
        return was_heard(self._notes)

    def check(self, seconds: float) -> None:
        """A check begins, whose student may compute for so long."""
        self._notes[HEARD] = self._notes[LENGTH] = 0
        self._check_end = time.process_time() + FAR_NET * seconds + SPARE_SECONDS
        _limit(self._check_end)

    def reading(self, what: str) -> None:
        """A reader begins; or with nothing, ends."""
        text = what.encode()[:255]
        self._notes[HEARD], self._notes[LENGTH] = 1, len(text)
        self._notes[TEXT : TEXT + len(text)] = text
        _limit(min(self._check_end, time.process_time() + self._read_seconds) if what else self._check_end)


def was_heard(notes: mmap) -> bool:
    """Whether anything of the student's was read."""
    return bool(notes[HEARD])


def what_is_read(notes: mmap) -> str:
    """What a reader was at when its process ended; empty if none was at work."""
    return notes[TEXT : TEXT + notes[LENGTH]].decode(errors="replace")


def _limit(moment: float) -> None:
    """SIGXCPU, which ends the process, at this much CPU time."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = resource.RLIM_INFINITY if math.isinf(moment) else math.ceil(moment)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))
