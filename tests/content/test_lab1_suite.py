"""The suite of week06/lab1_mlp: the reference passes, correct variants too, every mistake is caught and named.

In this process, without walls; ``grade verify week06`` proves the same through the real ones, on many seeds.
"""

import pytest

from grader.checks import KnownMistakes
from grader.records import Outcome
from tests.content.correct import CORRECT, edited
from tests.suites import Suite

pytestmark = pytest.mark.torch

SUITE = Suite("week06", "lab1_mlp")
KNOWN_MISTAKES = KnownMistakes(SUITE.folder, SUITE.mistakes)
ADVICE = {"loss.stable", "gradients.stable", "loss.at_start", "source.numpy_only", "port.bfloat16"}
SLOW = {"numeric-gradients"}
"""Caught by running out of time."""


def not_passed(told):
    return {check: t.finding or t.waited_for for check, t in told.items() if t.outcome is not Outcome.PASSED}


@pytest.mark.parametrize("seed", range(3))
def test_the_reference_passes(seed):
    assert not_passed(SUITE.run(SUITE.reference_sources(), seed, known_mistakes=KNOWN_MISTAKES)) == {}


@pytest.mark.parametrize("variant", CORRECT)
@pytest.mark.filterwarnings("ignore")
def test_correct_work_that_looks_different_is_not_told_to_revise(variant):
    told = SUITE.run(edited(SUITE.reference_sources(), CORRECT[variant]), 5, known_mistakes=KNOWN_MISTAKES)
    assert set(not_passed(told)) <= ADVICE


@pytest.mark.parametrize("mistake", [m for m in SUITE.mistakes if m.id not in SLOW], ids=lambda m: m.id)
@pytest.mark.filterwarnings("ignore")
def test_a_mistake_fails_its_checks_and_gets_its_name(mistake):
    told = SUITE.run(SUITE.mistaken_sources(mistake), 7, mistake.fails, KNOWN_MISTAKES)
    assert {check: told[check].outcome for check in mistake.fails} == dict.fromkeys(
        mistake.fails, Outcome.FAILED
    )
    named = {t.finding.diagnosis for t in told.values() if t.finding} - {""}
    assert named == ({mistake.diagnosis} if mistake.diagnosis else set())


def test_every_check_is_failed_by_a_mistake():
    assert set(SUITE.tests) == {check for mistake in SUITE.mistakes for check in mistake.fails}


def test_the_lab_has_more_mistakes_than_it_must():
    assert len(SUITE.mistakes) >= 40
