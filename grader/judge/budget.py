"""What a check may use: the student's own computing and waiting count, a busy machine's delays never do.

The clock that decides is the CPU time of the student's sandbox, which the grader reads from the kernel. Wall time
less CPU time, less the time that the sandbox stood in the queue for a core or was frozen, is the student's own
waiting (a sleep, an input, a lock), and has the same limit. Wall time itself is a far net, and who is caught in it
is not blamed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from grader import wire
from grader.judge.job import FAR_NET

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.records import Usage

SOONEST, LATEST = 0.1, 1.0
"""Seconds between two looks at the clock."""


class Spent(wire.TooLate):
    """The budget was used up by computing."""


class Idled(wire.TooLate):
    """The budget was used up by waiting."""


class Starved(wire.TooLate):
    """The far net: the machine gave too little, or the clock can't be read."""


class Budget:
    """One check's share; a deadline for the wire.

    Args:
        seconds: Of computing, and of waiting.
        read: What the sandbox has used until now; ``None`` if that can't be known.
    """

    def __init__(self, seconds: float, read: Callable[[], Usage | None]) -> None:
        self.seconds = seconds
        self._read = read
        self._first = self._last = read()
        self._begun = self._looked = time.monotonic()
        self._next_look = self._begun + min(LATEST, max(SOONEST, seconds))
        self._answered: float | None = self._begun
        self.waited = 0.0

    def asked(self) -> None:
        """A question is put. What the judge did since the last answer, or waited for a core, is nobody's."""
        if self._answered is None:
            return
        away = time.monotonic() - self._answered
        self._answered = None
        self._looked += away
        self._begun += away
        self._next_look += away

    def answered(self) -> None:
        """The answer is there: until the next question nobody waits for the student's side."""
        self._answered = time.monotonic()

    @property
    def computed(self) -> float:
        """CPU seconds until the last look."""
        if self._first is None or self._last is None:
            return 0.0
        return max(0.0, self._last.cpu_seconds - self._first.cpu_seconds)

    @property
    def memory_killed(self) -> bool:
        """Whether a process of the sandbox was killed because the sandbox's memory was full."""
        if self._first is None or self._last is None:
            return False
        return self._last.memory_kills > self._first.memory_kills

    @property
    def host_killed(self) -> bool:
        """Whether one was killed because this machine's memory was full."""
        if self._first is None or self._last is None:
            return False
        return self._last.host_kills > self._first.host_kills

    def left(self) -> float:
        """Seconds until the next look is due.

        Raises:
            Spent: As the names say.
            Idled:
            Starved:
        """
        now = time.monotonic()
        if now >= self._next_look:
            self.look()
            if self.computed > self.seconds:
                raise Spent
            if self.waited > self.seconds:
                raise Idled
            if now - self._begun > FAR_NET * self.seconds:
                raise Starved
            soon = min(self.seconds - self.computed, self.seconds - self.waited)
            self._next_look = now + min(LATEST, max(SOONEST, soon))
        return max(0.0, self._next_look - now)

    def look(self) -> None:
        """Read the clock."""
        before, usage, now = self._last, self._read(), time.monotonic()
        if usage is None:
            return
        if before is not None and not (usage.frozen or before.frozen):
            busy = usage.cpu_seconds - before.cpu_seconds + usage.delay_seconds - before.delay_seconds
            self.waited += max(0.0, now - self._looked - busy)
        self._last, self._looked = usage, now
