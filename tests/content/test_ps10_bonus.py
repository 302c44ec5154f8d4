"""Problem Set 10, bonus challenges: correct work that looks different from the reference earns all of them."""

from pathlib import Path

import pytest

from grader.records import Outcome
from test_suites.ps10.bonus.public.test_search import configuration
from tests.suites import Suite

pytestmark = pytest.mark.torch

SUITE = Suite("ps10", "bonus")
WHOLE = {file.stem: file.read_text() for file in (Path(__file__).parent / "ps10_variants").glob("bonus_*.py")}
SEARCHES, GPT = ("search.valid", "search.best"), ("gpt.attention", "gpt.causal", "gpt.learns")
LEFT_OUT = {"bonus_numpy": (*SEARCHES, *GPT), "bonus_wasserstein": SEARCHES}
"""Advice that one file leaves out, and what takes long: both searches passed when they were run by hand."""
RETURNED = {
    "a list of a block's maps each": "[block.numpy() for block in maps]",
    "their mean, beside a figure that has all": "maps.mean(dim=(0, 1))",
    "a figure alone": "figure, axes",
}
BEST = {"units": 8, "activation": "tanh"}
WORST = {"units": 4, "activation": "relu"}
CHOICES = {"units": [4, 8], "activation": ["relu", "tanh"]}


def lost(source, *checks):
    found = SUITE.run({"bonus.py": source}, 2, checks)
    return {id: r.finding or r.note for id, r in found.items() if r.outcome is not Outcome.PASSED}


@pytest.mark.parametrize("variant", sorted(WHOLE))
def test_a_correct_file_that_is_written_quite_differently_earns_everything(variant):
    assert lost(WHOLE[variant], *(c for c in SUITE.checks if c not in LEFT_OUT.get(variant, ()))) == {}


@pytest.mark.parametrize("returned", RETURNED.values(), ids=RETURNED)
def test_maps_are_found_wherever_they_are(returned):
    source = SUITE.reference()["bonus.py"].replace("return maps.numpy()", f"return {returned}")
    assert lost(source, "attention.own", "attention.causal", "attention.sums") == {}


@pytest.mark.parametrize(
    "value",
    [
        BEST,
        [8, "tanh"],
        [BEST, 0.9],
        [[8, "tanh"], 0.9],
        {"history": [WORST | {"score": 0.1}, BEST | {"score": 0.9}], "best": BEST, "score": 0.9},
        [None, [WORST, BEST], BEST, [0.1, 0.9]],
        {"rank 1": {"config": BEST}, "rank 2": {"config": WORST}},
    ],
)
def test_a_configuration_is_found_beside_whatever_it_is_returned(value):
    assert configuration(value, CHOICES) == BEST


def test_what_is_not_of_the_space_is_no_configuration():
    assert [configuration(v, CHOICES) for v in (0.9, [], {"units": 8}, [8, "swish"], None)] == [None] * 5


def test_maps_that_are_saved_as_a_picture_alone_wait_for_a_person():
    source = SUITE.reference()["bonus.py"]
    source = source.replace(
        "    return maps.numpy()\n", "    figure.savefig('maps.png')\n    plt.close(figure)\n"
    )
    assert SUITE.one("attention.own", {"bonus.py": source}).outcome is Outcome.REVIEW


def test_a_gan_that_nobody_can_draw_from_waits_for_a_person():
    source = (
        "class SimpleGAN:\n    def __init__(self):\n        self.generator, self.discriminator = 'g', 'd'\n"
    )
    source += "\n    def train(self, real_data):\n        pass\n"
    assert SUITE.one("gan.trains", {"bonus.py": source}).outcome is Outcome.REVIEW


def test_every_check_is_failed_by_a_mistake():
    assert set(SUITE.checks) == {check for mistake in SUITE.mistakes for check in mistake.fails}
