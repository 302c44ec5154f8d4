"""The verdict is the one that holds however the ungraded checks would have come out."""

from itertools import product

import pytest
from msgspec.structs import replace

from grader.records import (
    CheckResult,
    Criterion,
    Decision,
    Fault,
    Outcome,
    Rubric,
    RubricLab,
    Weight,
)
from grader.report.reasons import sentence
from grader.verdict import decide

PASSED, FAILED, BLOCKED, UNGRADED = Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED, Outcome.UNGRADED


def criterion(id, *checks, points=0.0, advice=False):
    weight = Weight.ADVICE if advice else Weight.REQUIRED
    return Criterion(id=id, title=id.capitalize(), checks=checks, points=points, weight=weight)


def rubric(*criteria, pass_points=None, more=(), suite="all"):
    labs = [RubricLab(id="lab1", title="lab1", criteria=criteria)]
    labs += [RubricLab(id="lab2", title="lab2", criteria=(c,)) for c in more]
    return Rubric(labs=tuple(labs), pass_points=pass_points, suite=suite)


def result(id, outcome, lab="lab1", **rest):
    return CheckResult(id=id, lab=lab, promise=f"{id} holds.", outcome=outcome, **rest)


def decision(asked, *results, **options):
    return decide(asked, results, **options).decision


def said(verdict):
    return tuple(map(sentence, verdict.reasons))


TWO = rubric(criterion("forward", "a", "b"), criterion("backward", "c"))


def test_all_checks_passed_is_a_pass_that_says_what_it_rests_on():
    verdict = decide(TWO, [result(c, PASSED) for c in "abc"])
    assert verdict.decision is Decision.PASS
    assert said(verdict) == ("All 2 required criteria are met: 3 checks passed.",)
    assert [c.decision for c in verdict.labs[0].criteria] == [Decision.PASS, Decision.PASS]


def test_a_failed_required_check_asks_to_revise_and_is_named():
    verdict = decide(TWO, [result("a", PASSED), result("b", FAILED), result("c", BLOCKED, waited_for="b")])
    assert verdict.decision is Decision.REVISE
    assert said(verdict) == (
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
    assert said(verdict) == (
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
    for asked in (
        replace(TWO, suite=suite),
        rubric(suite=suite),
        rubric(criterion("empty"), suite=suite),
        rubric(criterion("a", "a", points=1), pass_points=0, suite=suite),
    ):
        assert decision(asked) is Decision.UNGRADED


def test_two_results_for_one_check_are_no_result():
    results = [result("a", PASSED), result("b", PASSED), result("b", PASSED), result("c", PASSED)]
    assert decision(TWO, *results) is Decision.UNGRADED


def test_a_result_from_another_lab_does_not_count():
    assert decision(rubric(criterion("a", "a")), result("a", PASSED, lab="lab2")) is Decision.UNGRADED


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


ADVISED = rubric(criterion("forward", "a"), criterion("style", "s", advice=True))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_advice_never_changes_the_decision(outcome):
    advice = result("s", outcome)
    assert decision(ADVISED, result("a", PASSED), advice) is Decision.PASS
    assert decision(ADVISED, result("a", FAILED), advice) is Decision.REVISE
    assert decision(ADVISED, result("a", UNGRADED), advice) is Decision.UNGRADED


def test_advice_that_is_not_followed_is_mentioned():
    verdict = decide(ADVISED, [result("a", PASSED), result("s", FAILED)])
    assert said(verdict)[-1] == "1 piece of advice beyond the requirements: shown, never counted."


def test_a_required_check_that_waits_for_advice_is_never_the_reason_to_revise():
    results = [result("s", FAILED), result("a", BLOCKED, waited_for="s")]
    assert decision(ADVISED, *results) is Decision.UNGRADED


def test_advice_alone_is_no_pass():
    assert decision(rubric(criterion("style", "s", advice=True)), result("s", PASSED)) is Decision.UNGRADED


POINTS = rubric(
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
    assert said(verdict)[0] == "6 of 10 points earned; 6 are needed."


def test_points_of_advice_are_not_counted():
    asked = rubric(criterion("a", "a", points=1), criterion("s", "s", points=9, advice=True), pass_points=1)
    verdict = decide(asked, [result("a", PASSED), result("s", PASSED)])
    assert (verdict.earned, verdict.points) == (1, 1)


def test_a_required_criterion_without_points_must_pass_beside_the_points():
    asked = rubric(criterion("a", "a", points=4), criterion("must", "m"), pass_points=4)
    assert decision(asked, result("a", PASSED), result("m", FAILED)) is Decision.REVISE


def test_tenths_of_points_reach_their_sum():
    asked = rubric(*(criterion(c, c, points=0.1) for c in "abcdefghij"), pass_points=1)
    assert decision(asked, *(result(c, PASSED) for c in "abcdefghij")) is Decision.PASS


def test_a_part_of_the_suite_says_that_it_is_one():
    verdict = decide(rubric(criterion("forward", "a"), suite="public"), [result("a", PASSED)])
    assert verdict.decision is Decision.PASS
    assert said(verdict) == (
        "The one required criterion is met: 1 check passed.",
        "Only the public checks were run; the hidden checks decide on the grade.",
    )


def test_each_lab_has_its_own_decision_and_one_failed_lab_decides():
    asked = rubric(criterion("forward", "a"), more=[criterion("curve", "a")])
    verdict = decide(asked, [result("a", PASSED), result("a", FAILED, lab="lab2")])
    assert [lab.decision for lab in verdict.labs] == [Decision.PASS, Decision.REVISE]
    assert verdict.decision is Decision.REVISE


def test_a_check_that_is_not_counted_is_left_out():
    verdict = decide(TWO, [result("a", PASSED), result("b", UNGRADED, counted=False), result("c", PASSED)])
    assert said(verdict) == ("All 2 required criteria are met: 2 checks passed.",)


@pytest.mark.parametrize("points", [0, 5])
def test_where_no_check_counts_a_person_decides(points):
    asked = rubric(criterion("forward", "a", points=points), criterion("backward", "c"))
    verdict = decide(asked, [result("a", UNGRADED, counted=False), result("c", PASSED)])
    assert verdict.decision is Decision.REVIEW
    assert verdict.labs[0].criteria[0].waiting == points
