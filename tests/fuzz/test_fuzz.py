"""A small share of the fuzzers, for every change; all of it: ``python -m benchmarks.fuzz``."""

import pytest

from tests.fuzz.parsers import PARSERS, run

SHARE = 250


@pytest.mark.parametrize("name", PARSERS)
def test_whatever_a_student_writes_is_read_or_refused_in_words(name):
    assert run(PARSERS[name], SHARE, seed=1).inputs == SHARE
