"""The SQLite file: whoever else writes to it, whatever else it is."""

import sqlite3
import stat
import subprocess
import sys

import msgspec
import pytest

from grader.errors import Ungraded, UsageError
from grader.gradebook.place import open_gradebook, place
from grader.gradebook.schema import APPLICATION, STEPS
from grader.gradebook.sqlite import SqliteGradebook
from tests.gradebook.books import URL, record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "gradebook.sqlite"


WRITER = """
import sys
from pathlib import Path
from msgspec.structs import replace
from grader.gradebook.sqlite import SqliteGradebook
from tests.gradebook.books import record
for n in range(20):
    with SqliteGradebook(Path(sys.argv[1])) as book:
        made = record(f"{sys.argv[2]}-{n}")
        book.keep(made.url, made.assignment, lambda earlier: replace(made, notes=(str(len(earlier)),)))
"""


def test_graders_that_write_at_the_same_time_lose_nothing_and_see_each_other(path):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)]) for n in range(4)]
    assert [w.wait(timeout=120) for w in writers] == [0] * 4
    with SqliteGradebook(path) as book:
        kept = [k.record for k in book.history(URL)]
    assert {r.commit for r in kept} == {f"{w}-{n}" for w in range(4) for n in range(20)}
    # Each saw exactly what was there when it wrote: no two believed to be the same hand-in.
    assert [r.notes for r in kept] == [(str(n),) for n in range(80)]


KILLED = """
import os, signal, sys
from pathlib import Path
from grader.gradebook.sqlite import SqliteGradebook
from tests.gradebook.books import record
with SqliteGradebook(Path(sys.argv[1])) as book:
    for n in range(3):
        book.keep(record(str(n)).url, "week06", lambda earlier: record(str(n)))
        print(n, flush=True)
    def die(earlier):
        book._database.execute("INSERT INTO attempt VALUES (99, 'r', 'a', 'p', 'c', 't', 'pass', '{}', 1)")
        os.kill(os.getpid(), signal.SIGKILL)
    book.keep(record("last").url, "week06", die)
"""


def test_a_grader_that_is_killed_loses_nothing_that_it_had_kept_and_leaves_nothing_half_done(path):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], capture_output=True, timeout=60)
    assert killed.stdout.split() == [b"0", b"1", b"2"], killed.stderr
    with SqliteGradebook(path) as book:
        assert [k.record.commit for k in book.history(URL)] == ["0", "1", "2"]
        assert book.keep(URL, "week06", lambda _: record("next")).attempt == 4


def test_who_reads_does_not_wait_for_who_writes(path):
    with SqliteGradebook(path) as writer, SqliteGradebook(path) as reader:
        writer.keep(URL, "week06", lambda earlier: record("a"))
        seen = []
        writer.keep(URL, "week06", lambda earlier: seen.append(reader.history(URL)) or record("b"))
        assert [k.record.commit for k in seen[0]] == ["a"]
        assert reader._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_full_disk_is_our_fault_and_what_was_kept_stays(path):
    with SqliteGradebook(path) as book:
        book.keep(URL, "week06", lambda earlier: record("a"))
        pages = book._database.execute("PRAGMA page_count").fetchone()[0]
        book._database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Ungraded, match="database or disk is full"):
            book.keep(URL, "week06", lambda earlier: record("b", notes=("long " * 10_000,)))
        assert [k.record.commit for k in book.history(URL)] == ["a"]


def test_a_new_gradebook_is_for_its_owner_alone(path):
    SqliteGradebook(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_older_graders_book_gets_what_is_new_and_keeps_what_it_has(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        for statement in STEPS[0]:
            database.execute(statement)
        columns = "attempt, lab, criterion, decision, reviewer, comment, decided_at"
        made = msgspec.json.encode(record("a")).decode()
        database.execute(
            "INSERT INTO attempt VALUES (1, 'r', 'week06', 'all', 'a', '', 'review', ?)", (made,)
        )
        database.execute(f"INSERT INTO review ({columns}) VALUES (1, 'l', 'memo', 'pass', 'Bola', '', '')")
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute("PRAGMA user_version = 1")
    database.close()
    with SqliteGradebook(path) as book:
        assert [(r.by, r.points) for r in book.attempt(1).reviews] == [("Bola", None)]


def test_a_newer_graders_book_is_left_alone(path):
    SqliteGradebook(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(UsageError, match="has version 99; this grader knows 3"):
        SqliteGradebook(path)


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "photos.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE photo (id)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is a database of another program"):
        SqliteGradebook(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "grades.csv"
    path.write_text("student,grade\n" * 100)
    with pytest.raises(UsageError, match="is no gradebook"):
        SqliteGradebook(path)
    assert path.read_text().startswith("student,grade")


def test_a_folder_that_can_not_be_written_is_our_fault(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Ungraded, match="can't be used"):
        SqliteGradebook(tmp_path / "file" / "gradebook.sqlite")


def test_the_place_is_what_was_asked_then_the_variable_then_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)
    assert place() == tmp_path / "grader" / "gradebook.sqlite"
    monkeypatch.setenv("GRADER_GRADEBOOK", "/srv/book")
    assert str(place()) == "/srv/book"
    assert str(place("other")) == "other"


def test_another_kind_of_server_is_no_gradebook():
    with pytest.raises(UsageError, match="an SQLite file or a database on PostgreSQL, not mysql://"):
        place("mysql://ada:secret@host/grades")


def test_what_is_opened_is_what_was_asked_for(path):
    with open_gradebook(str(path)) as book:
        assert book.place == str(path)
    assert path.is_file()
