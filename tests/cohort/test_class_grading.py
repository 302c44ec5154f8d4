"""A class is graded side by side, and what happens to one costs no other."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.cohort import ClassMember, OneMachine, grade_class, grading, writing
from grader.errors import HostUnreachable, SubmissionError, Ungraded, UsageError
from grader.gradebook import open_gradebook
from grader.history import KeptHistory, NoHistory
from grader.pipeline import grade
from grader.records import Decision, SafeRecord
from grader.request import Request
from tests.conftest import Silent, commit_all

COURSE = Path(__file__).parents[1] / "courses" / "attacks"
ATTACKS = Path(__file__).parents[1] / "attacks"
SEED = f"{7:032x}"


class Watching:
    def __init__(self):
        self.retried = []

    def begun(self, member):
        pass

    def saw(self, member, lab, event):
        pass

    def again(self, member, why):
        self.retried.append(member.id)


class Service:
    closed = False

    def close(self):
        self.closed = True


def record(verdict=Decision.PASS, **rest):
    return SafeRecord(verdict=verdict, assignment="toy", **rest)


@pytest.fixture
def run(monkeypatch):
    """Grades a class where grading a repository is what the test says; returns id → result, and the watch."""
    monkeypatch.setattr(grading, "PAUSES", (0.0, 0.0, 0.0))

    def run(graded, ids, jobs=2):
        monkeypatch.setattr(grading, "grade", lambda request, *_: graded(request.repo))
        watch = Watching()
        members = [ClassMember(id, id) for id in ids]
        found = grade_class(
            members, lambda e: Request(repo=e.url), OneMachine(Service()), NoHistory(), watch, jobs=jobs
        )
        return {result.member.id: result for result in found}, watch

    return run


def test_each_gets_its_own_result(run):
    found, _ = run(lambda repo: record(url=repo), ["a", "b", "c"])
    assert {id: result.record.url for id, result in found.items()} == {"a": "a", "b": "b", "c": "c"}


@pytest.mark.parametrize("trouble", [SubmissionError("no such repository"), UsageError("odd address")])
def test_what_will_not_change_is_not_tried_again(run, trouble):
    def graded(repo):
        if repo == "bad":
            raise trouble
        return record()

    found, watch = run(graded, ["bad", "good"])
    assert found["bad"].record is None
    assert trouble.message in found["bad"].trouble
    assert found["good"].record.verdict is Decision.PASS
    assert watch.retried == []


@pytest.mark.parametrize(
    "trouble", [Ungraded("Docker is gone"), HostUnreachable("busy"), RuntimeError("a bug")]
)
def test_what_is_our_fault_is_tried_again_behind_the_others(run, trouble):
    order = []

    def graded(repo):
        order.append(repo)
        if repo == "unlucky" and order.count(repo) < 3:
            raise trouble
        return record()

    found, watch = run(graded, ["unlucky", "b", "c"], jobs=1)
    assert found["unlucky"].record.verdict is Decision.PASS
    assert order == ["unlucky", "b", "c", "unlucky", "unlucky"]
    assert watch.retried == ["unlucky", "unlucky"]


def test_who_is_tried_again_later_keeps_nobody_waiting(monkeypatch):
    """One job, and a host that is out of order: the others are graded in its pause."""
    order = []
    clock = SimpleNamespace(monotonic=lambda: 0.0 if len(order) < 6 else 1000.0, sleep=time.sleep)
    monkeypatch.setattr(grading, "time", clock)
    monkeypatch.setattr(grading, "PAUSES", (0.0, 900.0, 0.0))

    def graded(request, *_):
        order.append(request.repo)
        if request.repo == "away":
            raise HostUnreachable("busy")
        return record()

    monkeypatch.setattr(grading, "grade", graded)
    members = [ClassMember(id, id) for id in ("away", *"abcde")]
    found = grade_class(
        members, lambda e: Request(repo=e.url), OneMachine(Service()), NoHistory(), Watching(), jobs=1
    )
    *others, last = [result.member.id for result in found]
    assert (sorted(others), last) == ([*"abcde"], "away")
    assert order == ["away", *"abcde", "away", "away"]


def test_an_attempt_without_a_verdict_is_tried_again_and_then_said(run):
    found, watch = run(lambda _: record(Decision.UNGRADED, reasons=("the image is missing",)), ["a"])
    assert "the image is missing" in found["a"].trouble
    assert watch.retried == ["a", "a"]


def test_a_bug_of_ours_costs_one(run):
    def graded(repo):
        if repo == "poison":
            raise ZeroDivisionError("x")
        return record()

    found, _ = run(graded, ["poison", *"abcdef"])
    assert "ZeroDivisionError" in found["poison"].trouble
    assert sum(r.record is not None for r in found.values()) == 6


def test_what_could_not_be_kept_is_no_verdict_and_is_tried_again(monkeypatch, tmp_path):
    """The gradebook's disk is full for a while: what the table says is in the gradebook."""
    monkeypatch.setattr(grading, "PAUSES", (0.0, 0.0, 0.0))
    opened = []

    def open_book():
        opened.append(1)
        if len(opened) in (1, 3):
            raise Ungraded("The gradebook can't be used: database or disk is full.")
        return open_gradebook(str(tmp_path / "book.sqlite"))

    def graded(request, service, history, watch):
        basis = SimpleNamespace(answered_by=lambda record: False)
        history.answer(request.repo, "toy", basis)
        return history.keep(request.repo, "toy", lambda _: record(url=request.repo))

    monkeypatch.setattr(grading, "grade", graded)
    watch, history = Watching(), KeptHistory(open_book, required=True)
    members = [ClassMember("a", "https://host.example/a")]
    results = list(
        grade_class(members, lambda e: Request(repo=e.url), OneMachine(Service()), history, watch, jobs=1)
    )
    assert [result.record.attempt for result in results] == [1]
    assert watch.retried == ["a", "a"]
    with open_gradebook(str(tmp_path / "book.sqlite")) as book:
        assert len(book.history("https://host.example/a")) == 1


def test_reports_that_can_not_be_written_cost_no_verdict_and_nobody_else(tmp_path, monkeypatch):
    (tmp_path / "ada").write_text("in the way")
    said = writing.write_reports_of(record(), tmp_path / "ada")
    assert said.startswith("The verdict is in the gradebook. The report could not be written")
    monkeypatch.setattr(writing, "write_reports", lambda *_: 1 / 0)
    assert "ZeroDivisionError" in writing.write_reports_of(record(), tmp_path / "bola")
    monkeypatch.undo()
    assert writing.write_reports_of(record(), tmp_path / "bola") == ""


def test_as_many_side_by_side_as_there_are_jobs(run):
    together, most, lock = 0, 0, threading.Lock()

    def graded(_):
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.02)
        with lock:
            together -= 1
        return record()

    run(graded, map(str, range(12)), jobs=3)
    assert most == 3


def test_records_never_pile_up_before_whoever_writes_them(monkeypatch):
    begun = []
    monkeypatch.setattr(grading, "grade", lambda request, *_: begun.append(request.repo) or record())
    members = [ClassMember(str(at), str(at)) for at in range(40)]
    found = grade_class(
        members, lambda e: Request(repo=e.url), OneMachine(Service()), NoHistory(), Watching(), jobs=2
    )
    for taken, _ in enumerate(found, start=1):
        assert len(begun) < taken + grading.AHEAD * 2
    assert len(begun) == 40


def test_after_an_interruption_nothing_more_is_kept(monkeypatch):
    kept, begun, go = [], threading.Event(), threading.Event()

    class History:
        def keep(self, url, assignment, conclude):
            kept.append(conclude(()))

    def graded(request, service, history, watch):
        if request.repo == "slow":
            begun.set()
            go.wait(10)
            history.keep("slow", "toy", lambda _: record())
        return record()

    monkeypatch.setattr(grading, "grade", graded)
    service = Service()
    results = grade_class(
        [ClassMember("slow", "slow"), ClassMember("b", "b")],
        lambda e: Request(repo=e.url),
        OneMachine(service),
        History(),
        Watching(),
        jobs=2,
    )
    assert next(results).member.id == "b"
    begun.wait(10)
    results.close()  # as Ctrl-C does, wherever the loop stands
    go.set()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(t.name.startswith("submission") for t in threading.enumerate()):
        time.sleep(0.01)
    assert service.closed
    assert kept == []


# ── In Docker, from the roster to the gradebook ───────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def hand_ins(tmp_path_factory):
    """Folder by name: right, wrong, without the file, hostile."""
    folder = tmp_path_factory.mktemp("hand-ins")
    for name in ("00_correct", "00_wrong", "00_stub", "a01_os_exit_zero", "b15_symlink_tests_dir"):
        shutil.copytree(ATTACKS / name, folder / name, symlinks=True)
        commit_all(folder / name)
    return folder


@pytest.mark.docker
def test_verdicts_are_those_of_lone_grades(docker_service, hand_ins):
    service = docker_service(COURSE)
    machine = OneMachine(service)
    members = [ClassMember(folder.name, str(folder)) for folder in sorted(hand_ins.iterdir())]
    asked = lambda url: Request(repo=url, assignment="toy", seed=SEED)
    together = {
        result.member.id: result.record
        for result in grade_class(members, lambda e: asked(e.url), machine, NoHistory(), Watching(), jobs=3)
    }
    for member in members:
        alone = grade(asked(member.url), service, NoHistory(), Silent())
        assert together[member.id].verdict is alone.verdict
        assert [(c.id, c.outcome) for c in together[member.id].checks] == [
            (c.id, c.outcome) for c in alone.checks
        ]


@pytest.mark.docker
def test_unchanged_work_is_answered_from_the_gradebook(docker_service, hand_ins, tmp_path):
    machine = OneMachine(docker_service(COURSE))
    folder = shutil.copytree(hand_ins / "00_correct", tmp_path / "ada")
    history = KeptHistory(partial(open_gradebook, str(tmp_path / "book.sqlite")))

    def run(fresh=False, seed=""):
        request = lambda e: Request(repo=e.url, assignment="toy", fresh=fresh, seed=seed)
        return next(
            grade_class([ClassMember("ada", str(folder))], request, machine, history, Watching(), jobs=1)
        )

    first, second = run(), run()
    assert (first.answered, second.answered) == (False, True)
    assert second.record.attempt == first.record.attempt == 1
    assert run(fresh=True, seed=SEED).record.attempt == 2
    assert [(run(seed=seed).record.attempt, run(seed=seed).answered) for seed in (SEED, f"{8:032x}")] == [
        (2, True), (3, True),
    ]  # fmt: skip
    (folder / "NEW.md").write_text("more\n")
    commit_all(folder)
    assert run().answered is False


@pytest.mark.docker
def test_a_run_that_was_killed_goes_on_where_it_was(engine, hand_ins, tmp_path):
    """kill -9 in the middle, then the same command again: nobody is lost, and nobody is graded twice."""
    roster = tmp_path / "roster.csv"
    folders = sorted(hand_ins.iterdir())
    roster.write_text("id,url\n" + "".join(f"{f.name},{f}\n" for f in folders))
    command = [
        sys.executable, "-m", "grader", "cohort", str(roster), "--folders", "--assignment", "toy", "--jobs", "1",
        "--course", str(COURSE), "--out", str(tmp_path / "out"), "--gradebook", str(tmp_path / "book.sqlite"),
    ]  # fmt: skip
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    for line in running.stderr:
        if line.startswith("2/"):
            break
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    running.stderr.close()
    again = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert again.returncode == 0, again.stderr
    assert again.stderr.count("as before") >= 2
    with (tmp_path / "out" / "class.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [f.name for f in folders]
    assert {row["verdict"] for row in rows} == {"pass", "revise"}
    attempts = [int(row["attempt"]) for row in rows]
    assert sorted(attempts) == list(range(1, len(folders) + 1))
