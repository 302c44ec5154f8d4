"""What every gradebook promises: tried on each kind there is, and on one that is no file."""

from functools import partial

import pytest

from grader.errors import UsageError
from grader.gradebook import open_gradebook, repository_key
from grader.gradebook.sqlite import SqliteGradebook
from grader.records import Decision, Review
from tests.gradebook.books import URL, MemoryGradebook, as_it_is, record


@pytest.fixture(params=["sqlite", "postgresql", "memory"])
def open_book(request, tmp_path):
    """Opens the same gradebook, as often as it is called."""
    path = tmp_path / "deep" / "gradebook"
    if request.param == "postgresql":
        return partial(open_gradebook, request.getfixturevalue("postgresql")())
    return (
        partial(SqliteGradebook, path)
        if request.param == "sqlite"
        else partial(MemoryGradebook, str(path), {})
    )


def test_it_says_where_it_is(open_book, tmp_path):
    with open_book() as book:
        assert book.place == str(tmp_path / "deep" / "gradebook") or book.place.startswith(
            "postgresql://ada@"
        )


def test_an_attempt_is_kept_with_its_record_and_gets_a_number(open_book):
    with open_book() as book:
        kept = book.keep(URL, "week06", as_it_is(record()))
    with open_book() as book:
        assert book.attempt(kept.attempt).record == kept
        assert book.history(URL)[0].record.commit == "a" * 40


def test_earlier_attempts_are_handed_in_before_the_next_is_kept(open_book):
    seen = []
    with open_book() as book:
        for commit in ("a", "b", "c"):
            made = record(commit)
            book.keep(
                made.url,
                made.assignment,
                lambda earlier: seen.append([k.record.commit for k in earlier]) or made,
            )
    assert seen == [[], ["a"], ["a", "b"]]


def test_other_repositories_and_assignments_are_another_history(open_book):
    with open_book() as book:
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
        "ssh://git@host.example:2222/class/week06-ada.git",
        "HTTPS://host.example:443/class/week06-ada",
        "http://host.example:8080/class/week06-ada",
        "host.example/class/week06-ada",
    ],
)
def test_one_repository_has_one_history_however_its_address_is_spelled(open_book, spelling):
    assert repository_key(spelling) == "host.example/class/week06-ada"
    with open_book() as book:
        book.keep(URL, "week06", as_it_is(record()))
        assert book.history(spelling)


def test_the_letter_case_of_a_path_is_part_of_it():
    assert (
        repository_key("https://HOST/Class/Ada")
        == "host/Class/Ada"
        != repository_key("https://host/class/ada")
    )


@pytest.mark.parametrize("address", ["http://[::1]:8000/w.git", "git@[::1]:w.git", "[::1]/w"])
def test_an_address_in_numbers_is_one_too(address):
    assert repository_key(address) == "[::1]/w"


@pytest.mark.parametrize(
    "spelling", ["/home/ta/../ada/week06", "/home//ada/week06/", "/home/ada/week06/.git"]
)
def test_a_folder_is_one_however_its_path_is_spelled(spelling):
    assert repository_key(spelling) == "/home/ada/week06"


@pytest.mark.parametrize("folder", ["/home/ada/week06", "/srv/git/ada.git", "/a b/ü"])
def test_a_folder_is_known_by_its_path(folder):
    assert repository_key(folder) == folder


def test_reviews_are_kept_in_their_order(open_book):
    with open_book() as book:
        number = book.keep(URL, "week06", as_it_is(record())).attempt
        for decision, by in ((Decision.REVISE, "Bola"), (Decision.PASS, "Chi")):
            book.review(number, Review(lab="lab1", criterion="memo", decision=decision, by=by, comment="ü\n"))
        assert [(r.by, r.decision) for r in book.attempt(number).reviews] == [
            ("Bola", "revise"),
            ("Chi", "pass"),
        ]


def test_the_points_that_a_person_gave_are_kept(open_book):
    with open_book() as book:
        number = book.keep(URL, "week06", as_it_is(record())).attempt
        for points in (None, 3.0, 0.0):
            said = Review(lab="lab1", criterion="memo", decision=Decision.REVISE, by="Bola", points=points)
            book.review(number, said)
        assert [r.points for r in book.attempt(number).reviews] == [None, 3.0, 0.0]


def test_an_unknown_attempt_is_reported_with_the_next_step(open_book):
    with open_book() as book:
        for number in (7, 1 << 64):
            with pytest.raises(UsageError, match=f"There is no attempt {number}"):
                book.attempt(number)


def test_what_waits_is_the_newest_attempt_only_and_our_failures_hide_nothing(open_book):
    with open_book() as book:
        for commit, verdict in (("a", "review"), ("b", "review"), ("c", "ungraded")):
            made = record(commit, Decision(verdict))
            book.keep(made.url, made.assignment, as_it_is(made))
        assert [k.record.commit for k in book.newest(Decision.REVIEW)] == ["b"]
        made = record("d", Decision.PASS)
        book.keep(made.url, made.assignment, as_it_is(made))
        assert book.newest(Decision.REVIEW) == ()


def test_what_waits_is_not_hidden_by_what_was_refused_after_it(open_book):
    with open_book() as book:
        refused = record("b", Decision.REVISE, refused="This was handed in 1 h after the deadline.")
        for made in (record("a", Decision.REVIEW), refused):
            book.keep(made.url, made.assignment, as_it_is(made))
        assert [k.record.commit for k in book.newest(Decision.REVIEW)] == ["a"]
        assert book.newest(Decision.REVISE) == ()


def test_a_decision_that_is_taken_back_is_kept_as_such(open_book):
    with open_book() as book:
        number = book.keep(URL, "week06", as_it_is(record())).attempt
        for decision in (Decision.PASS, Decision.REVIEW):
            book.review(number, Review(lab="lab1", criterion="memo", decision=decision, by="Bola"))
        assert [r.decision for r in book.attempt(number).reviews] == ["pass", "review"]


def test_every_repository_is_listed_once_for_each_assignment(open_book):
    with open_book() as book:
        for made in (record(), record("b"), record(url=URL + "-z"), record(assignment="week07")):
            book.keep(made.url, made.assignment, as_it_is(made))
        ada = repository_key(URL)
        assert book.repositories() == ((ada, "week06"), (f"{ada}-z", "week06"), (ada, "week07"))
        assert len(book.history(*book.repositories()[0])) == 2


def test_a_grader_that_dies_while_writing_leaves_the_book_as_it_was(open_book):
    with open_book() as book:
        with pytest.raises(KeyboardInterrupt):
            book.keep(URL, "week06", lambda earlier: (_ for _ in ()).throw(KeyboardInterrupt))
        assert book.history(URL) == ()
        assert book.keep(URL, "week06", as_it_is(record())).attempt
