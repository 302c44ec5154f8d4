"""What a person sees while grading: one live line on a terminal, one plain line per stage elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from rich.text import Text

from grader.judge.job import Event, Finished, Started
from grader.records import Lab, Outcome
from grader.report.escape import plain
from grader.report.words import duration

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from rich.status import Status

MARKS = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.PARTLY: ("◐", "yellow"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.REVIEW: ("…", "yellow"),
    Outcome.BLOCKED: ("·", "dim"),
    Outcome.UNGRADED: ("?", "yellow"),
}


class Elapsed:
    """A line that ends in how long it has stood there; rich asks anew for each frame.

    Args:
        line: What happens.
    """

    def __init__(self, line: str) -> None:
        self._line = plain(line)
        self._begun = time.monotonic()

    def __rich__(self) -> Text:
        seconds = int(time.monotonic() - self._begun)
        shown = f"{seconds} s" if seconds < 60 else duration(seconds)
        return Text.assemble(self._line, (f"  {shown}" if seconds else "", "dim"))


class Progress:
    """Is called by the pipeline with what happens, and shows it on standard error.

    Args:
        console: Where to show it.
        quiet: Show nothing.
    """

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._status: Status | None = None
        self._stage = ""
        self._begun = time.monotonic()
        self._passed = self._failed = 0

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._quiet:
            self._status = self._console.status(Elapsed("starting"))
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_stage()
        if self._status is not None:
            self._status.stop()

    def say(self, line: str) -> None:
        """Something that takes long: an image being built."""
        if self._status is not None:
            self._status.update(Elapsed(line))
        elif not self._quiet:
            self._console.print(plain(line))

    def stage(self, name: str) -> None:
        """A stage begins."""
        self._end_stage()
        self._stage, self._begun, self._passed, self._failed = name, time.monotonic(), 0, 0
        if self._status is not None:
            self._status.update(Elapsed(name))

    def saw(self, lab: Lab, event: Event) -> None:
        """A check began or ended."""
        if isinstance(event, Started) and self._status is not None:
            self._status.update(Elapsed(f"{lab.id}  {event.position}/{event.total}  {event.id}"))
        if isinstance(event, Finished):
            result = event.result
            self._passed += result.outcome is Outcome.PASSED
            self._failed += result.outcome in (Outcome.FAILED, Outcome.PARTLY)
            if self._status is not None:
                promise, took = plain(result.promise, most=90), f"{result.seconds:.2f} s"
                self._console.print(Text.assemble(MARKS[result.outcome], f" {promise} ", (took, "dim")))

    def _end_stage(self) -> None:
        if not self._stage or self._quiet:
            return
        counts = f": {self._passed} passed, {self._failed} failed" if self._passed + self._failed else ""
        if self._status is None:
            self._console.print(f"{self._stage}{counts} ({time.monotonic() - self._begun:.1f} s)")
        self._stage = ""
