"""A suite is corrected, a check is waived, a verdict is overridden: who decided, why, and whom it changes."""

import json

import pytest

from tests.conftest import commit_all
from tests.end_to_end.test_grade_local import PUBLIC, RIGHT, WRONG, course  # noqa: F401 - a fixture

LOCAL = ("--sandbox", "local", "--trust", "--no-color")
FAULTY = PUBLIC.replace("np.array([2.0, 4.0])", "np.array([2.0, 5.0])")
SUITE = "test_suites/tiny/line/public/test_line.py"


@pytest.fixture
def run(course, grade, tmp_path):
    return lambda *arguments: grade(*arguments, course=course, GRADER_GRADEBOOK=str(tmp_path / "book.sqlite"))


@pytest.fixture
def hand_in(tmp_path):
    def make(name, code):
        folder = tmp_path / name
        (folder / "line").mkdir(parents=True)
        (folder / "line" / "line.py").write_text(code)
        (folder / "grade.yml").write_text("assignment: tiny\n")
        commit_all(folder)
        return folder

    return make


def report(folder):
    return json.loads((folder / "report.json").read_text())


def test_a_corrected_suite_shows_whose_verdict_changes_before_it_does(run, course, hand_in):
    (course / SUITE).write_text(FAULTY)
    ada, bola = hand_in("tiny-ada", RIGHT), hand_in("tiny-bola", WRONG)
    assert run(ada, *LOCAL).status == run(bola, *LOCAL).status == 1
    (course / SUITE).write_text(PUBLIC)
    ended = run("regrade", "tiny", *LOCAL)
    assert ended.status == 0, ended.told
    assert "tiny-ada" in ended.said
    assert "Revise 0 of 0" not in ended.said
    assert "Revise → Pass" in ended.said
    assert "line/line.example: failed → passed" in ended.said
    assert "1 verdict or points change, 1 stay." in ended.said
    assert "Nothing was kept" in ended.said
    assert "attempt 3" not in run("history", ada).said
    ended = run("regrade", "tiny", *LOCAL, "--apply")
    assert "Kept: 2 attempts." in ended.said
    assert "Pass" in run("history", ada).said
    assert "0 verdicts or points change, 2 stay." in run("regrade", "tiny", *LOCAL).said


def test_a_waived_check_counts_for_nobody_and_every_report_says_who_waived_it(run, course, hand_in, tmp_path):
    (course / SUITE).write_text(FAULTY)
    ada = hand_in("tiny-ada", RIGHT)
    assert run(ada, *LOCAL).status == 1
    assert "Who decides, and why?" in run("waive", "tiny", "line/line.example").told
    assert "Did you mean" in run("waive", "tiny", "line/line.exmple", "--by", "B", "--reason", "R").told
    ended = run("waive", "tiny", "line/line.example", "--by", "Bola Adé", "--reason", "4 is right, not 5")
    assert ended.status == 0, ended.told
    assert "Bola Adé" in run("waive", "tiny").said
    assert "line/line.example: failed → waived" in run("regrade", "tiny", *LOCAL).said
    ended = run(ada, *LOCAL, "--out", tmp_path / "out")
    assert ended.status == 0, ended.said + ended.told
    record = report(tmp_path / "out")
    waived = next(check for check in record["checks"] if check["id"] == "line.example")
    assert (waived["waived"]["by"], waived["waived"]["reason"]) == ("Bola Adé", "4 is right, not 5")
    for name in ("report.student.md", "report.student.html"):
        text = (tmp_path / "out" / name).read_text()
        assert "Waived by Bola Adé on " in text
        assert "4 is right, not 5" in text
    assert run("waive", "tiny", "line/line.example", "--undo").status == 0
    assert not (course / "waivers.yaml").exists()
    assert run(ada, *LOCAL).status == 1


def test_nothing_waits_for_a_waived_check(run, course, hand_in, tmp_path):
    hidden = course / "test_suites/tiny/line/hidden/test_any.py"
    hidden.write_text(hidden.read_text().replace('"line.any"', '"line.any", needs="line.example"'))
    (course / SUITE).write_text(FAULTY)
    run("waive", "tiny", "line/line.example", "--by", "Bola", "--reason", "wrong")
    ended = run(hand_in("tiny-ada", RIGHT), *LOCAL)
    assert ended.status == 0, ended.said
    assert run(hand_in("tiny-bola", WRONG), *LOCAL).status == 1


def test_a_waiver_of_no_check_is_a_fault_of_the_course(run, course, hand_in):
    (course / "waivers.yaml").write_text(
        "- {assignment: tiny, check: line/line.exmple, by: B, reason: R, at: 2026-11-21}\n"
    )
    ended = run(hand_in("tiny-ada", RIGHT), *LOCAL)
    assert ended.status == 2
    assert "there is no check 'line/line.exmple' to waive" in ended.told


def test_a_person_s_word_on_the_whole_holds_for_the_commit_until_it_is_taken_back(run, hand_in, tmp_path):
    bola, out = hand_in("tiny-bola", WRONG), tmp_path / "out"
    assert run(bola, *LOCAL).status == 1
    assert run("override", 1, "--verdict", "pass", "--by", "Ada").status == 2
    word = ("--by", "Ada Obi", "--reason", "shown to me in person")
    ended = run("override", 1, "--verdict", "pass", *word, "--out", out)
    assert ended.status == 0, ended.told
    assert "PASS" in ended.said
    record = report(out)
    assert record["verdict"] == "pass"
    assert (record["override"]["by"], record["override"]["comment"]) == ("Ada Obi", "shown to me in person")
    assert record["override"]["decided_at"]
    for name in ("report.student.md", "report.student.html"):
        assert "Why: shown to me in person" in (out / name).read_text()
    assert "Ada Obi: pass. shown to me in person" in run("history", bola).said
    again = run(bola, *LOCAL, "--out", out)
    assert again.status == 0
    assert "by its checks it would be “revise”" in " ".join(report(out)["reasons"])
    assert run("override", 2, "--undo", *word).status == 0
    assert run("override", 2, "--undo", *word).status == 2
    assert run(bola, *LOCAL).status == 1
