"""The pairs that stand out, side by side, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.report import words
from grader.report.escape import plain
from grader.report.html import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.similarity.compare import Comparison, Span, Work

BINS = 20
MOST_PAIRS = 50
AROUND = 1
"""Lines shown before and after what both have."""


class SharedLine(NamedTuple):
    """One line of a side."""

    number: int
    text: str
    shared: bool


class Passage(NamedTuple):
    """Lines of one file that follow one another."""

    file: str
    lines: tuple[SharedLine, ...]


class PairView(NamedTuple):
    """Two members, side by side."""

    ids: tuple[str, str]
    percent: str
    sides: tuple[tuple[Passage, ...], tuple[Passage, ...]]


class Bin(NamedTuple):
    """How many pairs of the class are so much alike."""

    x: float
    height: float
    beyond: bool


def to_page(title: str, comparison: Comparison) -> str:
    """The page.

    Args:
        title: The assignment's.
        comparison: The class, compared.
    """
    pairs = [
        PairView(
            pair.ids,
            f"{100 * pair.share:.0f} %",
            (
                _passages(comparison.works[pair.ids[0]], pair.spans[0]),
                _passages(comparison.works[pair.ids[1]], pair.spans[1]),
            ),
        )
        for pair in comparison.pairs[:MOST_PAIRS]
    ]
    return page(
        "similarity.html.j2",
        style="similarity.css",
        title=title,
        pairs=pairs,
        left_out=len(comparison.pairs) - len(pairs),
        number=len(comparison.shares),
        median=f"{100 * comparison.shares[len(comparison.shares) // 2]:.0f} %",
        limit=f"{100 * min(1.0, comparison.limit):.0f} %",
        bins=_bins(comparison),
        words=words,
    )


def _bins(comparison: Comparison) -> tuple[Bin, ...]:
    counts = [0] * BINS
    for share in comparison.shares:
        counts[min(BINS - 1, int(share * BINS))] += 1
    most = max(counts)
    return tuple(
        Bin(100 * at / BINS, 100 * count / most, (at + 1) / BINS > comparison.limit)
        for at, count in enumerate(counts)
    )


def _passages(work: Work, spans: Sequence[Span]) -> tuple[Passage, ...]:
    return tuple(_passage(work.files[span.file].splitlines(), span) for span in spans)


def _passage(lines: list[str], span: Span) -> Passage:
    first, last = max(1, span.first - AROUND), min(len(lines), span.last + AROUND)
    return Passage(
        plain(span.file),
        tuple(
            SharedLine(number, plain(lines[number - 1]), span.first <= number <= span.last)
            for number in range(first, last + 1)
        ),
    )
