"""Axes: from numbers to places on the page, and the few ticks that read well."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

HUGE = 1e300
"""Beyond this, differences overflow: such a value is a gap."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Axis(Struct, frozen=True, kw_only=True):
    """Maps numbers from ``low … high`` to ``start … end`` in SVG units.

    Attributes:
        low, high: Range of the numbers; for a logarithmic axis, of their logarithms to base 10.
        start, end: Where these lie on the page.
        ticks: Number and label of each tick.
        log: Whether the axis is logarithmic. Zero, and what is below the range, then lies at its lower end.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def place(self, number: float | None) -> float | None:
        """Where a number lies; ``None`` for a gap: none, too large, or negative on a logarithmic axis."""
        if number is None or not abs(number) < HUGE or (self.log and number < 0):
            return None
        if self.log:
            number = max(math.log10(number), self.low) if number else self.low
        return self.start + (number - self.low) / (self.high - self.low) * (self.end - self.start)


def linear(
    numbers: Iterable[float | None], start: float, end: float, *, pad: float = 0.04, most: int = 5
) -> Axis:
    """An axis over the numbers, with ticks at 1, 2 or 5 times a power of ten."""
    finite = [n for n in numbers if n is not None and abs(n) < HUGE] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        half = abs(low) / 2 or 0.5
        low, high = low - half, high + half
    step = _step((high - low) / most)
    ticks = [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    margin = pad * (high - low)
    digits = max(0, -math.floor(math.log10(step)))
    return Axis(
        low=low - margin,
        high=high + margin,
        start=start,
        end=end,
        ticks=tuple((t, _decimal(t, digits)) for t in ticks),
    )


def logarithmic(numbers: Iterable[float | None], start: float, end: float, *, most: int = 4) -> Axis:
    """An axis over whole decades; where there are zeros, with one more decade for them to lie on."""
    usable = [n for n in numbers if n is not None and 0 <= n < HUGE]
    positive = [n for n in usable if n > 0] or [1.0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    low -= len(positive) < len(usable)
    high = max(high, low + 1)
    step = math.ceil((high - low) / most)
    decades = [d for d in range(high, low - 1, -1) if d % step == 0]
    return Axis(
        low=low,
        high=high,
        start=start,
        end=end,
        ticks=tuple((10.0**d, _power(d)) for d in decades),
        log=True,
    )


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))


def _decimal(number: float, digits: int) -> str:
    if digits > 4 or abs(number) >= 1e5:
        return f"{number:.3g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return f"{number:.{digits}f}".replace("-", "\u2212")


def _power(decade: int) -> str:
    return {0: "1", 1: "10", -1: "0.1"}.get(decade, f"10{str(decade).translate(SUPERSCRIPTS)}")
