"""Hostile text is tried on every renderer there is: whoever adds one says what reads it, and is tried too."""

import json
import re

import pytest
import report_samples as samples
from hypothesis import given, settings
from report_hostile import Page, hostile, is_command, tokens

from grader.report import RENDERERS, Medium, renderers, to_html

HONEST = (samples.passed, samples.revise, samples.ungraded, samples.reviewed)
HONEST_ELEMENTS = {tag for make in HONEST for tag, _ in Page(to_html(make())).elements}
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
BLOCKS = {
    "heading", "paragraph", "bullet_list", "list_item", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "strong",
}  # fmt: skip
PLAIN = {"inline", "text", "text_special", "code_inline", "fence", "softbreak", "html_block"}
DETAILS = {
    "<details><summary>Every check</summary>", "<details><summary>What went wrong on our side</summary>",
    "<details><summary>How this was graded</summary>", "</details>",
}  # fmt: skip


def json_keeps_its_shape(shown):
    def shape(value):
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        return [shape(inner) for inner in value] if isinstance(value, list) else type(value)

    calm = next(row for row in RENDERERS if row.medium is Medium.JSON).text(samples.hostile("calm"))
    assert shape(json.loads(shown)) == shape(json.loads(calm))
    assert not INVISIBLE.search(shown)
    assert "NaN" not in shown


def html_gets_no_element(shown):
    assert {tag for tag, _ in Page(shown).elements} <= HONEST_ELEMENTS
    assert "<script" not in shown.lower()
    assert not INVISIBLE.search(shown)


def markdown_gets_no_markup(shown):
    assert not is_command(shown)
    assert set(c for c in shown if not c.isprintable()) <= {"\n", "\t", "\u2060"}
    for token in tokens(shown):
        assert token.type in PLAIN or token.type.removesuffix("_open").removesuffix("_close") in BLOCKS
        assert token.type != "html_block" or token.content.strip() in DETAILS


def a_terminal_gets_no_command(shown):
    assert not is_command(shown)
    assert set(c for c in shown if not c.isprintable()) <= {"\n"}


HARMLESS = {
    Medium.JSON: json_keeps_its_shape,
    Medium.HTML: html_gets_no_element,
    Medium.MARKDOWN: markdown_gets_no_markup,
    Medium.TERMINAL: a_terminal_gets_no_command,
}


def test_every_medium_has_its_test():
    assert set(HARMLESS) == set(Medium)


@pytest.mark.parametrize("row", RENDERERS, ids=lambda row: row.name)
def test_nothing_hostile_gets_through(row):
    @settings(derandomize=True, deadline=None, max_examples=25)
    @given(hostile)
    def tried(text):
        shown = row.text(samples.hostile(text))
        shown.encode()
        HARMLESS[row.medium](shown)

    tried()


@pytest.mark.parametrize("row", RENDERERS, ids=lambda row: row.name)
def test_the_attack_of_the_corpus_is_shown_and_harmless(row):
    shown = row.text(samples.hostile())
    HARMLESS[row.medium](shown)
    assert "x1b" in shown


@pytest.mark.parametrize("width", [20, 100])
@pytest.mark.parametrize(
    "row", [row for row in RENDERERS if row.medium is Medium.TERMINAL], ids=lambda row: row.name
)
def test_nor_however_a_terminal_wraps_it(row, width, monkeypatch):
    monkeypatch.setattr(renderers, "WIDTH", width)

    @settings(derandomize=True, deadline=None, max_examples=15)
    @given(hostile)
    def tried(text):
        a_terminal_gets_no_command(row.text(samples.hostile(text)))

    tried()


def test_a_renderer_that_forgets_to_escape_is_found_out():
    """The battery has teeth: each medium refuses what it must."""
    for medium, text in (
        (Medium.JSON, '{"other": "shape"}'),
        (Medium.HTML, "<script>alert(1)</script>"),
        (Medium.MARKDOWN, "![x](http://e.example)\n"),
        (Medium.TERMINAL, "::set-output name=a::b\n"),
        (Medium.TERMINAL, "\x1b[31mPASSED\n"),
    ):
        with pytest.raises(AssertionError):
            HARMLESS[medium](text)


def test_no_text_of_a_renderer_has_colour_codes():
    assert all("\x1b" not in row.text(samples.revise()) for row in RENDERERS)
