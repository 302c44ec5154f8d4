"""An attempt in its history: when it came, its number, what changed, and what follows."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from grader.attempt import Attempt
from grader.course import Choice
from grader.course.deadline import parse_deadline
from grader.gradebook import Kept
from grader.gradebook.sqlite import SqliteGradebook
from grader.history import NOT_KEPT, KeptHistory, as_reviewed, decided, review, since, standing, waiting
from grader.plan import plan
from grader.record import make_record
from grader.records import (
    Assignment,
    CheckResult,
    CourseVersion,
    Criterion,
    Decision,
    Lab,
    LabResult,
    Outcome,
    Policy,
    Review,
    Submission,
    Terms,
)
from grader.report import encode
from grader.request import Request
from grader.verdict import decide

DUE = "2026-11-20T18:00:00+01:00"
BEFORE, AFTER = "2026-11-20T16:00:00+00:00", "2026-11-23T09:00:00+00:00"
LAB = Lab(
    id="lab1", assignment="week06", title="Lab 1", folder="", modules=(),
    criteria=(
        Criterion(id="code", title="Code", checks=("a", "b")),
        Criterion(id="memo", title="Memo", manual="Is it sound?"),
    ),
)  # fmt: skip
ASSIGNMENT = Assignment(id="week06", title="Week 6", labs=(LAB,), root=Path())


def attempt(
    commit="1" * 40, outcomes="pp", late="note", revisions=None, suite="all", partial=False,
    graded_at=AFTER, received_at="", committed_at=BEFORE, terms=None, ref="", notes=(),
):  # fmt: skip
    """Outcomes of the two checks: p(assed), f(ailed), b(locked), u(ngraded)."""
    names = {"p": Outcome.PASSED, "f": Outcome.FAILED, "b": Outcome.BLOCKED, "u": Outcome.UNGRADED}
    checks = tuple(
        CheckResult(id=id, lab="lab1", promise="", outcome=names[o], waited_for="a" if o == "b" else "")
        for id, o in zip("ab", outcomes)
    )
    policy = Policy(late=late, revisions=revisions)
    return Attempt(
        request=Request(repo="", received=received_at, suite=suite),
        choice=Choice(assignment=ASSIGNMENT, mappings={}, notes=notes),
        submission=Submission(
            url="https://host/ada", ref=ref, commit=commit, committed_at=committed_at, files={}, paths=()
        ),
        terms=terms or Terms(deadline="Friday 18:00 Africa/Lagos", due=DUE, policy=policy),
        seed="", jobs=(), results=(LabResult(lab="lab1", checks=checks, interrupted=partial),),
        graded_at=graded_at, course=CourseVersion(), sandbox="docker", protects=True, image_digests={}, timings=(),
        mapping_digest="", data=(),
    )  # fmt: skip


def concluded(made, earlier=()):
    """The record of an attempt, as the pipeline concludes it."""
    stands = standing(made, earlier)
    verdict = decide(
        made.rubric,
        made.checks,
        reviews=decided(made, earlier),
        policy=made.terms.policy,
        standing=stands,
    )
    return make_record(made, verdict, stands, since(made, earlier))


def record(commit="1" * 40, outcomes="pp", **rest):
    return concluded(attempt(commit, outcomes, **rest))


def after(*earlier, **now):
    return concluded(attempt(**now), [Kept(record=r) for r in earlier])


def keep(made, path):
    return KeptHistory(lambda: SqliteGradebook(path)).keep(
        made.submission.url, "week06", lambda earlier: concluded(made, earlier)
    )


# ── When it was handed in ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("times", "came", "source", "late"),
    [
        ({"received_at": BEFORE}, BEFORE, "received", 0),
        ({"received_at": "2026-11-20T17:00:01+00:00"}, "2026-11-20T17:00:01+00:00", "received", 1),
        ({"received_at": "2026-11-20T18:00:00+01:00"}, DUE, "received", 0),
        ({"graded_at": BEFORE, "committed_at": AFTER}, BEFORE, "fetched", 0),
        ({"committed_at": BEFORE}, BEFORE, "committed", 0),
        ({"committed_at": "2026-11-20T18:05:00+01:00"}, "2026-11-20T18:05:00+01:00", "committed", 300),
        ({"committed_at": ""}, AFTER, "fetched", 230400),
        ({"committed_at": "yesterday, I swear"}, AFTER, "fetched", 230400),
        ({"committed_at": "2026-11-20T16:00:00"}, AFTER, "fetched", 230400),
        ({"committed_at": "2031-01-01T00:00:00+00:00"}, AFTER, "fetched", 230400),
        ({"received_at": "2026-11-24T00:00:00+00:00"}, AFTER, "fetched", 230400),
    ],
    ids=str,
)
def test_the_best_known_time_counts_and_its_source_is_named(times, came, source, late):
    standing = after(**times).standing
    assert (standing.came, standing.source, standing.late_seconds) == (came, source, late)


def test_a_commit_that_was_seen_in_time_once_is_in_time_for_good():
    standing = after(record(graded_at=BEFORE), committed_at=AFTER).standing
    assert (standing.source, standing.late_seconds) == ("fetched", 0)


def test_what_the_forge_said_at_an_earlier_attempt_still_counts():
    standing = after(record(received_at="2026-11-20T19:00:00+01:00")).standing
    assert (standing.source, standing.late_seconds) == ("received", 3600)


def test_another_commit_seen_in_time_proves_nothing_for_this_one():
    assert after(record("0" * 40, graded_at=BEFORE), committed_at="").standing.late_seconds


def test_without_a_moment_nothing_is_late():
    assert (
        after(committed_at="", terms=Terms(deadline="Friday 18:00 Africa/Lagos")).standing.late_seconds == 0
    )


@pytest.mark.parametrize(
    ("deadline", "opens", "last_moment"),
    [
        ("Friday 18:00 Africa/Lagos", "2026-10-26", "2026-10-30T17:00:00+00:00"),
        ("Friday 18:00 Europe/Berlin", "2026-10-19", "2026-10-23T16:00:00+00:00"),
        ("Sunday 18:00 Europe/Berlin", "2026-10-19", "2026-10-25T17:00:00+00:00"),  # set back that morning
        ("Sunday 02:30 Europe/Berlin", "2026-10-19", "2026-10-25T01:30:00+00:00"),  # twice that night
        ("Sunday 02:30 Europe/Berlin", "2026-03-23", "2026-03-29T01:30:00+00:00"),  # never that night
        ("Sunday 18:00 Europe/Berlin", "2026-03-23", "2026-03-29T16:00:00+00:00"),  # set forward that morning
        ("Sunday 18:00 America/New_York", "2026-10-26", "2026-11-01T23:00:00+00:00"),
        ("Sunday 18:00 America/New_York", "2026-03-02", "2026-03-08T22:00:00+00:00"),
    ],
)
@pytest.mark.parametrize("elsewhere", ["UTC", "Asia/Kolkata", "America/New_York"])
def test_the_last_second_is_in_time_and_the_next_is_late_wherever_it_came_from(
    deadline, opens, last_moment, elsewhere
):
    due = parse_deadline(deadline).due(dt.date.fromisoformat(opens)).isoformat()
    last = dt.datetime.fromisoformat(last_moment)
    for seconds in (0, 1):
        received = (last + dt.timedelta(seconds=seconds)).astimezone(ZoneInfo(elsewhere)).isoformat()
        made = after(
            received_at=received,
            graded_at="2027-01-01T00:00:00+00:00",
            terms=Terms(deadline=deadline, due=due),
        )
        assert made.standing.late_seconds == seconds


LATE = "2026-11-20T19:05:00+01:00"


def test_late_work_is_noted_and_passes_where_the_policy_says_so():
    made = after(received_at=LATE)
    assert made.refused == ""
    assert made.verdict is Decision.REVIEW


def test_late_work_is_refused_where_the_policy_says_so_and_the_reason_names_the_source():
    made = after(received_at=LATE, late="refuse")
    assert made.verdict is Decision.REVISE
    assert made.reasons[0] == (
        "This was handed in 1 h 5 min after the deadline (as the forge received it), and late work is not accepted."
    )


@pytest.mark.parametrize("part", [{"suite": "public"}, {"partial": True}])
def test_public_checks_alone_and_an_interrupted_grading_are_no_hand_in(part):
    made = after(received_at=LATE, late="refuse", **part)
    assert (made.standing, made.refused) == (None, "")


# ── Its number ─────────────────────────────────────────────────────────────────────────────────────────────


def test_each_new_commit_is_a_hand_in_and_grading_one_again_is_not():
    assert after().standing.hand_in == 1
    first = record("0" * 40)
    assert after(first).standing.hand_in == 2
    assert after(first, record()).standing.hand_in == 2
    assert after(first, first, record("2" * 40), commit="0" * 40).standing.hand_in == 1


def test_our_failures_and_parts_cost_no_hand_in():
    ours = record("0" * 40, "uu")
    assert ours.verdict is Decision.UNGRADED
    assert after(ours, record("2" * 40, suite="public"), record("3" * 40, partial=True)).standing.hand_in == 1


def test_a_folder_without_commits_is_never_one_hand_in_too_many():
    made = after(record(""), record(""), commit="", received_at=BEFORE, revisions=0)
    assert (made.standing.hand_in, made.refused) == (0, "")


def test_a_folder_that_came_nobody_knows_when_is_not_late():
    made = after(commit="", committed_at="", late="refuse")
    assert (made.standing, made.refused, made.verdict) == (None, "", Decision.REVIEW)


def test_more_revisions_than_allowed_are_refused():
    earlier = [record(str(n) * 40, "fp") for n in (2, 3, 4)]
    assert after(*earlier[:2], revisions=2).verdict is Decision.REVIEW
    made = after(*earlier, revisions=2)
    assert made.verdict is Decision.REVISE
    assert made.reasons[0] == "This is hand-in 4; the first and 2 revisions are accepted."


# ── What changed ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("then", "now", "mended", "broken"),
    [
        ("fb", "pp", ("lab1/a", "lab1/b"), ()),
        ("fp", "pf", ("lab1/a",), ("lab1/b",)),
        ("pp", "fb", (), ("lab1/a", "lab1/b")),
        ("uu", "pf", (), ()),
        ("pp", "uu", (), ()),
    ],
)
def test_checks_that_went_from_failed_to_passed_and_back_are_named(then, now, mended, broken):
    since = after(replace(record("0" * 40, then), attempt=3), outcomes=now).since
    assert (since.attempt, since.mended, since.broken) == (3, mended, broken)


def test_only_like_is_compared_with_like():
    earlier = (
        record("0" * 40, "fp"),
        record("2" * 40, "ff", suite="public"),
        record("3" * 40, "ff", partial=True),
    )
    assert after(*earlier).since.mended == ("lab1/a",)
    assert after().since is None


def test_the_attempt_before_is_reported_as_people_decided_it():
    said = Review(lab="lab1", criterion="memo", decision=Decision.REVISE, by="Bola")
    made = concluded(attempt("2" * 40), [Kept(record=record(), reviews=(said,))])
    assert made.since.verdict is Decision.REVISE


# ── Keeping ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_kept_is_what_is_reported(tmp_path):
    made = keep(attempt(), tmp_path / "book")
    with SqliteGradebook(tmp_path / "book") as book:
        kept = book.attempt(made.attempt)
    assert encode(kept.record) == encode(made)


def test_hostile_text_is_kept_and_comes_back_harmless(tmp_path):
    text = "\x1b[31m\ud800 ::error::\u202e\0"
    made = keep(attempt(ref=text, notes=(text,)), tmp_path / "book")
    assert made.attempt
    assert "\x1b" not in made.ref


def test_a_gradebook_that_fails_costs_a_note_and_not_the_verdict(tmp_path):
    (tmp_path / "file").write_text("")
    made = keep(attempt(outcomes="fb"), tmp_path / "file" / "book")
    assert made.verdict is Decision.REVISE
    assert made.standing.hand_in == 1
    assert made.attempt == 0
    assert NOT_KEPT in made.notes
    assert "can't be used" in made.troubles[-1]


def test_what_waits_is_listed_until_it_is_decided(tmp_path):
    number = keep(attempt(), tmp_path / "book").attempt
    with SqliteGradebook(tmp_path / "book") as book:
        assert [r.attempt for r in waiting(book)] == [number]
        said = Review(lab="lab1", criterion="memo", decision=Decision.PASS, by="Bola", comment="\x1bFine.")
        made = review(book, number, said)
        assert made.verdict is Decision.PASS
        assert made.criteria[1].review.comment == "\\x1bFine."
        assert waiting(book) == ()
        assert as_reviewed(book.attempt(number)) == made
        assert book.attempt(number).record.verdict is Decision.REVIEW


# ── What people decided about a commit ────────────────────────────────────────────────────────────────────


def said(decision=Decision.PASS, by="Bola", at="2026-11-24T09:00:00+00:00"):
    return Review(lab="lab1", criterion="memo", decision=decision, by=by, comment="Well put.", decided_at=at)


def memo(text="An outlier pulls.", criterion=LAB.criteria[1]):
    """An attempt at a lab whose memo is read, and its job."""
    lab = replace(LAB, criteria=(LAB.criteria[0], criterion), documents={"memo": "MEMO.md"})
    job = plan(lab, {"MEMO.md": text.encode()}, seed="0" * 32)
    made = attempt(committed_at=BEFORE)
    assignment = replace(ASSIGNMENT, labs=(lab,))
    return replace(made, jobs=(job,), choice=replace(made.choice, assignment=assignment))


def again(before, *reviews, **changed):
    """The record of the same commit, graded again."""
    return concluded(memo(**changed), [Kept(record=concluded(before), reviews=reviews)])


def test_a_commit_that_is_graded_again_keeps_what_was_decided_about_it():
    made = again(memo(), said())
    assert made.verdict is Decision.PASS
    assert made.criteria[1].review == said()


def test_and_again():
    first = Kept(record=concluded(memo()), reviews=(said(),))
    second = Kept(record=concluded(memo(), [first]))
    assert concluded(memo(), [first, second]).verdict is Decision.PASS


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "The median stays."},
        {"criterion": replace(LAB.criteria[1], manual="Is it sound, and does it cite its source?")},
        {"criterion": replace(LAB.criteria[1], title="Essay")},
    ],
    ids=["another memo", "another guidance", "another title"],
)
def test_on_other_evidence_it_is_read_anew(changed):
    assert again(memo(), said(), **changed).verdict is Decision.REVIEW


def test_another_commit_is_read_anew():
    other = replace(memo(), submission=replace(memo().submission, commit="2" * 40))
    assert again(other, said()).verdict is Decision.REVIEW


def test_a_folder_without_commits_is_read_anew():
    folder = replace(memo(), submission=replace(memo().submission, commit=""))
    earlier = Kept(record=concluded(folder), reviews=(said(),))
    assert concluded(folder, [earlier]).verdict is Decision.REVIEW


def test_what_was_taken_back_is_not_kept():
    back = said(Decision.REVIEW, at="2026-11-25T09:00:00+00:00")
    assert again(memo(), said(), back).verdict is Decision.REVIEW


def test_the_last_word_counts_at_whichever_attempt_it_was_said():
    later = said(Decision.REVISE, at="2026-11-25T09:00:00+00:00")
    first = Kept(record=concluded(memo()), reviews=(said(), later))
    second = Kept(record=concluded(memo()), reviews=(said(at="2026-11-24T10:00:00+00:00"),))
    assert concluded(memo(), [first, second]).verdict is Decision.REVISE


def test_a_decision_that_is_taken_back_waits_again(tmp_path):
    number = keep(attempt(), tmp_path / "book").attempt
    with SqliteGradebook(tmp_path / "book") as book:
        assert review(book, number, said()).verdict is Decision.PASS
        made = review(book, number, said(Decision.REVIEW, by="Chi"))
        assert (made.verdict, made.criteria[1].review) == (Decision.REVIEW, None)
        assert [record.attempt for record in waiting(book)] == [number]
