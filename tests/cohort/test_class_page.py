"""The class on one page and in one table: right sums, harmless text, and no file outside its folder."""

import csv
import io
import re
import subprocess
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given, settings
from markupsafe import Markup

from grader.cohort import ClassMember, ClassResult
from grader.cohort.page import to_page
from grader.cohort.sheet import ClassTable
from grader.cohort.summary import Before, Said, Summary, summary
from grader.cohort.writing import folders
from grader.records import Decision
from tests.report import report_samples as samples
from tests.report.report_hostile import Page, hostile

NOW = "2026-11-21T20:00:00+00:00"
MEAN = Said("Lab 1", "The mean over the batch is missing.")
SWAP = Said("Lab 1", "Rows and columns are swapped.")


def member(id, verdict=None, causes=(), **rest):
    return Summary(ClassMember(id, f"https://host/class/{id}"), id, verdict, causes=causes, **rest)


CLASS = (
    member("ada", Decision.PASS, earned=9.5, points=10, counted=True, attempt=3, late_seconds=3700.0,
           history=(Before(1, NOW, Decision.REVISE), Before(3, NOW, Decision.PASS))),
    member("bob", Decision.REVISE, (MEAN, SWAP), attempt=2),
    member("eve", Decision.REVISE, (MEAN, MEAN), attempt=4),
    member("gone", Decision.UNGRADED, trouble="There is no repository at https://host/class/gone."),
    member("later"),
)  # fmt: skip


@pytest.fixture(scope="module")
def source():
    return to_page("Week 6", CLASS, NOW)


def test_what_was_wrong_is_counted_once_a_member(source):
    text = Page(source).text
    assert "2 of 3 The mean over the batch is missing." in " ".join(text.split())
    assert "1 of 3 Rows and columns are swapped." in " ".join(text.split())


def test_everybody_is_on_the_page_with_a_way_to_their_report(source):
    page = Page(source)
    links = [a["href"] for tag, a in page.elements if tag == "a"]
    assert links == ["ada/report.html", "bob/report.html", "eve/report.html"]
    for word in ("There is no repository at", "not graded yet", "9.5 of 10", "1 h 1 min"):
        assert word in page.text


def test_the_policy_allows_the_page_its_own_style_and_script_alone(source):
    allowed = Markup(re.search(r'Content-Security-Policy" content="([^"]*)"', source)[1]).unescape()
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)[1]
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in allowed
    assert allowed.startswith("default-src 'none'")
    assert "http" not in source.replace("https://host", "").replace("http-equiv", "")


def test_ids_are_unique_and_labels_lead_somewhere(source):
    elements = Page(source).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {i for _, a in elements for i in a.get("aria-labelledby", "").split()} <= set(ids)


@settings(deadline=None)
@given(text=hostile)
def test_hostile_text_is_text(text):
    one = Summary(ClassMember(text, "u", text), "x", Decision.REVISE, causes=(Said(text, text),), attempt=1)
    page = Page(to_page(text, [one], NOW))
    assert page.open == []
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    row = next(csv.DictReader(io.StringIO(ClassTable([one]).text())))
    for cell in row.values():
        assert not cell.startswith(("=", "+", "-", "@"))


def test_the_table_has_everybody_in_the_rosters_order_and_each_as_they_stand_now():
    table = ClassTable(CLASS)
    before = table.text()
    table.put(member("bob", Decision.PASS, attempt=7))
    rows = [list(csv.DictReader(io.StringIO(text))) for text in (before, table.text())]
    assert [row["id"] for row in rows[1]] == ["ada", "bob", "eve", "gone", "later"]
    assert [row["verdict"] for row in rows[0]] == ["pass", "revise", "revise", "ungraded", "not yet"]
    assert [row["verdict"] for row in rows[1]] == ["pass", "pass", "revise", "ungraded", "not yet"]
    assert "\r\n" in before
    assert "\n\n" not in before.replace("\r", "")


def test_a_result_becomes_a_summary_of_its_own_record():
    made = samples.ALL["flawed"]()
    said = summary(ClassResult(ClassMember("ada", "u"), made), "ada", [made])
    assert said.verdict is made.verdict
    assert any("The mean over the batch is missing" in cause.text for cause in said.causes)
    assert [past.verdict for past in said.history] == [made.verdict]


def test_folders_differ_and_stay_where_they_belong():
    ids = ["ada", "ADA", "../etc", "..", "a/b", "a_b", "class.csv", "index.html", "é", "x" * 300, "=1"]
    names = folders([ClassMember(id, "u") for id in ids])
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert "/" not in name
        assert name not in {"", ".", "..", "class.csv", "index.html"}
        assert len(name) <= 110
