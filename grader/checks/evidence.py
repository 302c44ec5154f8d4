"""What a check keeps of what it measured, passed or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.records import Measurement, Plot

if TYPE_CHECKING:
    from collections.abc import Iterable


class Evidence:
    """Collects numbers, plots and notes during one check; the judge puts them into its result."""

    def __init__(self) -> None:
        self.measurements: list[Measurement] = []
        self.plots: list[Plot] = []
        self.notes: list[str] = []

    def measure(self, name: str, value: float, *, limit: float | None = None, better: str = "lower") -> None:
        """Keep a number with what was allowed."""
        allowed = None if limit is None else float(limit)
        self.measurements.append(Measurement(name=name, value=float(value), limit=allowed, better=better))

    def plot(self, plot: Plot) -> None:
        """Keep curves to draw in the report."""
        self.plots.append(plot)

    def note(self, sentence: str) -> None:
        """Say something that holds whether or not the check passed."""
        self.notes.append(sentence)

    def forget(self) -> None:
        """Start anew: what was kept until now was held against the wrong thing."""
        self.measurements.clear()
        self.plots.clear()
        self.notes.clear()

    def curves(self, values: Iterable[float]) -> tuple[float, ...]:
        """Curves as records keep them."""
        return tuple(float(v) for v in values)
