"""The report in a terminal, as rich renderables. The command line prints them; nothing here does.

Texts are ``Text`` objects, so that square brackets are no markup, and each has been through ``escape.log``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report import escape, words
from grader.report.context import LabPart, Section, View, view

if TYPE_CHECKING:
    from grader.records import CheckResult, Finding, SafeRecord
    from grader.report.causes import Cause

STYLES = {"good": "green", "bad": "red", "wait": "yellow", "ours": "magenta"}
MORE = "Every finding in full: --full. As a page: --out FOLDER."


def to_terminal(record: SafeRecord, *, full: bool = False) -> RenderableType:
    """The verdict, the causes and the criteria, lab by lab, and the verdict in one line where a terminal ends.

    Args:
        record: What to show.
        full: Show every finding in full as well.
    """
    shown = view(record)
    parts = [
        _banner(shown, shown.reasons),
        *(_causes(lab) for lab in shown.labs if lab.causes or (shown.summary and lab.to_say)),
    ]
    if shown.since and shown.record.since:
        before = f"Since attempt {shown.record.since.attempt}: "
        parts.append(_text(before + " ".join(shown.since)))
    parts += [_text(f"{notice.title}. {notice.text}", "yellow") for notice in shown.notices]
    parts += [_review(s) for lab in shown.labs for s in lab.sections if s.criterion.review]
    parts += [_text(note, "dim") for note in (*shown.record.notes, *shown.record.troubles)]
    if full:
        told = (each for lab in shown.labs for check, others in lab.told for each in (check, *others))
        parts += [_check(check, shown) for check in told]
    parts += [_criteria(lab) for lab in shown.labs]
    parts.append(_end(shown, full=full))
    return Group(*(Padding(part, (0, 0, 1, 0), expand=False) for part in parts))


def verdict(record: SafeRecord) -> RenderableType:
    """The verdict alone: one coloured line, and the sentences that it follows from."""
    shown = view(record)
    return _banner(shown, tuple(reason for reason in record.reasons if reason not in shown.summary))


def one_check(record: SafeRecord, check: CheckResult) -> RenderableType:
    """One check of a record, in full."""
    return _check(check, view(record))


def _title(shown: View) -> Text:
    name = _text(shown.record.title or shown.record.assignment, "bold")
    return Text.assemble(
        (f" {shown.word.name.upper()} ", f"bold reverse {STYLES[shown.word.tone]}"), "  ", name
    )


def _banner(shown: View, said: tuple[str, ...]) -> RenderableType:
    parts: list[RenderableType] = [_title(shown)]
    parts += [_text(f"Due {shown.due}", "dim")] if shown.due else []
    parts.append(_text(shown.summary or shown.word.sentence))
    if shown.categories:
        table = Table.grid(padding=(0, 2, 0, 0))
        for title, points, counts in shown.categories:
            table.add_row(_text(title), _right(points), _right(counts))
        parts.append(Padding(table, (1, 0, 0, 2), expand=False))
    if said:
        reasons = Table.grid(padding=(0, 1, 0, 0))
        for reason in said:
            reasons.add_row(Text("-", "dim"), _text(reason, "dim"))
        parts.append(reasons)
    return Group(*parts)


def _end(shown: View, *, full: bool) -> RenderableType:
    more = [_text(MORE, "dim")] if not full and (shown.causes or shown.record.troubles) else []
    return Group(_title(shown), *more)


def _causes(lab: LabPart) -> RenderableType:
    """A lab's heading, and a line for each cause with what it explains beneath."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for cause in lab.causes:
        table.add_row(_sign(cause.word), _cause(cause))
    for _, sentence, word in lab.to_say:
        table.add_row(_sign(word), _text(sentence))
    return Group(_text(lab.heading, "bold"), Padding(table, (0, 0, 0, 2), expand=False))


def _cause(cause: Cause) -> Text:
    bonus = cause.tag if cause.lost else ""
    beneath = "; ".join(filter(None, (cause.price, cause.check.id, bonus, cause.beneath)))
    return Text.assemble(_text(cause.text), "\n", _text(beneath, "dim"))


def _criteria(lab: LabPart) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    for group in lab.groups:
        if group.heading:
            table.add_row("", _text(group.heading, "bold"), "", _right(group.tally))
        for section in group.sections:
            table.add_row(
                _sign(section.word),
                _text(section.criterion.title + (f" ({section.tag})" if section.tag else "")),
                Text(section.word.name, STYLES[section.word.tone]),
                _right(section.tally),
            )
    heading = Text.assemble(_text(lab.id, "bold"), "  ", _text(lab.tally, "dim"))
    return Group(heading, Padding(table, (0, 0, 0, 2), expand=False))


def _right(text: str) -> Text:
    return Text(escape.log(text), "dim", justify="right")


def _sign(word: words.Word) -> Text:
    return Text(word.sign, f"bold {STYLES[word.tone]}")


def _review(section: Section) -> RenderableType:
    word, review = section.word, section.criterion.review
    assert review is not None
    title = Text.assemble(
        (f"{word.sign} ", f"bold {STYLES[word.tone]}"), _text(section.criterion.title, "bold")
    )
    said = f"{review.by}: {words.reviewed(review)}. {review.comment}".rstrip()
    return Group(title, Padding(_text(said), (0, 0, 0, 2)))


def _check(check: CheckResult, shown: View) -> RenderableType:
    word = shown.outcome(check)
    headline = check.finding.headline if check.finding else check.promise or check.id
    title = Text.assemble((f"{word.sign} ", f"bold {STYLES[word.tone]}"), _text(headline, "bold"))
    parts: list[RenderableType] = [_text(f"{check.id}{', hidden' if check.hidden else ''}", "dim")]
    if word.sentence:
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
