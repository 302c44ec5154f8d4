"""What a person reviews: the documents, the rubric's guidance and what was measured, side by side in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grader.records import DOCUMENT_CHARACTERS, CriterionResult, Decision, Finding, Outcome
from grader.report import escape, words

if TYPE_CHECKING:
    from grader.records import CheckResult, Document, Record, SafeRecord


def to_sheet(record: SafeRecord) -> RenderableType:
    """Lab by lab: what was handed in to read, what was measured, and the items with their guidance."""
    parts: list[RenderableType] = []
    for lab in record.labs:
        items = [c for c in lab.criteria if _waits(c)]
        if items:
            parts.append(Rule(Text(escape.log(lab.title), "bold")))
            parts += [_document(document) for document in record.documents if document.lab == lab.id]
            parts.append(_measured(record, lab.id))
            parts += [_item(item, record) for item in items]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _waits(criterion: CriterionResult) -> bool:
    """Whether a person decides it, or has."""
    undecided = criterion.waiting or criterion.decision is Decision.REVIEW
    return bool(criterion.manual or criterion.review or undecided)


def _document(document: Document) -> RenderableType:
    text = Text(escape.log(document.text, DOCUMENT_CHARACTERS).strip("\n"), overflow="fold")
    return Panel(text, title=Text(escape.log(document.file)), title_align="left")


def _measured(record: Record, lab: str) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    for check in record.checks:
        if check.lab == lab:
            for measurement in check.measurements:
                m = words.measured(measurement)
                style = "red" if m.good is False else ""
                table.add_row(
                    *(Text(escape.log(text), style) for text in (check.id, m.name, m.value, m.limit))
                )
    return Group(Text("Measured", "dim"), table) if table.row_count else Text("Nothing was measured.", "dim")


def _is_asked(check: CheckResult, criterion: CriterionResult) -> bool:
    own = check.lab == criterion.lab and check.id in criterion.checks
    return own and check.outcome is Outcome.REVIEW


def _asked(check: CheckResult) -> RenderableType:
    """What a check leaves to a person, with its evidence."""
    finding = check.finding or Finding(headline=check.promise)
    told = [f"{check.id}: {finding.headline}"]
    told += [f"  {label}: {text}" for _, label, text in words.facts(finding)]
    return Group(*(Text(escape.log(line, escape.LONG), overflow="fold") for line in told))


def _item(criterion: CriterionResult, record: Record) -> RenderableType:
    review = criterion.review
    said = "waits for review"
    if review:
        said = f"{review.by}: {words.reviewed(review)}. {review.comment}".rstrip()
    word = words.CRITERIA[review.decision if review else Decision.REVIEW]
    advice = " (advice)" if criterion.weight == "advice" else ""
    points = f", {criterion.earned:g} of {criterion.points:g} points" if criterion.points else ""
    return Group(
        Text(escape.log(f"{word.sign} {criterion.title}{advice}{points}  [{criterion.id}]"), "bold"),
        *(
            [Padding(Text(escape.log(criterion.manual, escape.LONG)), (0, 0, 0, 2))]
            if criterion.manual
            else []
        ),
        *(Padding(_asked(check), (0, 0, 0, 2)) for check in record.checks if _is_asked(check, criterion)),
        Padding(Text(escape.log(said), "dim"), (0, 0, 0, 2)),
    )
