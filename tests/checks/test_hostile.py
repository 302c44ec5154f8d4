"""Whatever comes back, a comparison passes or says what is wrong: it never breaks, and never passes rubbish."""

import contextlib

import numpy as np
import pytest

from grader.checks import (
    CheckFailed,
    Evidence,
    GradientCase,
    Handle,
    curves_match,
    factor_of,
    gradients_match,
    same_curve,
    slopes_match,
    unchanged,
    values_match,
)
from grader.checks.diagnosis import name_gradients
from grader.checks.tolerances import GRADIENTS
from tests.checks.answers import answer, rising

RUBBISH = [
    None,
    True,
    0,
    2**63,
    -1.5,
    float("nan"),
    float("inf"),
    1e308,
    5e-324,
    "",
    "0.1 0.2 0.3",
    b"\0\1",
    [],
    [[]],
    [None],
    [1, "2"],
    [float("nan")] * 3,
    [[0.1], [0.2], [0.3]],
    {},
    {"b": None},
    {"b": [0.1], "W": "W"},
    {"": np.zeros(3)},
    Handle(7, "MLP"),
    np.zeros(0),
    np.zeros((0, 3)),
    np.array(0.25),
    np.array([True, False, True]),
    np.full(3, np.nan),
    np.full(3, 1e308),
    np.array([1e308, -1e308, 1e308]),
    np.full(3, 5e-324),
    np.zeros(3, dtype=np.complex128),
    np.zeros(3, dtype=np.uint8),
    np.zeros((3, 1, 1)),
    np.zeros((1,) * 8),
    np.array(["a", "b", "c"]),
    np.array([None, 1, 2], dtype=object),
]
CASE = GradientCase(
    {"b": rising(3), "W": rising(3, 2)}, sizes={"N": 4}, params={"b": rising(3), "W": rising(3, 2)}
)
COMPARISONS = {
    "values": lambda a: values_match(a, rising(3)),
    "a number": lambda a: values_match(a, 0.5),
    "labels": lambda a: values_match(a, np.arange(3)),
    "gradients": lambda a: gradients_match(a, CASE),
    "a gradient": lambda a: gradients_match(answer({"b": a.value, "W": rising(3, 2)}), CASE),
    "a convention": lambda a: factor_of([answer({"b": a.value, "W": a.value})] * 2, [CASE, CASE]),
    "a curve": lambda a: curves_match(a, rising(3), evidence=Evidence()),
    "a curve again": lambda a: same_curve(answer([0.1, 0.2, 0.3]), a, evidence=Evidence()),
    "slopes": lambda a: slopes_match(a, lambda p: 0.0, CASE.expected, np.random.default_rng(0)),
    "an attribute": lambda a: a.get("params"),
    "a call": lambda a: a.forward(1),
    "an argument": lambda a: unchanged(Held(a.value), rising(3), "X", "f(X)"),
}


class Held:
    """A handle whose value was replaced."""

    def __init__(self, value):
        self._value = value

    def fetch(self):
        return answer(self._value)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("comparison", COMPARISONS)
@pytest.mark.parametrize("value", RUBBISH, ids=lambda v: repr(v).replace("\n", "")[:30])
def test_rubbish_fails_in_words(comparison, value):
    with pytest.raises(CheckFailed) as failure:
        COMPARISONS[comparison](answer(value))
    assert failure.value.finding.headline


@pytest.mark.filterwarnings("error")
def test_random_replies_never_break_a_comparison():
    rng = np.random.default_rng(1)
    for _ in range(2000):
        value = random_reply(rng)
        for compare in COMPARISONS.values():
            with contextlib.suppress(CheckFailed):
                compare(answer(value))


@pytest.mark.filterwarnings("error")
def test_naming_bears_numbers_of_any_size():
    rng = np.random.default_rng(2)
    for _ in range(300):
        yours = [{n: extreme(rng, e.shape) for n, e in CASE.expected.items()} for _ in range(2)]
        name_gradients("W", yours, [CASE, CASE], GRADIENTS.double)


def random_reply(rng, depth=0):
    """Anything that may cross the wire."""
    kind = rng.integers(8 if depth < 2 else 6)
    if kind == 6:
        return [random_reply(rng, depth + 1) for _ in range(rng.integers(4))]
    if kind == 7:
        return {name: random_reply(rng, depth + 1) for name in ("b", "W", "x")[: rng.integers(4)]}
    shape = tuple(rng.integers(0, 4, size=rng.integers(0, 3)))
    return [
        None,
        float(rng.choice([0.0, np.nan, np.inf, 1e308, -1e-308])),
        int(rng.integers(-5, 5)),
        extreme(rng, shape),
        np.zeros(3, dtype=rng.choice(["f4", "f2", "i8", "?", "c16", "U3"])),
        rng.normal(size=shape),
    ][kind]


def extreme(rng, shape):
    """Finite numbers of every size."""
    return rng.choice([0.0, 1.0, -1.0, 1e308, -1e308, 5e-324, 1e-300, 3.7], size=shape)
