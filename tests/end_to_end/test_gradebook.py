"""Grade, review, pass; late and once too often; history and pairs: through the real command line."""

import csv
import io
import json
import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import commit_all
from tests.end_to_end.conftest import PROGRAM, ROOT, environment

ESSAY = ROOT / "tests" / "courses" / "essay"
WRONG = "def mean(numbers):\n    return sum(numbers)\n\n\ndef spread(numbers):\n    return max(numbers) - min(numbers)\n"
IN_TIME, LATE = "2025-11-21T16:59:00Z", "2025-11-21T19:05:00+01:00"
LOCAL = ("--sandbox", "local", "--trust")


@pytest.fixture
def course(tmp_path):
    return Path(shutil.copytree(ESSAY, tmp_path / "course"))


@pytest.fixture
def repository(hand_in, tmp_path):
    work = tmp_path / "work"
    shutil.copytree(ESSAY / "reference" / "essay" / "mean", work)
    return hand_in(work, "essay-ada")


def push(repository, text):
    """A further commit."""
    (repository / "mean.py").write_text(text)
    commit_all(repository)


@pytest.fixture
def run(grade, course, tmp_path):
    book = str(tmp_path / "book.sqlite")
    return lambda *arguments, **rest: grade(*arguments, course=course, GRADER_GRADEBOOK=book, **rest)


def report(folder, name="report"):
    return json.loads((folder / f"{name}.json").read_text())


def test_a_memo_waits_for_a_person_and_their_word_gives_the_pass(run, repository, tmp_path):
    out = tmp_path / "out"
    graded = run(repository, *LOCAL, "--received", IN_TIME, "--out", out)
    assert graded.status == 4
    assert "WAITS FOR REVIEW" in graded.said
    assert "grade review 1" in graded.said
    assert report(out)["verdict"] == "review"

    listed = run("review")
    assert listed.status == 0
    assert "attempt 1" in listed.said and "The memo says why  [mean/reasoning]" in listed.said

    shown = run("review", 1)
    assert "An outlier pulls the mean towards itself; the median stays." in shown.said
    assert "Pass if the memo says what an outlier does to a mean." in shown.said
    assert "numbers averaged" in shown.said

    decided = run(
        "review",
        1,
        "--item",
        "reasoning",
        "--decide",
        "pass",
        "--by",
        "Bola",
        "--comment",
        "Well put.",
        "--out",
        out,
    )
    assert decided.status == 0
    assert "All 3 required criteria are met: 2 checks passed, and Bola reviewed the rest." in decided.said
    for name in ("report", "report.student"):
        assert report(out, name)["verdict"] == "pass"
        assert report(out, name)["criteria"][2]["review"]["comment"] == "Well put."
    assert "Well put." in (out / "report.student.html").read_text()
    assert "Pass if the memo" not in (out / "report.student.html").read_text()

    assert "Nothing waits for review." in run("review").said
    told = run("history", repository).said
    assert "✓ Pass" in told
    assert "hand-in 1 of 3, 21 Nov 2025, 17:59 (+01:00), as the forge received it" in told
    assert "Bola: pass. Well put." in told


def test_a_person_who_asks_to_revise_is_the_reason(run, repository):
    run(repository, *LOCAL, "--received", IN_TIME)
    decided = run("review", 1, "--decide", "revise", "--by", "Bola", "--comment", "Which way does it pull?")
    assert decided.status == 1
    assert "“The memo says why” is not met yet, says Bola: Which way does it pull?" in decided.said


def test_on_a_terminal_the_reviewer_is_asked(run, repository, course, tmp_path):
    run(repository, *LOCAL, "--received", IN_TIME)
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [*PROGRAM, "review", "1"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=course,
        env=environment(GRADER_GRADEBOOK=str(tmp_path / "book.sqlite")),
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"pass\nBola\nWell put.\n")
    seen = b""
    try:
        while piece := os.read(ours, 4096):
            seen += piece
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert asked.wait(timeout=60) == 0, seen.decode()
    assert "Bola: pass. Well put." in run("history", repository).said


def test_a_review_that_can_not_be_is_wrong_usage(run, repository):
    run(repository, *LOCAL, "--received", IN_TIME)
    for arguments, told in (
        (("7",), "There is no attempt 7"),
        (("1", "--decide", "pass"), "Who decides?"),
        (
            ("1", "--decide", "pass", "--by", "Bola", "--item", "mean"),
            "Attempt 1 has no item 'mean' to review.",
        ),
        (("--decide", "pass"), "Say which attempt."),
    ):
        ended = run("review", *arguments)
        assert ended.status == 2
        assert told in ended.told


def test_an_attempt_without_manual_items_has_nothing_to_review(run, repository, course):
    rubric = (course / "rubrics" / "essay.yaml").read_text()
    (course / "rubrics" / "essay.yaml").write_text(rubric[: rubric.index("      - id: reasoning")])
    assert run(repository, *LOCAL, "--received", IN_TIME).status == 0
    ended = run("review", "1")
    assert ended.status == 2
    assert "In attempt 1 there is nothing that a person decides." in ended.told


def test_the_next_attempt_says_what_changed_and_the_history_keeps_both(run, repository, tmp_path):
    right = (repository / "mean.py").read_text()
    push(repository, WRONG)
    assert run(repository, *LOCAL, "--received", IN_TIME).status == 1
    push(repository, right)
    graded = run(repository, *LOCAL, "--received", IN_TIME, "--out", tmp_path / "out")
    changed = "2 checks now pass: mean/mean.value, mean/spread.value."
    assert changed in graded.said
    assert changed in (tmp_path / "out" / "report.html").read_text()
    told = run("history", repository).said
    assert told.index("✗ Revise") < told.index("… Waits for review") < told.index(changed)


def test_late_work_is_not_accepted_unless_more_time_was_granted(run, repository, course):
    late = run(repository, *LOCAL, "--received", LATE)
    assert late.status == 1
    assert "NOT ACCEPTED" in late.said
    assert "This was handed in 1 h 5 min after the deadline (as the forge received it)" in late.said
    assert run(repository, *LOCAL, "--received", LATE, "--extension", "2025-11-22 12:00").status == 4
    (course / "extensions.yaml").write_text(
        "- {repository: essay-ada, assignment: essay, until: 2025-11-21 14:00 America/New_York, reason: ill}\n"
    )
    assert run(repository, *LOCAL, "--received", LATE).status == 4


def test_a_hand_in_too_many_is_not_accepted(run, repository):
    right = (repository / "mean.py").read_text()
    for number in range(4):
        push(repository, f"{right}\n# {number}\n")
        ended = run(repository, *LOCAL, "--received", IN_TIME)
        assert ended.status == (1 if number == 3 else 4)
    assert "This is hand-in 4; the first and 2 revisions are accepted." in ended.said


def test_a_gradebook_that_fails_costs_a_note_and_not_the_verdict(run, repository, tmp_path):
    (tmp_path / "file").write_text("")
    ended = run(repository, *LOCAL, "--received", IN_TIME, "--gradebook", tmp_path / "file" / "book")
    assert ended.status == 4
    assert "This attempt could not be kept in the gradebook" in " ".join(ended.said.split())


def test_something_else_in_the_gradebooks_place_is_reported_before_anything_is_graded(
    run, repository, tmp_path
):
    (tmp_path / "grades.csv").write_text("student,grade\n" * 50)
    ended = run(repository, *LOCAL, "--gradebook", tmp_path / "grades.csv")
    assert ended.status == 2
    assert "is no gradebook" in ended.told
    assert "judge" not in ended.told


def test_what_is_not_to_be_kept_is_not(run, repository):
    assert run(repository, *LOCAL, "--received", IN_TIME, "--no-keep").status == 4
    assert "There is no gradebook" in run("history", repository).told


@pytest.mark.parametrize("time", ["2026-11-20 16:59", "Friday", "16:59Z"])
def test_a_time_of_receipt_without_its_offset_is_wrong_usage(run, repository, time):
    ended = run(repository, *LOCAL, "--received", time)
    assert ended.status == 2
    assert "write a time with its offset" in ended.told


def rows(text):
    return list(csv.reader(io.StringIO(text)))[1:]


def test_a_cohort_is_paired_week_after_week_and_cells_are_no_formulas(run, tmp_path):
    names = [f"Student {n}" for n in range(8)] + ["=cmd|' /C calc'!A0"]
    (tmp_path / "roster.csv").write_text("student\n" + "".join(f'"{name}"\n' for name in names))
    earlier, met = [], set()
    for week in range(3):
        history = [part for file in earlier for part in ("--history", file)]
        ended = run("pair", tmp_path / "roster.csv", "--seed", week, *history)
        assert ended.status == 0
        assert "9 students: 3 pairs and one group of three." in ended.told
        groups = [[cell for cell in row if cell] for row in rows(ended.said)]
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in groups for cell in row)
        assert sorted(cell for row in groups for cell in row) == sorted([*names[:8], "'" + names[8]])
        new = {frozenset((a, b)) for row in groups for a in row for b in row if a < b}
        assert not new & met
        met |= new
        earlier.append(tmp_path / f"week{week}.csv")
        earlier[-1].write_text(ended.said)
    assert run("pair", tmp_path / "roster.csv", "--seed", 2, *history).said == ended.said


def test_a_faulty_roster_is_reported_line_by_line(run, tmp_path):
    (tmp_path / "roster.csv").write_text("id,student\n1,Ada\n2,\n3,Ada\n")
    ended = run("pair", tmp_path / "roster.csv", "--seed", 1)
    assert ended.status == 2
    assert "roster.csv:3: there is no name" in ended.told
    assert "roster.csv:4: 'Ada' is there twice, first in line 2." in ended.told


def test_a_commit_that_is_graded_again_keeps_its_review(run, repository):
    run(repository, *LOCAL, "--received", IN_TIME)
    assert run("review", 1, "--decide", "pass", "--by", "Bola", "--comment", "Well put.").status == 0
    again = run(repository, *LOCAL, "--received", IN_TIME)
    assert again.status == 0
    assert "Bola reviewed the rest" in again.said
    assert "Nothing waits for review." in run("review").said


def test_a_decision_is_taken_back_and_waits_again(run, repository):
    run(repository, *LOCAL, "--received", IN_TIME)
    assert run("review", 1, "--undo", "--by", "Bola").status == 2  # nothing was decided
    run("review", 1, "--decide", "pass", "--by", "Bola")
    back = run("review", 1, "--undo", "--by", "Chi", "--comment", "The wrong student.")
    assert back.status == 4
    assert "WAITS FOR REVIEW" in back.said
    assert "attempt 1" in run("review").said
    told = run("history", repository).said
    assert "Bola: pass." in told
    assert "Chi took back what was decided about reasoning. The wrong student." in told


def test_work_that_waits_is_not_hidden_by_a_later_commit_that_is_refused(run, repository):
    run(repository, *LOCAL, "--received", IN_TIME)
    push(repository, (repository / "mean.py").read_text() + "\n# later\n")
    assert run(repository, *LOCAL, "--received", LATE).status == 1
    assert "attempt 1" in run("review").said
    assert "… Waits for review" in run("standings").said


def test_a_comment_without_a_decision_is_not_dropped_in_silence(run, repository):
    run(repository, *LOCAL, "--received", IN_TIME)
    ended = run("review", 1, "--comment", "Well put.")
    assert ended.status == 2
    assert "A comment goes with a decision." in ended.told


def test_a_time_of_receipt_in_the_future_is_wrong_usage(run, repository):
    ended = run(repository, *LOCAL, "--received", "2126-11-20T16:58:00Z")
    assert ended.status == 2
    assert "is in the future" in ended.told
    assert "judge" not in ended.told


def test_an_extension_before_the_deadline_shortens_nothing(run, repository, course):
    asked = run(repository, *LOCAL, "--received", IN_TIME, "--extension", "2025-11-20")
    assert asked.status == 2
    assert "it would leave less time" in asked.told
    (course / "extensions.yaml").write_text(
        "- {repository: essay-ada, assignment: essay, until: 2025-11-19, reason: ill}\n"
    )
    graded = run(repository, *LOCAL, "--received", IN_TIME)
    assert graded.status == 4
    assert "which is earlier: the deadline holds" in " ".join(graded.said.split())


def test_one_folder_has_one_history_however_its_path_is_spelled(run, repository, course, tmp_path):
    (tmp_path / "link").symlink_to(repository)
    for spelling in (
        f"../{repository.name}",
        repository,
        f"{tmp_path}/work/../{repository.name}/",
        tmp_path / "link",
    ):
        assert run(spelling, *LOCAL, "--received", IN_TIME).status == 4
    assert run("history", f"../{repository.name}").said.count("attempt ") == 4


@pytest.mark.parametrize(
    "command", [("review",), ("review", "1"), ("history", "/srv/ada"), ("standings",), ("replay", "1")]
)
def test_a_mistyped_gradebook_is_told_and_not_made(run, command, tmp_path):
    ended = run(*command, "--gradebook", tmp_path / "boko.sqlite")
    assert ended.status == 2
    assert f"There is no gradebook {tmp_path / 'boko.sqlite'}." in ended.told
    assert not (tmp_path / "boko.sqlite").exists()


def test_a_new_gradebook_is_named_when_it_is_made_and_not_again(run, repository, tmp_path):
    new = f"A new gradebook: {tmp_path / 'book.sqlite'}"
    assert new in run(repository, *LOCAL, "--received", IN_TIME, "--quiet").told
    assert new not in run(repository, *LOCAL, "--received", IN_TIME, "--quiet").told


def test_a_quiet_grade_still_says_that_it_could_not_be_kept(run, repository, tmp_path):
    (tmp_path / "file").write_text("")
    ended = run(repository, *LOCAL, "--received", IN_TIME, "-q", "--gradebook", tmp_path / "file" / "book")
    assert (ended.status, ended.said) == (4, "review\n")
    assert "This attempt could not be kept in the gradebook" in ended.told
    assert "can't be used" in ended.told


def test_everybody_is_listed_with_where_they_stand(run, repository, hand_in, course):
    run(repository, *LOCAL, "--received", IN_TIME)
    bo = hand_in(WRONG, "essay-bo")
    (bo / "mean.py").write_text(WRONG)
    run(bo, *LOCAL, "--received", IN_TIME, "--assignment", "essay")
    said = run("standings").said
    assert f"… Waits for review  {repository}  essay (mean)" in said
    assert "hand-in 1 of 3, 21 Nov 2025, 17:59 (+01:00); waits for mean/reasoning" in said
    assert f"✗ Revise  {bo}  essay (mean)" in said
    table = list(csv.DictReader(io.StringIO(run("standings", "--csv").said)))
    assert {(row["repository"], row["verdict"]) for row in table} == {
        (str(repository), "review"),
        (str(bo), "revise"),
    }
    assert rows(run("standings", "--csv", "--assignment", "other").said) == []


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("student\nAda\nBola\nChi\nDede\nEbo\n")
    return path


def test_pairs_never_overwrite_the_roster_nor_another_file_in_silence(run, roster, tmp_path):
    before, out = roster.read_text(), tmp_path / "week.csv"
    for option in ((), ("--force",)):
        ended = run("pair", roster, "--seed", 1, "--out", roster, *option)
        assert ended.status == 2
        assert "is read here, and would be lost" in ended.told
    assert roster.read_text() == before
    assert run("pair", roster, "--seed", 1, "--out", out).status == 0
    first = out.read_text()
    again = run("pair", roster, "--seed", 2, "--out", out)
    assert again.status == 2
    assert "is there already" in again.told
    assert out.read_text() == first
    assert run("pair", roster, "--seed", 2, "--out", out, "--force").status == 0
    assert out.read_text() != first


def test_who_is_absent_is_not_paired_and_who_shall_be_apart_is(run, roster):
    for seed in range(8):
        ended = run("pair", roster, "--seed", seed, "--absent", "dede", "--apart", "Ada", "bola")
        assert ended.status == 0
        groups = [set(row) - {""} for row in rows(ended.said)]
        assert set().union(*groups) == {"Ada", "Bola", "Chi", "Ebo"}
        assert {"Ada", "Bola"} not in groups


@pytest.mark.parametrize("option", [("--absent", "Bolla"), ("--apart", "Ada", "Bolla")])
def test_a_misspelt_student_is_guessed(run, roster, option):
    ended = run("pair", roster, "--seed", 1, *option)
    assert ended.status == 2
    assert "There is no student 'Bolla' in the roster. Did you mean 'Bola'?" in ended.told


def test_five_are_paired_a_second_week_and_who_meets_again_is_named(run, roster, tmp_path):
    run("pair", roster, "--seed", 1, "--out", tmp_path / "week1.csv")
    ended = run("pair", roster, "--seed", 2, "--history", tmp_path / "week1.csv")
    assert ended.status == 0
    assert ended.told.count("meet again") == 1
    assert "5 students: 1 pair and one group of three." in ended.told
