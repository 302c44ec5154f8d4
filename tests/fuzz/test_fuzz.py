"""Whatever a student writes, a parser reads it or says why not, within its time; ``benchmarks.fuzz`` feeds more."""

import pytest

from tests.fuzz.feeding import feed
from tests.fuzz.parsers import PARSERS
from tests.fuzz.texts import GRAMMARS, SEEDS, text

COUNT = 100


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_takes_every_text(name):
    fed = feed(name, range(COUNT))
    assert fed.count == COUNT
    assert not fed.failures


@pytest.mark.parametrize("kind", sorted({*GRAMMARS, *SEEDS}))
def test_the_same_seed_gives_the_same_text_and_others_give_others(kind):
    assert text(kind, 3) == text(kind, 3)
    assert len({text(kind, seed) for seed in range(12)}) > 8
