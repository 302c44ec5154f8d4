"""The suite of week06/lab1_mlp: correct work that looks different passes.

``grade verify week06`` proves that the reference passes and that every mistake is caught and named.
"""

import pytest

from grader.records import Outcome
from tests.content.correct import CORRECT, edited
from tests.suites import Suite

pytestmark = pytest.mark.torch

SUITE = Suite("week06", "lab1_mlp")
ADVICE = {check for c in SUITE.lab.criteria if c.weight == "advice" for check in c.checks}


def not_passed(results):
    return {id: r.finding or r.waited_for for id, r in results.items() if r.outcome is not Outcome.PASSED}


def test_the_reference_passes():
    assert not_passed(SUITE.run({}, seed=1)) == {}


@pytest.mark.parametrize("variant", CORRECT)
def test_correct_work_that_looks_different_is_not_told_to_revise(variant):
    found = SUITE.run(edited(SUITE.reference(), CORRECT[variant]), seed=5)
    assert set(not_passed(found)) <= ADVICE


def test_every_check_is_failed_by_a_mistake():
    assert set(SUITE.checks) == {check for mistake in SUITE.mistakes for check in mistake.fails}


def test_the_lab_has_more_mistakes_than_it_must():
    assert len(SUITE.mistakes) >= 40
