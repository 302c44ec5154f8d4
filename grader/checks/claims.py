"""Numbers that a student claims, against those that were measured: in prose, and in a file of results.

A number in prose is a claim if it is written with a decimal point, a percent sign or an exponent. Whole
numbers are not: they are years, horizons, counts of things. A claim agrees with a number that rounds to it.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from grader.checks.compare import tell_apart
from grader.checks.failure import fail

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from grader.checks.answer import Answer
    from grader.checks.evidence import Evidence

RELATIVE = 1e-3
"""Of a claimed metric, beyond its rounding: computed in another order, or in single precision."""
SHOWN = 3
"""Claims that a finding reports in full."""
LONGEST_SHOWN = 40
"""Characters of a claim that a finding shows."""
CUSTOMARY = (0.0, 0.01, 0.05, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0)
"""Significance levels, chance and certainty: nobody measured them."""

# Not within a word, a date, a version or a path: "v1.2.3", "10.5281/zenodo", "x0.5".
_NUMBER = re.compile(
    r"(?<![\w.,/])(?P<sign>[-+\u2212\u2013]?)(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\.\d+|\d+)"
    r"(?P<power>[eE][-+\u2212]?\d+|\s?[\u00d7x\u00b7*]\s?10(?:\^|\*\*)?\{?[-+\u2212]?\d+\}?)?"
    r"(?P<percent>\s?\\?%)?(?![\w/]|\.\d|,\d)"
)
# Lengths are bounded: a hostile text must not make a pattern run for ever.
_LINK = re.compile(r"https?://\S{1,2000}|\]\([^)\n]{0,500}\)")
_HEADING = re.compile(r"^(#{1,6}\s{1,9})\d{1,9}(\.\d{1,9}){0,9}\.?(?=\s)", re.MULTILINE)
_FENCES = ("```", "~~~")


class Claim(NamedTuple):
    """One number as it stands in a text."""

    value: float
    rounding: float
    """Half a unit of its last digit."""
    written: str
    line: int


def claims_in(text: str) -> list[Claim]:
    """The numbers that a text claims: decimals, percentages and powers of ten, outside code blocks and links.

    ``57.3 %`` is 0.573, ``-1.2e-3`` and ``-1.2 x 10^-3`` are -0.0012, ``1,024.5`` is 1024.5.
    """
    for unread in (_LINK, _HEADING):
        text = unread.sub(" ", text)
    return list(_claims(_prose(text.splitlines())))


def _prose(lines: Iterable[str]) -> Iterator[str]:
    """The same lines, those in code blocks and comments empty."""
    fence = ""
    for line in lines:
        start = line.lstrip()
        if fence:
            fence = "" if fence in line else fence
            yield ""
        elif start.startswith("<!--"):
            fence = "" if "-->" in line else "-->"
            yield ""
        elif start.startswith(_FENCES):
            fence = start[:3]
            yield ""
        else:
            yield line


def _claims(text: Iterable[str]) -> Iterator[Claim]:
    for line, found in ((n, m) for n, words in enumerate(text, start=1) for m in _NUMBER.finditer(words)):
        digits, power, percent = found["digits"].replace(",", ""), found["power"], found["percent"]
        if "." not in digits and not power and not percent:
            continue
        exponent = _exponent(power) - (2 if percent else 0)
        decimals = len(digits.partition(".")[2])
        if abs(exponent) > 300:  # no measured number is out there, and it would overflow
            continue
        value = float(digits) * 10.0**exponent * (1 if found["sign"] in ("", "+") else -1)
        rounding = 0.5 * 10.0 ** (exponent - decimals)
        yield Claim(value, rounding, found[0].strip()[:LONGEST_SHOWN], line)


def _exponent(power: str | None) -> int:
    if not power:
        return 0
    digits = re.search(r"([-+\u2212]?)(\d+)\}?$", power if power[0] in "eE" else power.partition("10")[2])
    if digits is None:
        return 0
    return int(digits[2][:4]) * (1 if digits[1] in ("", "+") else -1)


def numbers_agree(
    text: str,
    known: Mapping[str, float],
    *,
    file: str,
    evidence: Evidence | None = None,
    customary: Collection[float] = CUSTOMARY,
) -> None:
    """Every number that a text claims is one that is known, rounded as it is written.

    The sign may be said in words ("loses 0.8 %"), and a share as a percentage or as a number.

    Args:
        text: Prose, Markdown.
        known: Name → value: from the student's own results file, and measured by the judge.
        file: What the text is called.
        evidence: Gets the number of claims.
        customary: Values that need no source.

    Raises:
        CheckFailed: A number has no source.
    """
    claims = claims_in(text)
    sources = {name: value for name, value in known.items() if math.isfinite(value)}
    values = np.abs(np.array([*sources.values(), *customary], dtype=np.float64))
    if evidence is not None:
        evidence.measure(f"numbers claimed in {file}", len(claims))
    alien = [claim for claim in claims if not _has_source(claim, values)]
    if alien:
        first = alien[0]
        raise fail(
            f"{file} claims a number that is not among your results.",
            yours=", ".join(claim.written for claim in alien[:SHOWN]),
            expected=_nearest(first, sources),
            where=f"{file}, line {first.line}",
            how_many=f"{len(alien)} of {len(claims)} numbers have no source",
            hint="Copy every number from your results file, and put there what you want to report.",
        )


def _has_source(claim: Claim, values: np.ndarray) -> bool:
    gap = np.abs(values - abs(claim.value))
    return bool((gap <= claim.rounding * 1.02).any())  # a number halfway may have been rounded twice


def _nearest(claim: Claim, sources: Mapping[str, float]) -> str:
    if not sources:
        return "a number from your results"
    name = min(sources, key=lambda n: abs(abs(sources[n]) - abs(claim.value)))
    return f"the nearest that is known is {name} = {sources[name]:.6g}"


def numbers_of(answer: Answer, *, without: Collection[str] = ()) -> dict[str, float]:
    """Every number of a results file, by its path: ``scores.lstm.mse``.

    Args:
        answer: What ``documents.results.json()`` gave.
        without: Keys at the top to leave out: raw data, in which any number could be found.
    """
    value = answer.value
    if isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key not in without}
    return dict(_numbers(value, ""))


def _numbers(value: object, path: str) -> Iterator[tuple[str, float]]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from _numbers(inner, f"{path}.{key}" if path else str(key)[:40])
        case list():
            for i, inner in enumerate(value):
                yield from _numbers(inner, f"{path}[{i}]")
        case bool():
            return
        case int() | float():
            if abs(value) < 1e300:
                yield path, float(value)


def claims_match(
    claimed: Answer,
    measured: Mapping[str, float],
    *,
    evidence: Evidence | None = None,
    relative: float = RELATIVE,
    absolute: float = 1e-6,
    hint: str = "",
) -> None:
    """Each claimed number is the one that was measured.

    Args:
        claimed: A dict of numbers; it may have more than were measured.
        measured: Name → what the judge computed.
        evidence: Gets both, for the report.
        relative: How far, as a share of what was measured.
        absolute: How far at least, for numbers around zero.
        hint: Where to look.

    Raises:
        CheckFailed: One is missing, is no number, or is another.
    """
    for name, truth in measured.items():
        value = claimed.item(name, names=tuple(measured)).number()
        allowed = max(relative * abs(truth), absolute)
        if evidence is not None:
            evidence.measure(f"{claimed.call}[{name!r}] minus measured", abs(value - truth), limit=allowed)
        if not abs(value - truth) <= allowed:
            yours, expected = tell_apart(value, truth)
            raise fail(
                f"{claimed.call}[{name!r}] is not what we measured.",
                yours=yours,
                expected=expected,
                allowed=f"{allowed:.1g}",
                hint=hint,
            )
