"""One item that a person decides, as a page: what was handed in, and beside it what was measured and asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.records import Decision, Finding, Outcome
from grader.report import words
from grader.report.html import page

if TYPE_CHECKING:
    from grader.records import CheckResult, CriterionResult, Document, SafeRecord


class Asked(NamedTuple):
    """What a check leaves to a person, with its evidence."""

    id: str
    headline: str
    facts: list[tuple[str, str, str]]
    hint: str


class ReviewView(NamedTuple):
    """What the page's template needs.

    Attributes:
        record: The attempt, as people decided until now.
        criterion: The item; ``None``: nothing is left to decide.
        number: Its place in the queue, from 1.
        total: Of the queue.
        waiting: How many are undecided.
        before: Address of the item before; empty at the first.
        after: Address of the next; empty at the last.
        by: Who reviews, as far as that is known.
        said: What became of the last decision, or why there is none.
    """

    record: SafeRecord | None
    criterion: CriterionResult | None
    number: int
    total: int
    waiting: int
    before: str = ""
    after: str = ""
    by: str = ""
    said: str = ""

    @property
    def documents(self) -> list[Document]:
        """What was handed in to read."""
        record, criterion = self.record, self.criterion
        return [d for d in record.documents if d.lab == criterion.lab] if record and criterion else []

    @property
    def measured(self) -> list[tuple[str, words.Measured]]:
        """Check and measurement, of the item's lab."""
        return [(check.id, words.measured(m)) for check in self._checks for m in check.measurements]

    @property
    def asked(self) -> list[Asked]:
        """What its checks leave to a person."""
        own = self.criterion.checks if self.criterion else ()
        return [_asked(c) for c in self._checks if c.id in own and c.outcome is Outcome.REVIEW]

    @property
    def decided(self) -> str:
        """What was decided; empty if nothing was."""
        review = self.criterion.review if self.criterion else None
        return f"{review.by}: {words.reviewed(review)}. {review.comment}".strip() if review else ""

    @property
    def word(self) -> words.Word:
        """How the item stands."""
        review = self.criterion.review if self.criterion else None
        return words.CRITERIA[review.decision if review else Decision.REVIEW]

    @property
    def _checks(self) -> list[CheckResult]:
        lab = self.criterion.lab if self.criterion else ""
        return [check for check in self.record.checks if check.lab == lab] if self.record else []


def to_review_page(view: ReviewView) -> str:
    """The page."""
    return page("review.html.j2", style="review.css", script="review.js", sends=True, view=view, words=words)


def _asked(check: CheckResult) -> Asked:
    finding = check.finding or Finding(headline=check.promise)
    return Asked(check.id, finding.headline, words.facts(finding), finding.hint)
