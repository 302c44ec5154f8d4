"""Where everybody stands: which attempt counts."""

import pytest
from msgspec.structs import replace

from grader.records import CriterionResult, Decision, LabVerdict, Weight
from grader.standings import standings
from tests.gradebook.books import URL, MemoryGradebook, as_it_is, record


def stand(*attempts, assignment=""):
    book = MemoryGradebook("book", {})
    for made in attempts:
        book.keep(made.url, made.assignment, as_it_is(made))
    return standings(book, assignment)


def attempt(commit, verdict, refused=""):
    return record(commit, Decision(verdict), refused=refused)


@pytest.mark.parametrize(
    ("attempts", "counts"),
    [
        ([("a", "revise"), ("b", "review")], 2),
        ([("a", "pass"), ("b", "revise")], 1),  # a pass stands
        ([("a", "pass"), ("b", "pass")], 2),
        ([("a", "review"), ("b", "revise", "late")], 1),  # what was refused hides nothing
        ([("a", "revise", "late"), ("b", "revise", "late")], 2),
        ([("a", "pass"), ("a", "revise")], 2),  # the suite was corrected
        ([("a", "review"), ("b", "ungraded")], 1),
        ([("a", "ungraded"), ("b", "ungraded")], 2),
    ],
    ids=str,
)
def test_the_attempt_that_counts(attempts, counts):
    (row,) = stand(*(attempt(*each) for each in attempts))
    assert (row.record.attempt, row.newest) == (counts, len(attempts))


def test_commits_are_counted_and_gradings_are_not():
    (row,) = stand(*(attempt(*each) for each in (("a", "revise"), ("a", "revise"), ("b", "pass"))))
    assert row.hand_ins == 2


def test_public_checks_alone_are_no_hand_in():
    assert stand(replace(attempt("a", "pass"), suite="public")) == ()


def test_parts_repositories_and_assignments_stand_for_themselves():
    other = LabVerdict(id="lab2", title="", decision=Decision.PASS, criteria=())
    everything = (
        attempt("a", "pass"),
        replace(attempt("a", "revise"), labs=(other,)),
        replace(attempt("a", "revise"), url=URL + "-bo"),
        replace(attempt("a", "revise"), assignment="week07"),
    )
    assert len(stand(*everything)) == 4
    assert [row.record.assignment for row in stand(*everything, assignment="week07")] == ["week07"]


def test_what_a_person_still_has_to_decide_is_named():
    memo = CriterionResult(
        id="memo", title="Memo", lab="lab1", weight=Weight.REQUIRED, decision=Decision.REVIEW, earned=0.0,
        points=0.0, checks=(), failed=(), manual="Is it sound?",
    )  # fmt: skip
    (row,) = stand(replace(attempt("a", "review"), criteria=(memo,)))
    assert row.waits == ("lab1/memo",)
