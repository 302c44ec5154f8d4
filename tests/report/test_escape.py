"""What students write is hostile text: it does nothing wherever it is shown."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_hostile import hostile, is_command, tokens
from report_samples import HOSTILE

from grader.report import escape

bounded = settings(derandomize=True, deadline=None, max_examples=150)


def invisible(text):
    return [c for c in text if unicodedata.category(c)[0] == "C" or c in "\u2028\u2029"]


@bounded
@given(hostile)
def test_plain_text_can_be_encoded_and_holds_nothing_invisible(text):
    shown = escape.plain(text)
    shown.encode("utf-8")
    assert set(invisible(shown)) <= {"\n", "\t"}
    assert not re.search(r"##\w*\[", shown)


@bounded
@given(hostile)
def test_plain_text_is_left_as_it_is_the_second_time(text):
    assert escape.plain(escape.plain(text)) == escape.plain(text)


def test_ordinary_text_is_left_as_it_is_the_first_time():
    text = "Größe 3 × 4 → «ok» 中文 x[::-1] # comment\n\tsecond line"
    assert escape.plain(text) == text


def test_what_was_hidden_is_shown_as_written_in_python():
    assert escape.plain("\x1b[31m\x00\u202e\ud800\U000e0041") == "\\x1b[31m\\x00\\u202e\\ud800\\U000e0041"


def test_long_text_is_cut_and_says_so():
    assert escape.plain("a" * 5000, most=10) == "aaaaaaaaa…"


@bounded
@given(hostile, st.integers(1, 7))
def test_no_line_of_a_log_is_a_workflow_command_however_it_is_wrapped(text, width):
    shown = escape.log(text)
    wrapped = "\n".join(shown[i : i + width] for i in range(0, len(shown), width))
    assert not is_command(shown)
    assert not any(row.strip().startswith("::") for row in wrapped.split("\n"))


def test_a_slice_in_a_log_is_still_python():
    assert escape.log("x[::-1]") == "x[: :-1]"


@bounded
@given(hostile)
def test_markdown_prose_is_one_paragraph_of_text(text):
    shown = escape.markdown(text)
    assert {t.type for t in tokens(shown)} <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }
    assert "\n" not in shown
    assert not is_command(shown)


@bounded
@given(hostile)
def test_markdown_prose_reads_as_the_text_that_went_in(text):
    rendered = "".join(t.content for t in tokens(escape.markdown(text)) if t.type in ("text", "text_special"))
    assert rendered.replace(escape.JOINER, "").strip() == escape.log(escape.line(text))


@bounded
@given(hostile)
def test_rendered_markdown_mentions_and_links_nobody(text):
    rendered = "".join(t.content for t in tokens(escape.markdown(text)) if t.type in ("text", "text_special"))
    assert not re.search(r"@\w|#\d|GH-\d|://|www\.", rendered, re.IGNORECASE)


@bounded
@given(hostile)
def test_markdown_code_is_code_and_nothing_else(text):
    types = [t.type for t in tokens(f"- {escape.code(text) or 'x'}") if t.type not in ("inline", "softbreak")]
    assert types.count("code_inline") == (1 if escape.code(text) else 0)
    assert set(types) <= {
        "bullet_list_open", "list_item_open", "paragraph_open", "code_inline", "text",
        "paragraph_close", "list_item_close", "bullet_list_close",
    }  # fmt: skip


@bounded
@given(hostile)
def test_a_markdown_block_stays_closed_and_no_line_of_it_is_a_command(text):
    shown = escape.block(text)
    assert [t.type for t in tokens(shown)] == ["fence"]
    assert not is_command(shown)


@bounded
@given(hostile)
def test_markdown_in_a_table_stays_in_its_cell(text):
    table = f"| a | b |\n|---|---|\n| {escape.markdown(text)} | end |"
    assert [t.type for t in tokens(table)].count("td_open") == 2


@bounded
@given(hostile)
def test_a_csv_cell_is_no_formula(text):
    shown = escape.cell(text)
    out = io.StringIO()
    csv.writer(out).writerow([shown, "end"])
    assert next(csv.reader(io.StringIO(out.getvalue()))) == [shown, "end"]
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝"))


@pytest.mark.parametrize(
    "sink", [escape.plain, escape.line, escape.log, escape.markdown, escape.code, escape.block, escape.cell]
)
def test_the_attack_of_the_corpus_survives_in_no_sink(sink):
    shown = sink(HOSTILE)
    shown.encode("utf-8")
    assert "\x1b" not in shown and "\x9b" not in shown and "\u202e" not in shown
