"""The report in a terminal, as rich renderables. The command line prints them; nothing here does.

Texts are ``Text`` objects, so that square brackets are no markup, and each has been through ``escape.log``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.records import Outcome
from grader.report import escape, words
from grader.report.context import Section, View, view

if TYPE_CHECKING:
    from grader.records import CheckResult, Finding, SafeRecord

STYLES = {"good": "green", "bad": "red", "wait": "yellow", "ours": "magenta"}


def to_terminal(record: SafeRecord) -> RenderableType:
    """The whole report, the verdict last, where a terminal ends: what did not pass, criteria, verdict."""
    shown = view(record)
    parts = [
        _check(check, shown)
        for s in shown.sections
        for check in s.checks
        if check.outcome is not Outcome.PASSED
    ]
    parts += [_review(section) for section in shown.sections if section.criterion.review]
    if shown.since and shown.record.since:
        before = f"Since attempt {shown.record.since.attempt}: "
        parts.append(_text(before + " ".join(shown.since)))
    parts += [_text(f"{notice.title}. {notice.text}", "yellow") for notice in shown.notices]
    parts += [_text(note, "dim") for note in (*shown.record.notes, *shown.record.troubles)]
    parts += [_criteria(shown), _banner(shown)]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def verdict(record: SafeRecord) -> RenderableType:
    """The verdict alone: one coloured line, and the sentences that it follows from."""
    return _banner(view(record))


def _banner(shown: View) -> RenderableType:
    record, word, style = shown.record, shown.word, STYLES[shown.word.tone]
    name = _text(record.title or record.assignment, "bold")
    title = Text.assemble((f" {word.name.upper()} ", f"bold reverse {style}"), "  ", name)
    reasons = Table.grid(padding=(0, 1, 0, 0))
    for reason in record.reasons:
        reasons.add_row(Text("-", "dim"), _text(reason, "dim"))
    return Group(title, Text(), _text(word.sentence), reasons)


def _criteria(shown: View) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    for section in shown.sections:
        style = STYLES[section.word.tone]
        table.add_row(
            Text(section.word.sign, f"bold {style}"),
            _text(section.criterion.title + (" (advice)" if section.advice else "")),
            Text(section.word.name, style),
            Text(section.tally, "dim", justify="right"),
        )
    return table


def _review(section: Section) -> RenderableType:
    word, review = section.word, section.criterion.review
    assert review is not None
    title = Text.assemble(
        (f"{word.sign} ", f"bold {STYLES[word.tone]}"), _text(section.criterion.title, "bold")
    )
    said = f"{review.by}: {words.VERDICTS[review.decision].name.lower()}. {review.comment}".rstrip()
    return Group(title, Padding(_text(said), (0, 0, 0, 2)))


def _check(check: CheckResult, shown: View) -> RenderableType:
    word = shown.outcome(check)
    headline = check.finding.headline if check.finding else check.promise or check.id
    title = Text.assemble((f"{word.sign} ", f"bold {STYLES[word.tone]}"), _text(headline, "bold"))
    parts: list[RenderableType] = [_text(f"{check.id}{', hidden' if check.hidden else ''}", "dim")]
    if check.outcome is Outcome.BLOCKED:
        parts.append(_text(f"Not run yet: it needs {check.waited_for}, which has to pass first."))
    if check.outcome is Outcome.UNGRADED:
        parts.append(_text(word.sentence))
    if check.finding:
        parts += _finding(check.finding, check)
    parts += [_text(check.note, "dim")] if check.note else []
    return Group(title, Padding(Group(*parts), (0, 0, 0, 2)))


def _finding(finding: Finding, check: CheckResult) -> list[RenderableType]:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, label, text in words.facts(finding):
        table.add_row(Text(label, "dim"), _text(text, "bold" if name in ("yours", "expected") else ""))
    for measurement in check.measurements:
        m = words.measured(measurement)
        needed = f" (needed: {m.limit})" if m.limit else ""
        table.add_row(Text("Measured", "dim"), _text(f"{m.name}: {m.value}{needed}"))
    parts: list[RenderableType] = [table] if table.row_count else []
    if finding.diagnosis:
        parts.append(Text.assemble(("Diagnosis: ", "red"), _text(finding.diagnosis)))
    if finding.hint:
        parts.append(Text.assemble(("Try first: ", "green"), _text(finding.hint)))
    if finding.traceback:
        parts.append(_text(finding.traceback, "dim"))
    return parts


def _text(text: str, style: str = "") -> Text:
    return Text(escape.log(text), style, overflow="fold")
