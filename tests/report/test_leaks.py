"""What a hidden check's report can carry out, measured: how many different copies can a liar cause?"""

import math
import random
import re

import pytest
from msgspec.structs import replace

from grader.judge import processes
from grader.judge.fault import meaning
from grader.judge.processes import _signal_name
from grader.records import Finding, Measurement, Plot, Series
from grader.report import student

TRIES = 20_000
FILES = ("mlp.py",)


def bits(copies):
    return math.log2(len(set(copies)))


def any_number(rng):
    return math.ldexp(rng.random(), rng.randrange(-1000, 1000))


def hidden(**parts):
    return student._finding(Finding(headline="No.", secret=("yours", "expected"), **parts), FILES)


CHANNELS = {
    "how far": (lambda r: hidden(how_far=f"off by {any_number(r):.3g}, which is …").how_far, 8),
    "how many": (lambda r: hidden(how_many=f"{r.randrange(1 << 22)} of 4194304 values differ").how_many, 7.2),
    "where in an array": (lambda r: hidden(where=f"W1[{r.randrange(999)}, {r.randrange(999)}]").where, 0),
    "where it is not finite": (
        lambda r: hidden(where=f"index ({r.randrange(999)}, {r.randrange(999)})").where,
        0,
    ),
    "an error": (lambda r: student._measurement(Measurement(name="e", value=any_number(r))).value, 11),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_carries_few_bits(name):
    draw, allowed = CHANNELS[name]
    rng = random.Random(3)
    found = bits(draw(rng) for _ in range(TRIES))
    print(f"{name}: {found:.1f} bits")
    assert found <= allowed


def test_a_curve_carries_few_bits_beside_the_step_at_which_it_leaves():
    """Powers of ten that never fall, at a dozen points: no more than C(22, 9) different ones, 18.9 bits."""
    rng = random.Random(4)
    shown = []
    for _ in range(TRIES):
        y = tuple(any_number(rng) for _ in range(40))
        plot = Plot(title="", x_label="step", y_label="", series=(Series(label="d", y=y, role="deviation"),))
        (series,) = student._plot(plot).series
        assert all(a <= b for a, b in zip(series.y, series.y[1:], strict=False))
        assert all(1e-9 <= value <= 1 for value in series.y)
        assert len(series.y) <= 13
        shown.append(series.y)
    assert bits(shown) <= math.log2(math.comb(22, 9))


def test_the_end_of_a_process_is_one_of_few_sentences():
    endings = {processes._exit_code(code << 8) for code in range(256)} | {
        _signal_name(n) for n in range(1, 65)
    }
    print(f"ends of a process: {math.log2(len(endings)):.1f} bits")
    assert math.log2(len(endings)) <= 6.2


def test_no_number_of_the_students_is_in_the_headline_of_a_large_reply():
    from pathlib import Path

    source = Path(processes.__file__).read_text()
    assert not re.search(r"except wire\.TooLarge as", source)


def test_a_hidden_finding_that_is_not_a_failure_keeps_its_headline_alone():
    from grader.checks.reader import Unreadable
    from grader.records import CheckResult

    for error in (Unreadable("a reply"), ValueError("0xsecret")):
        found = meaning(error, heard=True, hidden=True)
        copy = student._check(
            CheckResult(
                id="a", lab="b", promise="", outcome=found.outcome, hidden=True, finding=found.finding
            ),
            FILES,
        )
        assert replace(copy.finding, secret=()) == Finding(headline=found.finding.headline)
        assert "0xsecret" not in str(copy)
