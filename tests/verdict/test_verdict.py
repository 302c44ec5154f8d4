"""The verdict is the one that holds however the ungraded checks would have come out."""

from itertools import product
from pathlib import Path

import pytest

from grader.records import (
    Assignment,
    CheckResult,
    Criterion,
    Decision,
    Fault,
    Lab,
    Outcome,
    Weight,
)
from grader.verdict import decide

PASSED, FAILED, BLOCKED, UNGRADED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED, Outcome.UNGRADED


def criterion(id, *checks, points=0.0, advice=False):
    weight = Weight.ADVICE if advice else Weight.REQUIRED
    return Criterion(id=id, title=id.capitalize(), checks=checks, points=points, weight=weight)


def assignment(*criteria, pass_points=None, more=()):
    def lab(id, criteria):
        return Lab(id=id, assignment="week06", title=id, folder=id, modules=(), criteria=tuple(criteria))

    labs = (lab("lab1", criteria), *(lab("lab2", [c]) for c in more))
    return Assignment(id="week06", title="Week 6", labs=labs, root=Path(), pass_points=pass_points)


def result(id, outcome, lab="lab1", **rest):
    return CheckResult(id=id, lab=lab, promise=f"{id} holds.", outcome=outcome, **rest)


def decision(rubric, *results, **options):
    return decide(rubric, results, **options).decision


TWO = assignment(criterion("forward", "a", "b"), criterion("backward", "c"))


def test_all_checks_passed_is_a_pass_that_says_what_it_rests_on():
    verdict = decide(TWO, [result(c, PASSED) for c in "abc"])
    assert verdict.decision is Decision.PASS
    assert verdict.reasons == ("All 2 required criteria are met: 3 checks passed.",)
    assert [c.decision for c in verdict.labs[0].criteria] == [Decision.PASS, Decision.PASS]


def test_a_failed_required_check_asks_to_revise_and_is_named():
    verdict = decide(TWO, [result("a", PASSED), result("b", FAILED), result("c", BLOCKED, waited_for="b")])
    assert verdict.decision is Decision.REVISE
    assert verdict.reasons == (
        "“Forward” is not met yet: b failed.",
        "“Backward” can't be checked before b passes.",
    )
    assert [c.failed for c in verdict.labs[0].criteria] == [("b",), ("c",)]


@pytest.mark.parametrize("outcomes", list(product([PASSED, FAILED, UNGRADED], repeat=3)))
def test_the_decision_holds_however_the_ungraded_checks_would_have_come_out(outcomes):
    found = decision(TWO, *map(result, "abc", outcomes))
    could_be = {
        decision(TWO, *map(result, "abc", world))
        for world in product(*([PASSED, FAILED] if o is UNGRADED else [o] for o in outcomes))
    }
    assert found is (could_be.pop() if len(could_be) == 1 else Decision.UNGRADED)


def test_our_fault_is_never_a_pass_and_says_whose_it_is():
    verdict = decide(
        TWO, [result("a", PASSED), result("b", UNGRADED, fault=Fault.GRADER), result("c", PASSED)]
    )
    assert verdict.decision is Decision.UNGRADED
    assert verdict.reasons == (
        "“Forward” could not be graded: b gave no result. That is our fault, and it costs nothing.",
    )


@pytest.mark.parametrize("fault", [Fault.COURSE, Fault.GRADER])
def test_a_check_that_failed_by_our_fault_does_not_ask_to_revise(fault):
    results = [result("a", PASSED), result("b", FAILED, fault=fault), result("c", PASSED)]
    assert decision(TWO, *results) is Decision.UNGRADED


def test_a_check_without_a_result_is_ungraded():
    assert decision(TWO, result("a", PASSED), result("c", PASSED)) is Decision.UNGRADED


@pytest.mark.parametrize("suite", ["all", "public"])
def test_zero_checks_run_is_never_a_pass(suite):
    assert decision(TWO, suite=suite) is Decision.UNGRADED
    assert decision(assignment(), suite=suite) is Decision.UNGRADED
    assert decision(assignment(criterion("empty")), suite=suite) is Decision.UNGRADED
    assert (
        decision(assignment(criterion("a", "a", points=1), pass_points=0), suite=suite) is Decision.UNGRADED
    )


def test_two_results_for_one_check_are_no_result():
    results = [result("a", PASSED), result("b", PASSED), result("b", PASSED), result("c", PASSED)]
    assert decision(TWO, *results) is Decision.UNGRADED


def test_a_result_from_another_lab_does_not_count():
    assert decision(assignment(criterion("a", "a")), result("a", PASSED, lab="lab2")) is Decision.UNGRADED


def test_results_that_no_criterion_names_are_ignored():
    results = [*(result(c, PASSED) for c in "abc"), result("z", FAILED)]
    assert decision(TWO, *results) is Decision.PASS


def test_what_waits_for_an_ungraded_check_is_ungraded_too():
    results = [
        result("a", UNGRADED),
        result("b", BLOCKED, waited_for="a"),
        result("c", BLOCKED, waited_for="b"),
    ]
    assert decision(TWO, *results) is Decision.UNGRADED


@pytest.mark.parametrize(
    "waited_for", ["c", "b", "nowhere", "a"], ids=["itself", "circle", "missing", "passed"]
)
def test_a_wait_that_makes_no_sense_is_our_fault(waited_for):
    results = [
        result("a", PASSED),
        result("b", BLOCKED, waited_for="c"),
        result("c", BLOCKED, waited_for=waited_for),
    ]
    assert decision(TWO, *results) is Decision.UNGRADED


ADVISED = assignment(criterion("forward", "a"), criterion("style", "s", advice=True))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_advice_never_changes_the_decision(outcome):
    advice = result("s", outcome)
    assert decision(ADVISED, result("a", PASSED), advice) is Decision.PASS
    assert decision(ADVISED, result("a", FAILED), advice) is Decision.REVISE
    assert decision(ADVISED, result("a", UNGRADED), advice) is Decision.UNGRADED


def test_advice_that_is_not_followed_is_mentioned():
    verdict = decide(ADVISED, [result("a", PASSED), result("s", FAILED)])
    assert verdict.reasons[-1] == "1 piece of advice beyond the requirements: shown, never counted."


def test_a_required_check_that_waits_for_advice_is_never_the_reason_to_revise():
    results = [result("s", FAILED), result("a", BLOCKED, waited_for="s")]
    assert decision(ADVISED, *results) is Decision.UNGRADED


def test_advice_alone_is_no_pass():
    assert (
        decision(assignment(criterion("style", "s", advice=True)), result("s", PASSED)) is Decision.UNGRADED
    )


POINTS = assignment(
    criterion("a", "a", points=4), criterion("b", "b", points=4), criterion("c", "c", points=2), pass_points=6
)


@pytest.mark.parametrize(
    ("outcomes", "wanted"),
    [
        ([PASSED, FAILED, PASSED], Decision.PASS),
        ([PASSED, UNGRADED, PASSED], Decision.PASS),
        ([PASSED, FAILED, UNGRADED], Decision.UNGRADED),
        ([FAILED, PASSED, FAILED], Decision.REVISE),
        ([FAILED, FAILED, UNGRADED], Decision.REVISE),
    ],
)
def test_points_decide_once_what_is_open_cannot_change_it(outcomes, wanted):
    assert decision(POINTS, *map(result, "abc", outcomes)) is wanted


def test_points_are_reported_and_traceable_to_criteria():
    verdict = decide(POINTS, map(result, "abc", [PASSED, FAILED, PASSED]))
    assert (verdict.earned, verdict.points) == (6, 10)
    assert [(c.id, c.earned) for c in verdict.labs[0].criteria] == [("a", 4), ("b", 0), ("c", 2)]
    assert verdict.reasons[0] == "6 of 10 points earned; 6 are needed."


def test_points_of_advice_are_not_counted():
    rubric = assignment(
        criterion("a", "a", points=1), criterion("s", "s", points=9, advice=True), pass_points=1
    )
    verdict = decide(rubric, [result("a", PASSED), result("s", PASSED)])
    assert (verdict.earned, verdict.points) == (1, 1)


def test_a_required_criterion_without_points_must_pass_beside_the_points():
    rubric = assignment(criterion("a", "a", points=4), criterion("must", "m"), pass_points=4)
    assert decision(rubric, result("a", PASSED), result("m", FAILED)) is Decision.REVISE


def test_tenths_of_points_reach_their_sum():
    rubric = assignment(*(criterion(c, c, points=0.1) for c in "abcdefghij"), pass_points=1)
    assert decision(rubric, *(result(c, PASSED) for c in "abcdefghij")) is Decision.PASS


def test_the_public_suite_leaves_out_what_was_not_selected_and_says_so():
    verdict = decide(TWO, [result("a", PASSED)], suite="public")
    assert verdict.decision is Decision.PASS
    assert [(c.id, c.checks) for c in verdict.labs[0].criteria] == [("forward", ("a",))]
    assert verdict.reasons == (
        "The one required criterion is met: 1 check passed.",
        "Only the public checks were run; the hidden checks decide on the grade.",
    )


def test_a_selected_check_without_a_result_is_missed_in_the_public_suite_too():
    selected = {("lab1", "a"), ("lab1", "c")}
    assert decision(TWO, result("a", PASSED), suite="public", selected=selected) is Decision.UNGRADED


def test_the_public_suite_asks_for_its_share_of_the_points():
    assert decision(POINTS, result("a", PASSED), result("c", FAILED), suite="public") is Decision.PASS
    assert decision(POINTS, result("a", FAILED), result("c", PASSED), suite="public") is Decision.REVISE


def test_each_lab_has_its_own_decision_and_one_failed_lab_decides():
    rubric = assignment(criterion("forward", "a"), more=[criterion("curve", "a")])
    verdict = decide(rubric, [result("a", PASSED), result("a", FAILED, lab="lab2")])
    assert [lab.decision for lab in verdict.labs] == [Decision.PASS, Decision.REVISE]
    assert verdict.decision is Decision.REVISE
