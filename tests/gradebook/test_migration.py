"""A gradebook that an older grader wrote opens, keeps everything, and does what one of today does.

``kept/version1.sql`` is a dump of one that version 1 wrote: real attempts from a folder given as ``../st/essay-ada``,
with reviews and a late one that was refused, and the same repository under three addresses on a host.
"""

import sqlite3
from pathlib import Path

import pytest

from grader.gradebook.schema import STEPS
from grader.gradebook.sqlite import SqliteGradebook
from grader.history import as_reviewed, review, waiting
from grader.records import Decision, Review

OLD = Path(__file__).parent / "kept" / "version1.sql"
ADA = "/home/ta/st/essay-ada"


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "book.sqlite"
    with sqlite3.connect(made) as database:
        database.executescript(OLD.read_text())
    database.close()
    return made


def rows(path, table):
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        found = [dict(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY id")]
    database.close()
    return found


def version(path):
    with sqlite3.connect(path) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def test_every_attempt_and_review_is_kept(path):
    before = {table: rows(path, table) for table in ("attempt", "review")}
    assert version(path) == 1
    SqliteGradebook(path).close()
    assert version(path) == len(STEPS)
    for table, old in before.items():
        new = rows(path, table)
        assert len(new) == len(old) > 1
        for was, is_ in zip(old, new):
            assert {k: v for k, v in is_.items() if k in was and k != "repository"} == {
                k: v for k, v in was.items() if k != "repository"
            }


def test_one_folder_has_one_history_now(path):
    with SqliteGradebook(path) as book:
        assert [k.record.attempt for k in book.history(ADA)] == [1, 2, 6]
        assert as_reviewed(book.attempt(1)).verdict is Decision.PASS


def test_addresses_that_differ_in_port_scheme_and_letter_case_have_one_history_now(path):
    with SqliteGradebook(path) as book:
        assert [k.record.attempt for k in book.history("https://host.example/class/essay-bo")] == [3, 4]
        assert [k.record.attempt for k in book.history("https://host.example/class/Essay-Bo")] == [5]


def test_what_waits_is_no_longer_hidden_by_what_was_refused(path):
    with SqliteGradebook(path) as book:
        assert [record.attempt for record in waiting(book)] == [2, 4, 5]


def test_a_decision_can_be_taken_back_and_numbers_go_on(path):
    with SqliteGradebook(path) as book:
        said = Review(lab="mean", criterion="reasoning", decision=Decision.REVIEW, by="Chi")
        assert review(book, 1, said).verdict is Decision.REVIEW
        made = book.attempt(1).record
        assert book.keep(made.url, made.assignment, lambda earlier: made).attempt == 7


def test_a_step_that_fails_leaves_the_old_book_as_it_was(path, monkeypatch):
    before = path.read_bytes()
    broken = (*STEPS[:1], (*STEPS[1], "NO SQL"))
    monkeypatch.setattr("grader.gradebook.schema.STEPS", broken)
    with pytest.raises(Exception, match="can't be used"):
        SqliteGradebook(path)
    assert path.read_bytes() == before
