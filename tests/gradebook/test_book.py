"""The gradebook keeps what it is given, whoever else writes to it."""

import sqlite3
import stat
import subprocess
import sys

import pytest

from grader.errors import Ungraded, UsageError
from grader.gradebook import Gradebook, place, repository_key
from grader.records import Decision, LabVerdict, Review, SafeRecord

URL = "https://host.example/class/week06-ada"


def record(commit="a" * 40, verdict=Decision.REVISE, **rest):
    labs = (LabVerdict(id="lab1", title="Lab 1", decision=verdict, criteria=()),)
    fields = {"url": URL, "assignment": "week06", "graded_at": "2026-11-20T10:00:00+00:00", "labs": labs}
    return SafeRecord(verdict=verdict, commit=commit, **{**fields, **rest})


def as_it_is(made):
    return lambda earlier: made


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "gradebook.sqlite"


def test_an_attempt_is_kept_with_its_record_and_gets_a_number(path):
    with Gradebook(path) as book:
        kept = book.keep(URL, "week06", as_it_is(record()))
    with Gradebook(path) as book:
        assert book.attempt(kept.attempt).record == kept
        assert book.history(URL)[0].record.commit == "a" * 40


def test_earlier_attempts_are_handed_in_before_the_next_is_kept(path):
    seen = []
    with Gradebook(path) as book:
        for commit in ("a", "b", "c"):
            made = record(commit)
            book.keep(
                made.url,
                made.assignment,
                lambda earlier: seen.append([k.record.commit for k in earlier]) or made,
            )
    assert seen == [[], ["a"], ["a", "b"]]


def test_other_repositories_and_assignments_are_another_history(path):
    with Gradebook(path) as book:
        for made in (record(), record(url=URL + "-lovelace"), record(assignment="week07")):
            book.keep(made.url, made.assignment, as_it_is(made))
        assert len(book.history(URL, "week06")) == 1
        assert len(book.history(URL)) == 2


@pytest.mark.parametrize(
    "spelling",
    [
        "https://host.example/class/week06-ada.git",
        "https://HOST.example/class/week06-ada/",
        "git@host.example:class/week06-ada.git",
        "ssh://git@host.example/class/week06-ada",
    ],
)
def test_one_repository_has_one_history_however_its_address_is_spelled(path, spelling):
    assert repository_key(spelling) == "host.example/class/week06-ada"
    with Gradebook(path) as book:
        book.keep(URL, "week06", as_it_is(record()))
        assert book.history(spelling)


@pytest.mark.parametrize("folder", ["/home/ada/week06", "/srv/git/ada.git", "/a b/ü"])
def test_a_folder_is_known_by_its_path(folder):
    assert repository_key(folder) == folder


def test_reviews_are_kept_in_their_order(path):
    with Gradebook(path) as book:
        number = book.keep(URL, "week06", as_it_is(record())).attempt
        for decision, by in ((Decision.REVISE, "Bola"), (Decision.PASS, "Chi")):
            book.review(number, Review(lab="lab1", criterion="memo", decision=decision, by=by, comment="ü\n"))
        assert [(r.by, r.decision) for r in book.attempt(number).reviews] == [
            ("Bola", "revise"),
            ("Chi", "pass"),
        ]


def test_an_unknown_attempt_is_reported_with_the_next_step(path):
    with Gradebook(path) as book, pytest.raises(UsageError, match="There is no attempt 7"):
        book.attempt(7)


def test_what_waits_is_the_newest_attempt_only_and_our_failures_hide_nothing(path):
    with Gradebook(path) as book:
        for commit, verdict in (("a", "review"), ("b", "review"), ("c", "ungraded")):
            made = record(commit, Decision(verdict))
            book.keep(made.url, made.assignment, as_it_is(made))
        assert [k.record.commit for k in book.newest(Decision.REVIEW)] == ["b"]
        made = record("d", Decision.PASS)
        book.keep(made.url, made.assignment, as_it_is(made))
        assert book.newest(Decision.REVIEW) == ()


WRITER = """
import sys
from pathlib import Path
from msgspec.structs import replace
from grader.gradebook import Gradebook
from tests.gradebook.test_book import record
for n in range(20):
    with Gradebook(Path(sys.argv[1])) as book:
        made = record(f"{sys.argv[2]}-{n}")
        book.keep(made.url, made.assignment, lambda earlier: replace(made, notes=(str(len(earlier)),)))
"""


def test_graders_that_write_at_the_same_time_lose_nothing_and_see_each_other(path):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)]) for n in range(4)]
    assert [w.wait(timeout=120) for w in writers] == [0] * 4
    with Gradebook(path) as book:
        kept = [k.record for k in book.history(URL)]
    assert {r.commit for r in kept} == {f"{w}-{n}" for w in range(4) for n in range(20)}
    # Each saw exactly what was there when it wrote: no two believed to be the same hand-in.
    assert [r.notes for r in kept] == [(str(n),) for n in range(80)]


def test_a_grader_that_dies_while_writing_leaves_the_book_as_it_was(path):
    with Gradebook(path) as book:
        with pytest.raises(KeyboardInterrupt):
            book.keep(URL, "week06", lambda earlier: (_ for _ in ()).throw(KeyboardInterrupt))
        assert book.history(URL) == ()
        assert book.keep(URL, "week06", as_it_is(record())).attempt


def test_a_new_gradebook_is_for_its_owner_alone(path):
    Gradebook(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_newer_graders_book_is_left_alone(path):
    Gradebook(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(UsageError, match="has version 99; this grader knows 1"):
        Gradebook(path)


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "photos.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE photo (id)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is a database of another program"):
        Gradebook(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text("student,grade\n" * 100)
    with pytest.raises(UsageError, match="is no gradebook"):
        Gradebook(path)
    assert path.read_text().startswith("student,grade")


def test_a_folder_that_can_not_be_written_is_our_fault(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Ungraded, match="can't be used"):
        Gradebook(tmp_path / "file" / "gradebook.sqlite")


def test_the_place_is_what_was_asked_then_the_variable_then_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)
    assert place() == tmp_path / "grader" / "gradebook.sqlite"
    monkeypatch.setenv("GRADER_GRADEBOOK", "/srv/book")
    assert str(place()) == "/srv/book"
    assert str(place("other")) == "other"


def test_a_url_is_no_gradebook_yet():
    with pytest.raises(UsageError, match="an SQLite file, not a URL"):
        place("postgresql://host/grades")
