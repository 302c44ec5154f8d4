"""Whatever a student writes is read or refused in words, within its time; ``benchmarks.fuzz`` feeds more."""

import pytest

from tests.fuzz.feeding import drawn, feed
from tests.fuzz.parsers import PARSERS

COUNT = 250


@pytest.mark.parametrize("name", PARSERS)
def test_whatever_a_student_writes_is_read_or_refused_in_words(name):
    fed = feed(name, range(COUNT))
    assert fed.count == COUNT
    assert not fed.failures


@pytest.mark.parametrize("name", PARSERS)
def test_the_same_seed_gives_the_same_input_and_others_give_others(name):
    assert drawn(name, 3) == drawn(name, 3)
    assert len({repr(drawn(name, seed)) for seed in range(12)}) > 6
