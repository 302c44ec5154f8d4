"""report.json is the record: documented, versioned, and read back as it was."""

import json
import math
from pathlib import Path

import msgspec
import pytest
import report_samples as samples
from msgspec.structs import replace

from grader.errors import CourseError
from grader.records import CheckResult, CourseVersion, CriterionResult, Finding, LabVerdict, Record
from grader.report import decode, encode, schema
from grader.report.markdown import to_markdown
from grader.report.sanitizer import sanitize

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", samples.ALL)
def test_a_report_is_read_back_as_it_was_written(name):
    record = sanitize(samples.ALL[name]())
    assert decode(encode(record)) == record
    assert encode(decode(encode(record))) == encode(record)


def test_the_top_level_says_what_others_rely_on():
    report = json.loads(encode(samples.revise()))
    assert report["schema_version"] == 1
    assert report["verdict"] == "revise"
    assert report["assignment"] == "week06"
    assert report["commit"] == "9f3c2d1e4b5a69788796a5b4c3d2e1f00f1e2d3c"
    assert [lab["id"] for lab in report["labs"]] == ["lab1_mlp"]
    assert [c["id"] for c in report["criteria"]] == [c.id for c in samples.CRITERIA]
    check = next(c for c in report["checks"] if c["id"] == "gradients.W1")
    assert check["criterion"] == "backprop"
    assert check["outcome"] == "failed"
    assert check["finding"]["diagnosis"] == samples.MASK_MISSING.diagnosis
    assert report["seed"] == samples.SEED


@pytest.mark.parametrize("verdict", ["pass", "revise", "ungraded"])
def test_the_verdict_is_one_of_the_four_words(verdict):
    assert json.loads(encode(samples.ALL[verdict]()))["verdict"] == verdict


def test_what_is_not_a_number_is_null_and_what_is_not_text_is_shown():
    report = encode(samples.hostile())
    assert b"\\u001b" not in report and b"NaN" not in report
    check = next(c for c in json.loads(report)["checks"] if c["id"] == "forward.logits")
    assert check["plots"][0]["series"][0]["y"] == [1.0, None, None, -1e308, 1e308, 3.0]
    assert check["measurements"][0]["value"] is None
    assert "\\x1b]0;owned" in check["finding"]["headline"]


def test_points_without_a_place_on_the_x_axis_are_left_out():
    series = samples.Series(label="a", y=(1.0, 2.0, math.nan), x=(1.0, math.inf, 3.0))
    assert sanitize(series) == samples.Series(label="a", y=(1.0, None), x=(1.0, 3.0))


def test_the_documented_schema_is_the_schema():
    assert (DOCS / "report.schema.json").read_bytes() == schema(), (
        "see docs/report-format.md for how to write it anew"
    )


def test_the_schema_requires_a_verdict_and_describes_fields():
    described = json.loads(schema())["$defs"]
    assert described["Record"]["required"] == ["verdict", "assignment"]
    assert described["Decision"]["enum"] == ["pass", "review", "revise", "ungraded"]
    assert (
        described["CheckResult"]["properties"]["waited_for"]["description"] == "BLOCKED: the check it needed."
    )


@pytest.mark.parametrize("struct", [Record, CheckResult, CriterionResult, LabVerdict, Finding])
def test_every_field_is_in_the_documentation(struct):
    text = (DOCS / "report-format.md").read_text(encoding="utf-8")
    internal = {"diagnosis_id", "secret"}
    assert [f for f in struct.__struct_fields__ if f"`{f}`" not in text and f not in internal] == []


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff", b'{"schema_version": 1}', b'{"schema_version": 1, "verdict": "ok"}']
)
def test_what_is_no_report_is_refused_in_a_sentence(data):
    with pytest.raises(CourseError, match="not a report of the grader"):
        decode(data)


def test_another_schema_version_is_refused_with_a_remedy():
    with pytest.raises(CourseError, match="schema version 99; this grader reads version 1") as caught:
        decode(encode(msgspec.structs.replace(samples.passed(), schema_version=99)))
    assert "grader_version" in caught.value.remedy


def test_the_course_s_state_is_in_the_record_and_on_the_page():
    version = CourseVersion(commit="4a5b6c7d8e9f0a1b2c3d", tag="v2026.1", dirty=True)
    record = sanitize(replace(samples.revise(), course=version))
    assert json.loads(encode(record))["course"] == {"commit": version.commit, "tag": "v2026.1", "dirty": True}
    assert "Course: `v2026.1 (4a5b6c7d8e9f), with changes that were not committed`" in to_markdown(record)
