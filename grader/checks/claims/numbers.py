"""Numbers as people write them: decimal points and commas, thousands, percent signs, powers of ten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SLACK = 1e-3
"""Of a number, beyond its rounding: computed in another order, or from numbers that were rounded."""
COARSEST = 0.35
"""Half a unit of the last digit, as a share of a value that is stated: a 1 does not state 0.97."""
LONGEST_SHOWN = 40
"""Characters of a number that a finding shows."""
FAR = 300
"""No measured number has an exponent beyond; it would overflow."""

_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]{1,6}")
_MATHS = re.compile(r"\\(?:mathrm|text|mathbf|textbf|operatorname)\b|[{}$]|\\[,;:!() ]")
_SIGNS = ("\\times", "×"), ("\\cdot", "·"), ("\\%", "%"), ("\\approx", "≈"), ("\\pm", "±"), ("\u2212", "-")
_DASH = re.compile(r"(?<![\w)\]])[\u2013\u2010\u2011](?=[\d.])")
_SQUARE = re.compile(r"\b([Rr])\s?\^\s?2\b")

# Not within a word, a date, a version or a path: "v1.2.3", "10.5281/zenodo", "x0.5".
_NUMBER = re.compile(
    r"(?<![\w.,/^])(?<![\d)\]]-)(?P<sign>[-+]?)"
    r"(?P<digits>\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,30})?|\d{1,3}(?:\.\d{3}){1,6},\d{1,30}"
    r"|\d{1,30}[.,]\d{1,30}|[.]\d{1,30}|\d{1,30})"
    r"(?P<power>[eE][-+]?\d{1,4}|\s?[×x·*]\s?10(?:\^|\*\*)?[-+]?\d{1,4})?"
    r"(?P<percent>\s?(?:%|per ?cent\b))?(?![\w/]|[.,]\d)"
)


class Number(NamedTuple):
    """One number as it stands in a text.

    Attributes:
        readings: What it may mean; two where a comma may divide thousands or decimals.
        rounding: Half a unit of its last digit, for each reading.
        written: The text itself.
        start, end: Where it stands.
        plain: True for digits alone: a year, a count, a horizon.
    """

    readings: tuple[float, ...]
    rounding: tuple[float, ...]
    written: str
    start: int
    end: int
    plain: bool

    def agrees(self, value: float) -> bool:
        """Whether this is the value as it is rounded here; a number halfway may have been rounded twice."""
        return any(
            abs(reading - value) <= 1.02 * half + SLACK * abs(value)
            for reading, half in zip(self.readings, self.rounding, strict=True)
        )

    def states(self, value: float) -> bool:
        """Whether this is the value, or the value without its sign, and not merely a rounder number near it."""
        fine = min(self.rounding) <= COARSEST * abs(value)
        return fine and (self.agrees(value) or self.agrees(-value))

    def scaled(self, *factors: float) -> Number:
        """The same with further readings: in other units."""
        more = [(r * f, h * f) for f in factors for r, h in zip(self.readings, self.rounding, strict=True)]
        return self._replace(
            readings=self.readings + tuple(r for r, _ in more),
            rounding=self.rounding + tuple(h for _, h in more),
        )


def plainly(text: str) -> str:
    """The same text with one spelling for minus, powers, R squared; without TeX's commands."""
    for written, meant in _SIGNS:
        text = text.replace(written, meant)
    text = _MATHS.sub("", text)
    text = _POWER.sub(lambda found: "^" + found[0].translate(_SUPER), text).translate(_SUPER)
    return _SQUARE.sub(r"\g<1>2", _DASH.sub("-", text))


def numbers_in(text: str) -> Iterator[Number]:
    """The numbers of a text that went through ``plainly``, from left to right.

    ``57.3 %`` is 0.573, ``-1.2e-3`` and ``-1,2 × 10^-3`` are -0.0012; ``1,024`` may be 1024 and 1.024.
    """
    for found in _NUMBER.finditer(text):
        power, percent = found["power"], found["percent"]
        exponent = _exponent(power) - (2 if percent else 0)
        sign = -1.0 if found["sign"] == "-" else 1.0
        if abs(exponent) > FAR:
            continue
        meant = [(digits, len(digits.partition(".")[2])) for digits in _decimal(found["digits"])]
        yield Number(
            readings=tuple(sign * float(digits) * 10.0**exponent for digits, _ in meant),
            rounding=tuple(0.5 * 10.0 ** (exponent - decimals) for _, decimals in meant),
            written=found[0].strip()[:LONGEST_SHOWN],
            start=found.start(),
            end=found.end(),
            plain=found["digits"].isdigit() and not power and not percent,
        )


def _decimal(digits: str) -> tuple[str, ...]:
    """The ways to read digits with points and commas, with a point for decimals."""
    if "," not in digits:
        return (digits,)
    if "." in digits:
        point = max(digits.rfind("."), digits.rfind(","))  # what comes last divides decimals
        whole = digits[:point].replace(",", "").replace(".", "")
        return (f"{whole}.{digits[point + 1 :]}",)
    whole, _, rest = digits.rpartition(",")
    if "," in whole:
        return (digits.replace(",", ""),)
    decimals = f"{whole}.{rest}"
    return (decimals, whole + rest) if len(rest) == 3 and whole.lstrip("0") else (decimals,)


def _exponent(power: str | None) -> int:
    if not power:
        return 0
    return int(power[1:] if power[0] in "eE" else power.partition("10")[2].lstrip("^*"))
