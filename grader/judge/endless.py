"""Files that did not finish loading: tried once, known to the later checks of the job.

A file that hangs on import hangs in every check, and each would spend its whole budget to find it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from grader import wire


class EndlessLoads:
    """What was loaded first in a process and used up all that its check had."""

    def __init__(self) -> None:
        self._found: list[_Endless] = []

    def note(self, environment: str, load: wire.Load, seconds: float, death: Exception) -> None:
        """A fresh process of this environment had so many seconds, and did not finish."""
        self._found.append(_Endless(environment, load, seconds, death))

    def known(self, environment: str, load: wire.Load, seconds: float) -> Exception | None:
        """How it ended when the same was tried with at least as many seconds; ``None`` if it was not."""
        same = (each for each in self._found if (each.environment, each.load) == (environment, load))
        return next((each.death for each in same if each.seconds >= seconds), None)


class _Endless(NamedTuple):
    """One load that did not end."""

    environment: str
    load: wire.Load
    seconds: float
    death: Exception
