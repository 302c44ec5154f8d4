"""Failures of one cause are one entry."""

from grader.records import CheckResult, CriterionResult, Decision, Finding, Outcome, Weight
from grader.report.causes import causes


def failed(id_, **finding):
    return CheckResult(id=id_, lab="lab", promise="", outcome=Outcome.FAILED, finding=Finding(**finding))


def criterion(id_, *checks, weight=Weight.REQUIRED):
    ids = tuple(c.id for c in checks)
    return CriterionResult(
        id=id_, title=id_, lab="lab", weight=weight, decision=Decision.REVISE, checks=ids, failed=ids
    )


def test_a_missing_file_is_one_cause_whatever_was_asked_of_it():
    returns, split = (failed(id_, headline="data.py is missing.") for id_ in ("data.returns", "data.split"))
    cause, *others = causes([criterion("data", returns), criterion("split", split)], [returns, split])
    assert not others
    assert cause.others == (split,)


def test_one_headline_of_two_calls_is_two_causes():
    first, second = (failed(c, headline="The result is wrong.", call=f"f({c})") for c in ("a", "b"))
    assert len(causes([criterion("values", first, second)], [first, second])) == 2


def test_advice_is_told_with_what_is_required_of_the_same_cause():
    bug = {"headline": "The gradient of b2 is wrong.", "diagnosis": "The mean is missing."}
    first, second = failed("gradients.b2", **bug), failed("gradients.stable", **bug)
    advice = criterion("care", second, weight=Weight.ADVICE)
    (cause,) = causes([advice, criterion("gradients", first)], [first, second])
    assert cause.weight is Weight.REQUIRED
    assert (cause.check, cause.others) == (first, (second,))


def test_a_bonus_keeps_a_cause_of_its_own_for_it_never_costs():
    bug = {"headline": "wrong", "diagnosis": "The mean is missing."}
    first, second = failed("gradients.b2", **bug), failed("bonus.curve", **bug)
    bonus = criterion("extra", second, weight=Weight.BONUS)
    found = causes([criterion("gradients", first), bonus], [first, second])
    assert [cause.weight for cause in found] == [Weight.REQUIRED, Weight.BONUS]
