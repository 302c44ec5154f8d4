"""What reports say of deadlines, hand-ins, earlier attempts and people's decisions."""

from io import StringIO

import pytest
import report_samples as samples
from msgspec.structs import replace
from rich.console import Console

from grader.records import DOCUMENT_CHARACTERS, Document, Policy, Since, Standing, Terms
from grader.report import encode, to_html, to_markdown, to_terminal, words
from grader.report.context import view
from grader.report.sanitizer import sanitize
from grader.report.sheet import to_sheet


def facts(record):
    return dict(view(record).facts)


def printed(renderable, width=120):
    out = StringIO()
    Console(file=out, width=width).print(renderable)
    return out.getvalue()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.4, "1 s"), (59, "59 s"), (60, "1 min"), (131, "2 min 11 s"), (7500, "2 h 5 min"),
        (86_400, "1 day"), (86_400 + 59, "1 day"), (2 * 86_400 + 3600, "2 days 1 h"), (3600 + 5, "1 h"),
    ],
)  # fmt: skip
def test_a_span_has_its_two_largest_units(seconds, told):
    assert words.span(seconds) == told


def test_the_report_says_when_it_was_due_and_came_and_who_says_so():
    told = facts(samples.review())
    assert told["Due"] == "27 Nov 2026, 18:00 (+01:00)"
    assert told["Handed in"] == "27 Nov 2026, 18:02 (+01:00), 2 min 11 s late, as the forge received it"
    assert told["Hand-in"] == "2 of 3"
    assert told["Attempt"] == "17"


def test_a_commits_own_date_is_called_that():
    standing = Standing(came=samples.review().committed_at, source="committed", hand_in=1)
    record = replace(
        samples.review(), standing=standing, terms=Terms(deadline="d", due="2026-11-27T18:00:00+01:00")
    )
    assert facts(record)["Handed in"].endswith("by its own commit date, which its author can set")
    assert facts(record)["Hand-in"] == "1"


def test_an_extension_is_reported_with_its_reason_and_an_unknown_week_as_such():
    record = samples.review()
    extended = replace(record, terms=replace(record.terms, extension="extensions.yaml: ill"))
    assert facts(extended)["Due"].endswith("extended (extensions.yaml: ill)")
    unknown = replace(record, terms=Terms(deadline="Friday 18:00 Africa/Lagos"))
    assert facts(unknown)["Due"] == "Friday 18:00 Africa/Lagos; the rubric does not say in which week"
    assert "Due" not in facts(replace(record, terms=Terms()))


@pytest.mark.parametrize("write", [to_html, to_markdown, lambda record: printed(to_terminal(record), 200)])
def test_every_report_says_what_changed_and_that_it_was_late(write):
    text = write(samples.review()).replace("\\", "")
    assert "2 checks now pass: lab1_mlp/gradients.W1, lab1_mlp/gradients.b1." in text
    assert "1 check no longer passes: lab1_mlp/softmax.extreme." in text
    assert "Handed in 2 min 11 s after the deadline, as the forge received it." in text


def test_if_nothing_changed_that_is_said():
    since = Since(attempt=1, graded_at="", commit="", verdict=samples.review().verdict)
    assert words.since(since) == ("No check changed.",)


def test_refused_work_is_not_accepted_and_is_not_told_to_hand_in_again():
    for text in (
        to_html(samples.refused()),
        to_markdown(samples.refused()),
        printed(to_terminal(samples.refused())),
    ):
        assert "not accepted" in text.lower()
        assert "hand in again" not in text


def test_the_sheet_shows_the_document_the_guidance_and_the_measured_numbers():
    shown = printed(to_sheet(samples.review()))
    assert "MEMO.md" in shown
    assert "Our network learned digits, not handwriting." in shown
    assert samples.GUIDANCE in shown
    assert "0.934" in shown and "at least 0.88" in shown
    assert "waits for review" in shown


def test_a_long_document_is_shown_whole_and_a_longer_one_is_cut():
    for length, end in ((DOCUMENT_CHARACTERS, "a"), (10 * DOCUMENT_CHARACTERS, "…")):
        document = Document(lab="lab1_mlp", name="memo", file="MEMO.md", text="a" * length)
        kept = sanitize(replace(samples.review(), documents=(document,))).documents[0].text
        assert len(kept) == DOCUMENT_CHARACTERS
        assert kept[-1] == end


def test_long_guidance_and_comments_are_kept_whole():
    record = samples.with_memo(samples.record(), samples.said("revise", "b" * 3000))
    assert b"b" * 3000 in encode(record)
