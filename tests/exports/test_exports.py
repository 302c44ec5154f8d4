"""A record in every form that other tools read: their rules, one by one, and the same total in all."""

import base64
import csv
import io
import json
import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from grader.errors import CourseError, Ungraded, UsageError
from grader.exports import EXPORTS
from grader.exports.canvas import to_canvas
from grader.exports.github import MOST_SUMMARY
from grader.records import Decision, Outcome
from grader.report.sanitizer import sanitize
from grader.report.score import score
from tests.report import report_samples as samples
from tests.report.report_hostile import hostile, is_command

RECORDS = {name: make() for name, make in samples.ALL.items()}
GRADED = {name: record for name, record in RECORDS.items() if record.verdict is not Decision.UNGRADED}
UNGRADED = replace(next(iter(GRADED.values())), verdict=Decision.UNGRADED)


@pytest.fixture(params=GRADED)
def record(request):
    return GRADED[request.param]


def runner_of(record):
    return json.loads(base64.b64decode(EXPORTS["runner"].make(record)))


# ── One total ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_form_has_the_same_total(record):
    total = score(record)
    tenths = [round(10 * total.earned), round(10 * total.points)]
    gradescope = json.loads(EXPORTS["gradescope"].make(record))
    assert [gradescope["score"], gradescope["extra_data"]["points"]] == [total.earned, total.points]
    runner = runner_of(record)
    assert [sum(test["score"] for test in runner["tests"]), runner["max_score"]] == tenths
    passed = sum(test["status"] == "pass" for test in runner["tests"])
    assert math.isclose(passed / len(runner["tests"]) * runner["max_score"], tenths[0])
    classroom50 = json.loads(EXPORTS["classroom50"].make(record))
    assert [classroom50["score"], classroom50["max-score"]] == tenths
    for text in (
        gradescope["extra_data"]["total"],
        runner["tests"][0]["name"],
        classroom50["tests"][0]["test-name"],
    ):
        assert total.text in text


def test_without_points_each_required_criterion_is_one():
    record = replace(GRADED["revise"], points=0.0, earned=0.0)
    required = [c for c in record.criteria if c.weight == "required"]
    met = [c for c in required if c.decision is Decision.PASS]
    assert score(record)[:2] == (len(met), len(required))
    assert 0 < len(met) < len(required)


@pytest.mark.parametrize("name", ["gradescope", "classroom50"])
def test_what_is_our_fault_has_no_number(name):
    with pytest.raises(Ungraded, match="our fault"):
        EXPORTS[name].make(UNGRADED)


def test_what_is_our_fault_is_an_error_of_the_runner_without_points():
    runner = runner_of(UNGRADED)
    assert (runner["status"], runner["max_score"], len(runner["tests"])) == ("error", 0, 1)


# ── Each tool's own rules ─────────────────────────────────────────────────────────────────────────────────


def test_gradescope(record):
    made = json.loads(EXPORTS["gradescope"].make(record))
    assert isinstance(made["execution_time"], int)
    formats = {"text", "html", "simple_format", "md", "ansi"}
    assert made["output_format"] in formats
    for test in made["tests"]:
        assert test["visibility"] == "visible"  # else nobody sees the total
        assert test.get("status") in {None, "passed", "failed"}
        assert test["output_format"] in formats
        assert ("score" in test) == ("max_score" in test)
        assert isinstance(test["number"], str)
        assert isinstance(test["tags"], list)
    assert "\\r" not in json.dumps(made)


def test_what_waits_for_a_person_has_neither_passed_nor_failed():
    record = next(r for r in GRADED.values() if any(c.decision is Decision.REVIEW for c in r.criteria))
    made = json.loads(EXPORTS["gradescope"].make(record))
    waiting = [t for c, t in zip(record.criteria, made["tests"]) if c.decision is Decision.REVIEW]
    assert waiting
    assert all("status" not in test for test in waiting)


def test_junit_counts_what_it_holds(record):
    root = ET.fromstring(EXPORTS["junit"].make(record))
    assert len(root) == len(record.labs)
    for suite in root:
        kinds = {tag: len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error", "skipped")}
        assert [int(suite.get(name)) for name in ("failures", "errors", "skipped")] == list(kinds.values())
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
    outcomes = [check.outcome for check in record.checks]
    assert len(root.findall(".//failure")) == outcomes.count(Outcome.FAILED) + outcomes.count(Outcome.PARTLY)
    assert len(root.findall(".//error")) == outcomes.count(Outcome.UNGRADED)


def test_classroom_50(record):
    made = json.loads(EXPORTS["classroom50"].make(record))
    assert made["schema"] == "classroom50/result/v1"
    assert all(isinstance(made[key], int) for key in ("score", "max-score"))
    assert made["score"] == sum(test["score"] for test in made["tests"])
    assert made["max-score"] == sum(test["max-score"] for test in made["tests"])
    assert set(made) >= {
        "classroom",
        "assignment",
        "submission",
        "commit",
        "release",
        "review",
        "datetime",
        "tests",
    }


def test_classroom_50_is_told_what_its_runner_knows(monkeypatch):
    monkeypatch.setenv("CLASSROOM", "dl-2026")
    monkeypatch.setenv("SUBMISSION_TAG", "submit/2026-11-20T14-32-05Z-a1b2c3d")
    made = json.loads(EXPORTS["classroom50"].make(GRADED["revise"]))
    assert (made["classroom"], made["submission"]) == ("dl-2026", "submit/2026-11-20T14-32-05Z-a1b2c3d")


def test_classroom_50_wants_no_field_empty_and_its_runners_time(monkeypatch):
    for name in ("COMMIT_URL", "RELEASE_URL"):
        monkeypatch.setenv(name, f"https://{name}")
    made = json.loads(EXPORTS["classroom50"].make(GRADED["revise"]))
    assert made["review"] == made["commit"] == "https://COMMIT_URL"  # older runners set no REVIEW_URL
    assert made["datetime"] == "2026-11-26T20:14:03Z"  # when it was committed, for each regrade the same
    monkeypatch.setenv("REVIEW_URL", "https://h/compare")
    assert json.loads(EXPORTS["classroom50"].make(GRADED["revise"]))["review"] == "https://h/compare"


def test_annotations_are_few_and_the_total_comes_first(record):
    lines = EXPORTS["annotations"].make(record).splitlines()
    token = next(line for line in lines if line.startswith("::stop-commands::")).removeprefix(
        "::stop-commands::"
    )
    before = lines[: lines.index(f"::stop-commands::{token}")]
    assert before[0].startswith("::notice title=")
    assert len(before) <= 10
    assert lines[-1] == f"::{token}::"
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert token not in EXPORTS["annotations"].make(record)


def test_an_annotation_names_the_file_and_the_line():
    record = replace(GRADED["flawed"], files=("lab3_lstm/cell.py",))
    lines = EXPORTS["annotations"].make(record).splitlines()
    assert any(re.match(r"::error file=lab3_lstm/cell\.py,line=31,title=", line) for line in lines)


def test_a_summary_is_short_enough_for_its_step():
    long = replace(GRADED["revise"], notes=("x" * 900 + " ",) * 2000)
    made = EXPORTS["summary"].make(long)
    assert len(made.encode()) <= MOST_SUMMARY + 200
    assert "the whole is among the artifacts" in made


@settings(deadline=None)
@given(text=hostile)
def test_hostile_text_stays_text(text):
    base = GRADED["revise"]
    checks = tuple(
        replace(
            c,
            finding=replace(
                c.finding, headline=text or "x", diagnosis=text, hint=text, where=f"{text}, line 3"
            ),
        )
        if c.finding
        else c
        for c in base.checks
    )
    record = sanitize(replace(base, title=text, checks=checks, notes=(text,)))
    ET.fromstring(EXPORTS["junit"].make(record))
    json.loads(EXPORTS["gradescope"].make(record))
    made = EXPORTS["annotations"].make(record).splitlines()
    stop = next(i for i, line in enumerate(made) if line.startswith("::stop-commands::"))
    for line in made[:stop]:
        assert re.match(r"::(notice|error|warning) (file=[^:,]*,line=\d+,)?title=[^:,]*::", line)
        assert not is_command(line.partition("::")[2].partition("::")[2])


def test_no_form_shows_what_a_hidden_check_must_keep():
    record = replace(GRADED["revise"], seed="5eed" * 8)
    for export in EXPORTS.values():
        made = export.make(record)
        text = base64.b64decode(made).decode() if export.make is EXPORTS["runner"].make else made
        assert "5eed5eed" not in text
        hidden = [c for c in record.checks if c.hidden and c.finding and len(c.finding.expected) > 8]
        assert hidden
        for check in hidden:
            assert check.finding.expected not in text


# ── Canvas ────────────────────────────────────────────────────────────────────────────────────────────────

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Week 6 (77),Week 5 (76),Current Score\n"
    "    Points Possible,,,,,8,10,(read only)\n"
    '"Lovelace, Ada",901,u1,ada,S1,,7,88\n'
    '"Noether, Emmy",902,u2,emmy,S1,5,9,91\n'
    '"=cmd(), Eve",903,u3,eve,S1,EX,9,91\n'
).encode()


def table(filled):
    return list(csv.reader(io.StringIO(filled.text)))


def test_canvas_gets_its_own_columns_back_and_one_filled():
    made = table(to_canvas(CANVAS, "c.csv", "Week 6", {"ada": 6.5}, 8.0))
    assert made[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Week 6 (77)"]
    assert made[1][0] == "    Points Possible"
    assert made[2] == ["Lovelace, Ada", "901", "u1", "ada", "S1", "6.50"]
    assert made[3][-1] == "5"  # nobody graded it: it stays
    assert made[4][-1] == "EX"
    assert made[4][0].startswith("'=")


def test_who_is_excused_stays_so_and_who_is_not_in_the_export_is_named():
    filled = to_canvas(CANVAS, "c.csv", "Week 6", {"eve": 3.0, "ada": 1.0, "zoe": 8.0}, 8.0)
    assert [row[-1] for row in table(filled)[2:]] == ["1.00", "5", "EX"]
    assert (filled.excused, filled.unknown) == (("eve",), ("zoe",))


@pytest.mark.parametrize(
    ("was", "is_now"), [("-", "-"), ("-1.5", "-1.5"), ("", ""), ("A-", "A-"), ("=1+1", "'=1+1")]
)
def test_what_canvas_reads_as_no_score_stays_that(was, is_now):
    export = CANVAS.replace(b"u2,emmy,S1,5,", f"u2,emmy,S1,{was},".encode())
    assert table(to_canvas(export, "c.csv", "Week 6", {}, 8.0))[3][-1] == is_now


def test_canvas_with_semicolons_decimal_commas_and_a_row_of_manual_posting():
    head, points, *rest = CANVAS.decode().replace('"Lovelace, Ada"', "Ada").splitlines()
    posting = ",,,,,Manual Posting,,"
    lines = [head, posting, points.replace(",8,", ",8€5,"), rest[0]]
    export = "\n".join(lines).replace(",", ";").replace("€", ",").replace("Week 5", "Week 5, late").encode()
    made = table(to_canvas(export, "c.csv", "Week 6", {"ada": 6.5}, 8.5))
    assert [row[-1] for row in made] == ["Week 6 (77)", "Manual Posting", "8,5", "6.50"]
    assert made[1][:-1] == [""] * 5
    with pytest.raises(UsageError, match=r"Canvas has 8\.5 points"):
        to_canvas(export, "c.csv", "Week 6", {}, 8.0)


def test_a_column_that_canvas_lets_nobody_change_is_refused():
    with pytest.raises(UsageError, match="read only"):
        to_canvas(CANVAS.replace(b",8,10,", b",8 (read only),10,"), "c.csv", "Week 6", {}, 8.0)


@pytest.mark.parametrize("column", ["week 6 (77)", "Week 6"])
def test_a_column_is_found_by_its_name_or_its_beginning(column):
    assert table(to_canvas(CANVAS, "c.csv", column, {"ada": 6.0}, 8.0))[0][-1] == "Week 6 (77)"


def test_a_column_that_is_not_there_would_make_another_assignment():
    with pytest.raises(UsageError, match=r"no column 'Week'.*") as found:
        to_canvas(CANVAS, "c.csv", "Week", {}, 8.0)
    assert "Week 5 (76)" in found.value.remedy


def test_other_points_than_canvas_has_are_refused():
    with pytest.raises(UsageError, match="Canvas has 8 points"):
        to_canvas(CANVAS, "c.csv", "Week 6", {}, 10.0)


def test_what_canvas_did_not_export_is_refused():
    with pytest.raises(CourseError, match="1 fault"):
        to_canvas(b"id,url\nada,x\n", "r.csv", "Week 6", {}, 8.0)


def test_what_is_not_counted_is_nobodys_error():
    record = next(iter(GRADED.values()))
    left = replace(record.checks[0], outcome=Outcome.UNGRADED, counted=False, note="Not counted: no loss.")
    root = ET.fromstring(EXPORTS["junit"].make(replace(record, checks=(left,))))
    assert root.findall(".//error") == []
    assert [skipped.get("message") for skipped in root.findall(".//skipped")] == ["Not counted: no loss."]
