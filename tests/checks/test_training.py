"""A floor is measured by the judge; runs from free seeds are equivalent, different, or not decided."""

import numpy as np
import pytest
from scipy import stats

from grader.checks import Evidence, equivalent, reaches
from grader.checks.training import compare_means, upper_tail
from tests.checks.answers import finding

RNG = np.random.default_rng(0)
POOL = RNG.normal(size=20)


def test_a_floor_is_reached_or_told():
    evidence = Evidence()
    reaches("accuracy", 0.95, 0.9, evidence=evidence)
    assert evidence.measurements[0].better == "higher"
    told = finding(reaches, "accuracy", 0.85, 0.9, evidence=evidence)
    assert (told.headline, told.expected) == ("The accuracy is too low.", "at least 0.900")


def test_what_is_not_a_number_reaches_nothing():
    finding(reaches, "accuracy", float("nan"), 0.9, evidence=Evidence())


def test_runs_like_the_pools_are_equivalent():
    evidence = Evidence()
    equivalent(lambda run: RNG.normal(), POOL, name="loss", evidence=evidence)
    assert evidence.notes == []


def test_runs_far_from_the_pools_are_different():
    told = finding(equivalent, lambda run: 8 + RNG.normal(), POOL, name="loss", evidence=Evidence())
    assert "standard deviations" in told.how_far


def test_where_five_runs_do_not_decide_ten_are_made_and_doubt_is_for_the_student():
    evidence, runs = Evidence(), []

    def draw(run):
        runs.append(run)
        return POOL.mean() + 3.2 * POOL.std() + 0.3 * (-1) ** run

    equivalent(draw, POOL, name="loss", evidence=evidence)
    assert runs == list(range(10))
    assert evidence.notes == ["10 runs do not decide whether the loss is the reference's."]


def test_runs_that_are_not_finite_are_different():
    assert compare_means([1.0, float("nan"), 1.0], POOL) == "different"


@pytest.mark.parametrize("freedom", [2.0, 4.5, 20.0])
def test_students_tail_is_scipys(freedom):
    for t in (-3.0, 0.0, 1.0, 8.0):
        assert upper_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), rel=1e-9)
