"""``grade REPO`` in Docker: what it says, what it writes, and how it ends."""

import json

import pytest

from grader.report import FILES as WRITTEN
from tests.end_to_end.conftest import ATTACKS

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("engine")]
WRONG_BACKWARD = (ATTACKS / "00_correct" / "mlp.py").read_text().replace("D /= len(y)", "D /= 2 * len(y)")
FILES = {f"report{copy}.{row.ending}" for copy in ("", ".student") for row in WRITTEN}


def test_right_work_passes_and_every_report_is_written(grade, hand_in, tmp_path):
    ended = grade(hand_in(ATTACKS / "00_correct"), "--out", tmp_path / "out", "--seed", "7")
    assert ended.status == 0
    assert "PASS" in ended.said
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES

    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["verdict"] == "pass"
    assert report["assignment"] == "toy"
    assert len(report["commit"]) == 40
    assert int(report["seed"], 16) == 7
    assert report["image_digests"].keys() >= {"numpy", "judge"}
    assert {c["outcome"] for c in report["checks"]} == {"passed"}
    assert all(c["criterion"] for c in report["checks"])
    assert (tmp_path / "out" / "report.html").read_text().startswith("<!doctype html>")


def test_wrong_work_is_told_to_revise_and_by_how_much_it_is_off(grade, hand_in, tmp_path):
    ended = grade(hand_in(ATTACKS / "00_wrong"), "--out", tmp_path / "out")
    assert ended.status == 1
    assert "REVISE" in ended.said
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["verdict"] == "revise"
    logits = next(c for c in report["checks"] if c["id"] == "forward.logits")
    assert logits["outcome"] == "failed"
    assert logits["finding"]["headline"] in ended.said


def test_the_students_copy_has_no_seed_and_no_hidden_values(grade, hand_in, tmp_path):
    seed = 0xC0FFEE_0123456789ABCDEF
    grade(hand_in(WRONG_BACKWARD), "--out", tmp_path / "out", "--seed", seed)
    ours, theirs = (
        json.loads((tmp_path / "out" / name).read_text()) for name in ("report.json", "report.student.json")
    )
    assert int(ours["seed"], 16) == seed
    for file in (tmp_path / "out").glob("report.student.*"):
        assert f"{seed:x}" not in file.read_text()
        assert str(seed) not in file.read_text()

    def finding(report):
        return next(c["finding"] for c in report["checks"] if c["id"] == "backward.gradients")

    assert finding(ours)["expected"]
    assert not finding(theirs).get("expected")
    assert not finding(theirs).get("yours")
    assert finding(theirs)["headline"]


def test_the_same_seed_gives_the_same_findings(grade, hand_in, tmp_path):
    repository = hand_in(ATTACKS / "00_wrong")
    findings = []
    for name in ("first", "second"):
        grade(repository, "--out", tmp_path / name, "--seed", "11", "--quiet")
        report = json.loads((tmp_path / name / "report.json").read_text())
        findings.append([(c["id"], c["outcome"], c.get("finding")) for c in report["checks"]])
    assert findings[0] == findings[1]


def test_off_a_terminal_there_is_one_plain_line_per_stage(grade, hand_in):
    ended = grade(hand_in(ATTACKS / "00_correct"))
    stages = ended.told.splitlines()
    assert [line.partition(" (")[0] for line in stages] == ["fetch", "judge mlp: 6 passed, 0 failed"]
    assert "\x1b" not in ended.said + ended.told


def test_quiet_says_the_verdict_and_nothing_else(grade, hand_in):
    ended = grade(hand_in(ATTACKS / "00_wrong"), "--quiet")
    assert (ended.status, ended.said, ended.told) == (1, "revise\n", "")


def test_no_color_is_plain_even_where_colour_is_forced(grade, hand_in):
    ended = grade(hand_in(ATTACKS / "00_wrong"), "--no-color", FORCE_COLOR="1")
    assert ended.status == 1
    assert "\x1b[3" not in ended.said


def test_the_public_suite_alone_runs_no_hidden_check(grade, hand_in, tmp_path):
    grade(hand_in(ATTACKS / "00_correct"), "--suite", "public", "--out", tmp_path / "out")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["checks"]
    assert not any(c["hidden"] for c in report["checks"])
