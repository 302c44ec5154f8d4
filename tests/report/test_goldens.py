"""Markdown and terminal reports, word for word. After a change: look at the difference, then UPDATE_GOLDEN=1 pytest."""

import os
from io import StringIO
from pathlib import Path

import pytest
import report_samples as samples
from report_hostile import tokens
from rich.console import Console

from grader.report import student_copy, to_markdown, to_terminal, verdict

GOLDEN = Path(__file__).parent / "golden"
RECORDS = {
    **samples.ALL,
    "revise.student": lambda: student_copy(samples.revise()),
    "reviewed.student": lambda: student_copy(samples.reviewed()),
}


def printed(renderable, **options):
    out = StringIO()
    Console(file=out, width=100, **options).print(renderable)
    return out.getvalue()


def plainly(renderable):
    return "".join(row.rstrip() + "\n" for row in printed(renderable).splitlines())


def compare(name, text):
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RECORDS)
def test_markdown_reads_as_agreed(name):
    compare(f"{name}.md", to_markdown(RECORDS[name]()))


@pytest.mark.parametrize("name", RECORDS)
def test_the_terminal_reads_as_agreed(name):
    compare(f"{name}.txt", plainly(to_terminal(RECORDS[name]())))


def test_the_verdict_alone_is_the_end_of_the_terminal_report():
    record = samples.revise()
    assert plainly(to_terminal(record)).rstrip().endswith(plainly(verdict(record)).rstrip())


def test_a_terminal_shows_colours_but_only_ours():
    shown = printed(to_terminal(samples.hostile()), force_terminal=True, color_system="standard")
    assert "\x1b[1;7;31m REVISE \x1b[0m" in shown
    assert "\x1b[31mPASSED" not in shown
    assert "\\x1b[31mPASSED" in shown


def test_the_shape_of_markdown_does_not_depend_on_what_a_student_wrote():
    shape = [
        t.type for t in tokens(to_markdown(samples.hostile("calm"))) if t.type not in ("text_special", "text")
    ]
    assert [
        t.type for t in tokens(to_markdown(samples.hostile())) if t.type not in ("text_special", "text")
    ] == shape
