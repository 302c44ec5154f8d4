"""``grade replay``: the same verdict from a record, or what differs, in words."""

import json
import shutil

import pytest

from tests.conftest import commit_all
from tests.end_to_end.conftest import ATTACKS, TOY

LOCAL = ("--sandbox", "local", "--trust")
HIDDEN = "test_suites/toy/mlp/hidden/test_backward.py"


@pytest.fixture
def course(tmp_path):
    """The toy course in a git repository of its own."""
    copied = tmp_path / "course"
    shutil.copytree(TOY, copied, ignore=shutil.ignore_patterns("__pycache__"))
    commit_all(copied)
    return copied


@pytest.fixture
def run(grade, course, tmp_path):
    return lambda *arguments: grade(*arguments, course=course, GRADER_GRADEBOOK=str(tmp_path / "book.sqlite"))


@pytest.fixture
def graded(run, hand_in, tmp_path):
    """A graded repository: where it is, and its reports."""
    repository = hand_in(ATTACKS / "00_wrong")
    assert run(repository, *LOCAL, "--out", tmp_path / "out").status == 1
    return repository, tmp_path / "out"


def test_an_attempt_and_its_report_give_the_same_verdict_and_the_same_findings(run, graded):
    _, out = graded
    for what in (out / "report.json", 1):
        ended = run("replay", what, "--trust")
        assert ended.status == 0, ended.told
        assert ended.said == "The same verdict: Revise.\nNothing differs.\n"
    assert "attempt 2" not in run("history", graded[0]).said


def test_a_later_commit_does_not_change_what_is_replayed(run, graded):
    repository, out = graded
    shutil.copy(ATTACKS / "00_correct" / "mlp.py", repository)
    commit_all(repository)
    assert run(repository, *LOCAL).status == 0
    assert run("replay", out / "report.json", "--trust").status == 0


def test_a_repository_that_has_moved_is_found_where_it_is_said_to_be(run, graded, tmp_path):
    repository, out = graded
    repository.rename(tmp_path / "elsewhere")
    assert run("replay", out / "report.json", "--trust").status == 3
    assert run("replay", out / "report.json", "--trust", "--repo", tmp_path / "elsewhere").status == 0


def test_another_suite_is_named_with_the_commit_to_check_out(run, graded, course):
    _, out = graded
    commit = json.loads((out / "report.json").read_text())["course"]["commit"]
    suite = course / HIDDEN
    suite.write_text(suite.read_text() + "\n# a comment\n")
    ended = run("replay", out / "report.json", "--trust")
    assert ended.status == 0
    assert "The same verdict: Revise.\nIt rests on:\n  the suite: " in ended.said
    assert f"git checkout {commit}" in ended.said
    assert "came out differently" not in ended.said


def test_another_verdict_is_reported_check_by_check(run, hand_in, course, tmp_path):
    assert run(hand_in(ATTACKS / "00_correct"), *LOCAL, "--out", tmp_path / "out").status == 0
    suite = course / "test_suites/toy/mlp/public/test_forward.py"
    suite.write_text(
        suite.read_text().replace(".MLP(params).forward(X), tol", ".MLP(params).forward(X) + 1, tol")
    )
    ended = run("replay", tmp_path / "out" / "report.json", "--trust")
    assert ended.status == 1
    assert ended.said.startswith("Another verdict: Pass then, Revise now.\nIt rests on:\n  the suite: ")
    assert "It came out differently:\n  the verdict: pass then, revise now\n" in ended.said
    assert "  mlp/forward.logits, outcome: passed then, failed now\n" in ended.said
    assert "  mlp/training.path, outcome: passed then, blocked now\n" in ended.said


def test_real_data_that_is_not_given_again_is_missed(run, hand_in, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "prices.csv").write_text("1\n")
    repository = hand_in(ATTACKS / "00_correct")
    assert run(repository, *LOCAL, "--data", tmp_path / "data", "--out", tmp_path / "out").status == 0
    missed = run("replay", tmp_path / "out" / "report.json", "--trust")
    assert (
        "the real data: prices.csv then, nothing now\n    Give those of then with --data DIR." in missed.said
    )
    assert "Nothing differs." in run("replay", 1, "--trust", "--data", tmp_path / "data").said


def test_a_folder_without_commits_can_not_be_proven_the_same(run, tmp_path):
    shutil.copytree(ATTACKS / "00_correct", tmp_path / "toy-ada")
    assert run(tmp_path / "toy-ada", *LOCAL, "--out", tmp_path / "out").status == 0
    ended = run("replay", tmp_path / "out" / "report.json", "--trust")
    assert ended.status == 0
    assert "the commit: none: it was a plain folder then" in ended.said


def test_what_can_not_be_replayed_is_wrong_usage(run, graded):
    _, out = graded
    for arguments, told in (
        ((out / "report.student.json",), "it is the student's copy"),
        (("7",), "There is no attempt 7"),
        (("nothing.json",), "neither a file nor the number of an attempt"),
        ((out / "report.html",), "This is not a report of the grader"),
        ((out / "report.json",), "--trust"),
        ((out / "report.json", "--course", out), "it has no folder 'rubrics'"),
    ):
        ended = run("replay", *arguments)
        assert ended.status == 2, ended.told
        assert told in ended.told
        assert "Traceback" not in ended.told


@pytest.mark.docker
@pytest.mark.usefixtures("engine")
def test_in_docker_the_image_is_the_same(run, hand_in, tmp_path):
    repository = hand_in(ATTACKS / "00_wrong")
    run(repository, "--out", tmp_path / "out")
    ended = run("replay", 1)
    assert (ended.status, ended.said) == (0, "The same verdict: Revise.\nNothing differs.\n")
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    report["image_digests"]["numpy"] = "sha256:0123456789abcdef"
    (tmp_path / "out" / "report.json").write_text(json.dumps(report))
    assert "the image (numpy): 0123456789ab then, " in run("replay", tmp_path / "out" / "report.json").said
