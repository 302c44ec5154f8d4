"""What a person sees while a class is graded: who is at it, how far it is, what failed; a plain log elsewhere."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from grader.judge.job import Event, Started
from grader.records import Decision
from grader.report import words
from grader.report.escape import log
from grader.report.terminal import STYLES

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import RenderableType

    from grader.cohort import ClassMember, ClassResult
    from grader.records import Lab

LAST = 5
"""Results that stay in sight."""


class ClassProgress:
    """Shows a class being graded, on standard error; called from several threads.

    Args:
        console: Where to show it.
        total: How many submissions there are.
    """

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._lock = threading.Lock()
        self._begun = time.monotonic()
        self._at: dict[str, str] = {}
        self._counts: dict[Decision, int] = dict.fromkeys(Decision, 0)
        self._ended = self._graded = 0
        self._last: deque[Text] = deque(maxlen=LAST)
        self._bar = Progress(
            BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[left]}"),
            console=console,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=total, left="")
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(
                get_renderable=self._shown, console=self._console, refresh_per_second=4, transient=True
            )
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, line: str) -> None:
        """Something that takes long: an image being built."""
        self._console.print(Text(log(line), "dim"))

    def begun(self, member: ClassMember) -> None:
        """A submission is being graded."""
        with self._lock:
            self._at[member.id] = ""

    def saw(self, member: ClassMember, lab: Lab, event: Event) -> None:
        """The judge did something."""
        if isinstance(event, Started):
            with self._lock:
                self._at[member.id] = f"{lab.id}  {event.position}/{event.total}  {event.id}"

    def again(self, member: ClassMember, why: str) -> None:
        """It could not be graded, and will be tried again."""
        with self._lock:
            self._at.pop(member.id, None)
        self._console.print(Text(f"{log(member.id)}: tried again later. {log(why)}", "dim"), soft_wrap=True)

    def ended(self, result: ClassResult) -> None:
        """A submission has its result."""
        record = result.record
        decision = record.verdict if record else Decision.UNGRADED
        with self._lock:
            self._at.pop(result.member.id, None)
            self._ended += 1
            self._graded += not result.answered
            self._counts[decision] += 1
            line = _line(result, decision)
            self._last.append(line)
            self._bar.update(self._task, completed=self._ended, left=self._left())
        if self._live is None:
            self._console.print(Text.assemble(f"{self._ended}/{self._total}  ", line), soft_wrap=True)

    def _left(self) -> str:
        """How long the rest will take, by those graded so far; what was answered took no time."""
        left = self._total - self._ended
        if not left or not self._graded:
            return ""
        return f"about {words.span((time.monotonic() - self._begun) / self._graded * left)} left"

    def _shown(self) -> RenderableType:
        with self._lock:
            counts = Text("  ").join(
                Text(f"{word.name} {self._counts[decision]}", STYLES[word.tone])
                for decision, word in words.VERDICTS.items()
                if self._counts[decision]
            )
            at = [Text(f"… {log(who)}  {what}", "dim") for who, what in self._at.items()]
            return Group(*self._last, self._bar, counts, *at)


def _line(result: ClassResult, decision: Decision) -> Text:
    word = words.VERDICTS[decision]
    how = "as before" if result.answered else words.duration(result.seconds)
    return Text.assemble(
        (f"{word.sign} {word.name}", STYLES[word.tone]),
        f"  {log(result.member.id)}  ",
        (how, "dim"),
        f"  {log(result.trouble)}" if result.trouble else "",
    )
