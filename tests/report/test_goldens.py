"""Markdown and terminal reports, word for word. After a change: look at the difference, then UPDATE_GOLDEN=1 pytest."""

import os
from io import StringIO
from pathlib import Path

import pytest
import report_samples as samples
from report_hostile import tokens
from rich.console import Console

from grader.report import student_copy, to_markdown, to_terminal, verdict
from grader.report.context import view

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


@pytest.mark.parametrize("name", ["flawed", "hostile"])
def test_the_full_terminal_report_reads_as_agreed(name):
    compare(f"{name}.full.txt", plainly(to_terminal(RECORDS[name](), full=True)))


@pytest.mark.parametrize("full", [False, True])
def test_the_verdict_is_the_beginning_of_the_terminal_report_and_its_end(full):
    record = samples.revise()
    shown = plainly(to_terminal(record, full=full))
    assert shown.startswith("".join(plainly(verdict(record)).splitlines(keepends=True)[:2]))
    assert " REVISE   Week 6" in "".join(shown.splitlines(keepends=True)[-3:])


def test_every_cause_of_a_flawed_week_is_on_the_first_screen():
    out = StringIO()
    Console(file=out, width=80).print(to_terminal(samples.flawed()))
    first = " ".join(" ".join(out.getvalue().splitlines()[:25]).split())
    for cause in view(samples.flawed()).causes:
        assert cause.text in first


def test_a_terminal_shows_colours_but_only_ours():
    shown = printed(to_terminal(samples.hostile(), full=True), force_terminal=True, color_system="standard")
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
