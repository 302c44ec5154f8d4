"""The suite of ps10/ex3_rnn: correct work that looks different has all points.

``grade verify ps10`` proves that the reference passes and that every mistake is caught and named.
"""

import pytest

from grader.records import Outcome
from tests.content.rnn_variants import VARIANTS, written
from tests.suites import Suite

SUITE = Suite("ps10", "ex3_rnn")


def not_passed(results):
    return {id: r.finding or r.waited_for for id, r in results.items() if r.outcome is not Outcome.PASSED}


@pytest.mark.parametrize("variant", VARIANTS)
def test_correct_work_that_looks_different_has_all_points(variant):
    text = written(variant, SUITE.reference()["rnn.py"])
    quick = [
        check for check in SUITE.checks if check != "text.words" or "TextGenerator(TextGenerator)" in text
    ]
    assert not_passed(SUITE.run({"rnn.py": text}, 5, quick)) == {}


def test_the_reference_passes():
    assert not_passed(SUITE.run({}, seed=1)) == {}


def test_every_check_is_failed_by_a_mistake():
    assert set(SUITE.checks) == {check for mistake in SUITE.mistakes for check in mistake.fails}


@pytest.mark.parametrize("library", ["missing_library", "tensorflow"])
def test_a_broken_layer_costs_points_of_its_own_exercise_only(library):
    broken = f"import {library}\n"
    found = SUITE.run({"neural_network.py": broken}, 3, ["rnn.step", "rnn.sequence", "lstm.cell_state"])
    assert not_passed(found) == {}
