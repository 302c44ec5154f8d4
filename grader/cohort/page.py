"""A class on one page, ``index.html``: who stands where, what was missed most, and a way into each report.

One file with its own style and its own few lines of script, nothing from elsewhere. It has names, grades and
reports with hidden inputs in it: it is never published.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from grader.records import Decision
from grader.report import words
from grader.report.html import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.cohort.summary import Said, Summary

MOST = 12
"""Causes and criteria that are listed."""


class Mentioned(NamedTuple):
    """How many of the class something is true of."""

    said: Said
    number: int


class Bar(NamedTuple):
    """One verdict's share of the class."""

    word: words.Word
    number: int
    percent: float


class ClassView(NamedTuple):
    """What the page's template needs."""

    title: str
    made_at: str
    members: Sequence[Summary]
    graded: int
    bars: Sequence[Bar]
    causes: Sequence[Mentioned]
    unmet: Sequence[Mentioned]
    counts_points: bool


def to_page(title: str, summaries: Sequence[Summary], made_at: str) -> str:
    """The page.

    Args:
        title: The assignment's.
        summaries: One a member, in the roster's order.
        made_at: ISO 8601.
    """
    graded = [each for each in summaries if each.verdict not in {None, Decision.UNGRADED}]
    counts = Counter(each.verdict for each in summaries if each.verdict)
    view = ClassView(
        title=title,
        made_at=made_at,
        members=summaries,
        graded=len(graded),
        bars=tuple(
            Bar(word, counts[decision], 100 * counts[decision] / len(summaries))
            for decision, word in words.VERDICTS.items()
            if counts[decision]
        ),
        causes=_most(each.causes for each in graded),
        unmet=_most(each.unmet for each in graded),
        counts_points=any(each.counted for each in summaries),
    )
    return page("class.html.j2", style="class.css", script="class.js", view=view, words=words)


def _most(said: Iterable[Sequence[Said]]) -> tuple[Mentioned, ...]:
    """What is said of most members; of a member each thing counts once."""
    counted = Counter(each for of_one in said for each in set(of_one))
    most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Mentioned(each, number) for each, number in most[:MOST])
