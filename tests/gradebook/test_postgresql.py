"""A gradebook on a real server: whoever else writes to it, whatever else it is."""

import subprocess
import sys

import pytest

from grader.errors import Ungraded, UsageError
from grader.gradebook import existing_gradebook, open_gradebook
from grader.gradebook.schema import STEPS
from grader.gradebook.sqlite import SqliteGradebook
from tests.gradebook.books import URL, record

WRITER = """
import sys
from msgspec.structs import replace
from grader.gradebook import open_gradebook
from tests.gradebook.books import record
for n in range(10):
    with open_gradebook(sys.argv[1]) as book:
        made = record(f"{sys.argv[2]}-{n}")
        book.keep(made.url, made.assignment, lambda earlier: replace(made, notes=(str(len(earlier)),)))
"""
COLUMNS = """
    SELECT column_name, is_nullable FROM information_schema.columns
    WHERE table_name = $1 AND table_schema = current_schema() ORDER BY ordinal_position
"""


def test_graders_that_write_at_the_same_time_lose_nothing_and_see_each_other(postgresql):
    """Also the making of the tables: none of them was there first."""
    url = postgresql()
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, url, str(n)]) for n in range(3)]
    assert [w.wait(timeout=120) for w in writers] == [0] * 3
    with open_gradebook(url) as book:
        kept = [k.record for k in book.history(URL)]
    assert {r.commit for r in kept} == {f"{w}-{n}" for w in range(3) for n in range(10)}
    assert [r.notes for r in kept] == [(str(n),) for n in range(30)]


def test_the_tables_are_those_of_a_file(postgresql, tmp_path):
    with open_gradebook(postgresql()) as server, SqliteGradebook(tmp_path / "book") as file:
        for table in ("attempt", "review"):
            there = server.query(COLUMNS, table)
            here = file.query(f"SELECT name, \"notnull\" OR pk FROM pragma_table_info('{table}')")
            assert [(name, nullable == "NO") for name, nullable in there] == [(n, bool(b)) for n, b in here]


def test_only_the_first_opening_makes_it(postgresql):
    url = postgresql()
    with pytest.raises(UsageError, match="There is no gradebook in postgresql://"):
        existing_gradebook(url)
    with open_gradebook(url) as first, open_gradebook(url) as second, existing_gradebook(url) as third:
        assert (first.is_new, second.is_new, third.is_new) == (True, False, False)


def test_a_grader_that_lost_the_server_kept_all_or_nothing(postgresql):
    url = postgresql()
    with open_gradebook(url) as book:
        book.keep(URL, "week06", lambda _: record("a"))

        def cut(_earlier):
            with open_gradebook(url) as other:
                pids = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
                for (pid,) in other.query(pids):
                    other.query("SELECT pg_terminate_backend($1)", pid)
            return record("b")

        with pytest.raises(Ungraded, match="can't be used"):
            book.keep(URL, "week06", cut)
    with open_gradebook(url) as book:
        assert [k.record.commit for k in book.history(URL)] == ["a"]


def test_an_older_graders_book_is_brought_up_to_date_and_a_newer_graders_left_alone(postgresql):
    url = postgresql()
    with open_gradebook(url) as book:
        book.query("UPDATE gradebook SET version = 99")
    with pytest.raises(UsageError, match=f"has version 99; this grader knows {len(STEPS)}"):
        open_gradebook(url)


def test_another_programs_database_is_left_alone(postgresql):
    url = postgresql()
    import psycopg

    with psycopg.connect(url, autocommit=True) as theirs:
        theirs.execute("CREATE TABLE attempt (id INT)")
        with pytest.raises(UsageError, match="is a database of another program"):
            open_gradebook(url)
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert theirs.execute(tables).fetchone() == (1,)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:secret@localhost:1/grades",
        "postgres://ada:secret@localhost:1/grades?password=secret&sslmode=disable",
        "postgresql://ada@localhost:1/grades?sslpassword=secret",
        "postgresql://ada:secret@[bad:1/grades",
    ],
)
def test_a_server_that_does_not_answer_is_our_fault_and_no_password_is_shown(address):
    pytest.importorskip("psycopg")
    with pytest.raises(Ungraded, match="can't be used") as said:
        open_gradebook(address)
    assert "secret" not in said.value.message + said.value.remedy
    assert "ada@" in said.value.message


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "grader.gradebook.postgresql", None)
    with pytest.raises(UsageError, match="needs the package psycopg"):
        open_gradebook("postgresql://host/grades")
