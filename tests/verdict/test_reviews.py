"""What people decide is data, and the verdict follows from it."""

from itertools import product

import pytest

from grader.records import (
    CheckResult,
    Criterion,
    Decision,
    Outcome,
    Record,
    Policy,
    Review,
    Rubric,
    RubricLab,
    Standing,
    Terms,
    Weight,
)
from grader.record import with_reviews
from grader.report.sanitizer import sanitize
from grader.report.reasons import sentence
from grader.verdict import decide

PASS, REVISE, REVIEW, UNGRADED = Decision.PASS, Decision.REVISE, Decision.REVIEW, Decision.UNGRADED


def rubric_of(*criteria, pass_points=None):
    return Rubric(labs=(RubricLab(id="lab1", title="Lab 1", criteria=criteria),), pass_points=pass_points)


CHECKED = Criterion(id="code", title="Code", checks=("c",))
MEMO = Criterion(id="memo", title="Memo", manual="Is it sound?")
ESSAY = Criterion(id="essay", title="Essay", manual="Is it clear?")
BOTH = rubric_of(CHECKED, MEMO)


def check(outcome=Outcome.PASSED, id="c"):
    return CheckResult(id=id, lab="lab1", promise="", outcome=outcome)


def said(decision, item="memo", by="Bola", comment=""):
    return Review(lab="lab1", criterion=item, decision=decision, by=by, comment=comment)


def reasons(verdict):
    return tuple(map(sentence, verdict.reasons))


def decision(rubric, outcome=Outcome.PASSED, *reviews, **rest):
    return decide(rubric, [check(outcome)], reviews=reviews, **rest).decision


def test_a_pass_waits_for_the_person():
    verdict = decide(BOTH, [check()])
    assert verdict.decision is REVIEW
    assert reasons(verdict) == ("“Memo” waits for a person to look at it.",)


def test_a_person_can_give_the_pass_and_is_named():
    verdict = decide(BOTH, [check()], reviews=[said(PASS)])
    assert verdict.decision is PASS
    assert reasons(verdict) == (
        "All 2 required criteria are met: 1 check passed, and Bola reviewed the rest.",
    )


def test_a_person_can_ask_to_revise_and_their_words_are_the_reason():
    verdict = decide(BOTH, [check()], reviews=[said(REVISE, comment="Say why.")])
    assert verdict.decision is REVISE
    assert reasons(verdict) == ("“Memo” is not met yet, says Bola: Say why.",)


def test_the_last_word_counts():
    assert decision(BOTH, Outcome.PASSED, said(REVISE), said(PASS)) is PASS


@pytest.mark.parametrize(
    ("outcome", "found"), [(Outcome.FAILED, REVISE), (Outcome.UNGRADED, UNGRADED), (Outcome.PASSED, REVIEW)]
)
def test_review_is_the_verdict_only_if_everything_else_holds(outcome, found):
    assert decision(BOTH, outcome) is found


def test_a_persons_pass_mends_no_failed_check():
    assert decision(BOTH, Outcome.FAILED, said(PASS)) is REVISE


def test_advice_that_waits_holds_up_nothing():
    style = Criterion(id="style", title="Style", manual="Is it pretty?", weight=Weight.ADVICE)
    assert decision(rubric_of(CHECKED, style)) is PASS


def test_a_review_of_what_is_not_manual_decides_nothing():
    assert decision(BOTH, Outcome.FAILED, said(PASS, "code"), said(PASS)) is REVISE


@pytest.mark.parametrize("states", list(product([PASS, REVISE, None], repeat=2)))
def test_the_verdict_with_people_is_the_one_that_holds_whatever_they_still_say(states):
    rubric = rubric_of(CHECKED, MEMO, ESSAY)

    def found(world):
        reviews = [said(s, i) for s, i in zip(world, ("memo", "essay")) if s]
        return decision(rubric, Outcome.PASSED, *reviews)

    could_be = {found(world) for world in product(*([s] if s else [PASS, REVISE] for s in states))}
    assert found(states) is (could_be.pop() if len(could_be) == 1 else REVIEW)


@pytest.mark.parametrize(
    ("code", "memo", "found"),
    [(6, None, REVIEW), (3, None, REVIEW), (6, PASS, PASS), (3, REVISE, REVISE), (8, None, PASS)],
)
def test_points_of_an_undecided_item_may_still_come(code, memo, found):
    rubric = rubric_of(
        Criterion(id="code", title="Code", checks=("c",), points=code),
        Criterion(id="memo", title="Memo", manual="?", points=10 - code),
        pass_points=7,
    )
    reviews = [said(memo)] if memo else []
    assert decision(rubric, Outcome.PASSED, *reviews) is found


def test_refused_work_asks_to_revise_and_says_so_first():
    late = Standing(came="2026-11-28", source="received", late_seconds=90.0, hand_in=1)
    policy = Policy(late="refuse")
    verdict = decide(BOTH, [check()], reviews=[said(PASS)], policy=policy, standing=late)
    assert verdict.decision is REVISE
    assert sentence(verdict.refusal) == (
        "This was handed in 1 min 30 s after the deadline (as the forge received it), and late work is not accepted."
    )
    made = with_reviews(record(standing=late, terms=Terms(policy=policy)), [said(PASS)])
    assert made.reasons[0] == made.refused == sentence(verdict.refusal)


def record(rubric=BOTH, outcome=Outcome.PASSED, **rest):
    verdict = decide(rubric, [check(outcome)])
    made = Record(
        verdict=verdict.decision,
        assignment="a",
        title="A",
        reasons=reasons(verdict),
        earned=verdict.earned,
        points=verdict.points,
        pass_points=rubric.pass_points,
        labs=verdict.labs,
        criteria=tuple(c for lab in verdict.labs for c in lab.criteria),
        checks=(check(outcome),),
        **rest,
    )
    return sanitize(made)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("pass_points", [None, 0.5, 2.0])
def test_a_record_has_all_that_its_verdict_follows_from(outcome, pass_points):
    points = rubric_of(
        Criterion(id="code", title="Code", checks=("c",), points=2.0), MEMO, pass_points=pass_points
    )
    assert with_reviews(record(points, outcome), []) == record(points, outcome)


def test_reviews_are_added_to_those_a_record_has():
    rubric = rubric_of(CHECKED, MEMO, ESSAY)
    once = with_reviews(record(rubric), [said(PASS)])
    assert once.verdict is REVIEW
    assert with_reviews(once, [said(PASS, "essay", by="Chi")]).reasons == (
        "All 3 required criteria are met: 1 check passed, and Bola and Chi reviewed the rest.",
    )


def test_an_interrupted_grading_is_no_verdict_whatever_people_say():
    assert with_reviews(record(partial=True), [said(PASS)]).verdict is UNGRADED


def test_a_check_that_no_machine_can_decide_waits_for_a_person_whose_word_then_counts():
    rubric = rubric_of(Criterion(id="readme", title="README", checks=("a", "b")))
    asked = [
        check(Outcome.REVIEW, "a"),
        CheckResult(id="b", lab="lab1", promise="", outcome=Outcome.BLOCKED, waited_for="a"),
    ]
    assert decide(rubric, asked).decision is REVIEW
    for word in (PASS, REVISE):
        assert decide(rubric, asked, reviews=[said(word, "readme")]).decision is word
    failed = [check(Outcome.REVIEW, "a"), check(Outcome.FAILED, "b")]
    assert decide(rubric, failed, reviews=[said(PASS, "readme")]).decision is REVISE
