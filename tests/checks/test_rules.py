"""Each structure rule says its sentence where it holds on every probe, and nothing where it doesn't."""

from dataclasses import replace

import numpy as np
import pytest

from grader.checks.diagnosis import GradientCase, name_gradients
from grader.checks.tolerances import GRADIENTS

RNG = np.random.default_rng(3)


def probe(n):
    """A linear layer's gradients from per-example shares, and its parameters."""
    shares = {"b": RNG.normal(size=(n, 3)), "W": RNG.normal(size=(n, 5, 3))}
    return GradientCase(
        {name: share.sum(axis=0) for name, share in shares.items()},
        sizes={"N": n, "n_in": 5, "n_out": 3},
        params={"b": RNG.normal(size=3), "W": RNG.normal(size=(5, 3))},
        per_example=lambda: shares,
    )


CASES = [probe(9), probe(7), probe(11)]


def told(change, cases=CASES):
    """What is said of the gradients that ``change`` makes of each case's true ones."""
    yours = [{**case.expected, **change(case)} for case in cases]
    about = next(name for name in cases[0].expected if name in change(cases[0]))
    diagnosis = name_gradients(about, yours, cases, GRADIENTS.single)
    return diagnosis.sentence if diagnosis else ""


def without(case, rows):
    """The gradients with some examples left out."""
    return {name: np.delete(share, rows, axis=0).sum(axis=0) for name, share in case.per_example().items()}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda c: {"W": 0 * c.expected["W"]}, "Your W gradient is zero everywhere."),
        (
            lambda c: {"W": c.sizes["N"] * c.expected["W"]},
            "Your W gradient is exactly N times too large (N is the batch size): "
            "the mean over the batch is missing.",
        ),
        (
            lambda c: {"W": c.expected["W"] / c.sizes["N"]},
            "Your W gradient is exactly N times too small (N is the batch size): "
            "the mean over the batch is taken twice.",
        ),
        (
            lambda c: {"b": -c.expected["b"]},
            "Your b gradient is exactly the negative of the true ones: the sign is wrong.",
        ),
        (lambda c: {"b": 0.5 * c.expected["b"]}, "Your b gradient is exactly half the true ones."),
        (
            lambda c: {"W": c.expected["W"] + 0.02 * c.params["W"]},
            "Your W gradient is the true one plus 0.02 W: weight decay, which is not asked for.",
        ),
        (
            lambda c: {"W": c.expected["W"] + 0.3 * np.sign(c.params["W"])},
            "Your W gradient is the true one plus 0.3 sign(W): weight decay, which is not asked for.",
        ),
        (
            lambda c: {"W": np.clip(c.expected["W"], -1, 1)},
            "Your W gradient is cut to ±1: clipping is not asked for.",
        ),
        (
            lambda c: {"W": c.expected["W"].T.reshape(5, 3)},
            "Your W gradient holds the transpose's values: reshape is not a transpose, use .T.",
        ),
        (lambda c: {"W": c.expected["W"][::-1]}, "Your W gradient has its rows in reverse order."),
        (lambda c: without(c, [-1]), "Your b and W gradients leave out the last example of the batch."),
        (
            lambda c: without(c, slice(1, None)),
            "Your b and W gradients leave out all but the first example of the batch.",
        ),
        (
            lambda c: {"W": c.expected["W"] * np.array([1, 1, 3])},
            "Only the last column of your W gradient is wrong.",
        ),
        (
            lambda c: {name: c.sizes["N"] / 32 * g for name, g in c.expected.items()},
            "All your gradients are divided by 32, whatever the length of the batch: divide by len(X).",
        ),
        (lambda c: {"W": c.expected["W"] + RNG.normal(size=(5, 3))}, ""),
        (lambda c: {"W": c.expected["W"] * RNG.normal()}, ""),
    ],
)
def test_a_rule_says_what_holds(change, sentence):
    assert told(change) == sentence


def test_a_rule_that_fails_on_one_probe_says_nothing():
    assert told(lambda c: {"W": c.expected["W"] * (2 if c is CASES[0] else 3)}) == ""


def test_one_wrong_column_on_a_single_probe_may_be_chance():
    assert told(lambda c: {"W": c.expected["W"] * np.array([1, 1, 3])}, CASES[:1]) == ""


def test_a_factor_is_named_only_where_it_could_have_been_refuted():
    halved = {name: lambda c, name=name: {name: 0.5 * c.expected[name]} for name in ("b", "W")}
    assert told(halved["W"], CASES[:1]) == ""  # one probe
    two_classes = [
        replace(c, expected={**c.expected, "b": np.array([n, -n, n])}) for n, c in enumerate(CASES, 1)
    ]
    assert told(halved["b"], two_classes) == ""  # one direction: (a, -a) is a multiple of any other
    assert told(halved["W"], two_classes) == "Your W gradient is exactly half the true ones."


def test_each_tensor_is_named_by_itself():
    def change(case):
        return {"b": -case.expected["b"], "W": 0.5 * case.expected["W"]}

    yours = [change(case) for case in CASES]
    assert "negative" in name_gradients("b", yours, CASES, GRADIENTS.single).sentence
    assert "half" in name_gradients("W", yours, CASES, GRADIENTS.single).sentence


def test_a_tensor_that_is_small_by_itself_is_not_called_cut():
    assert "cut" not in told(lambda c: {"W": 1e-3 * np.sign(RNG.normal(size=(5, 3)))})


def test_gradients_cut_to_a_length_are_named():
    def cut(case):
        length = np.sqrt(sum((g**2).sum() for g in case.expected.values()))
        return {name: g / length for name, g in case.expected.items()}

    assert told(cut) == "Your gradients are cut to a norm of 1: clipping is not asked for."


def test_the_only_probe_that_fails_is_named_by_its_feature():
    cases = [replace(CASES[0], feature="a batch of one row"), *CASES[1:]]
    yours = {"W": RNG.normal(size=(5, 3))}
    assert told(lambda c: yours if c is cases[0] else {}, cases) == (
        "Only a batch of one row goes wrong; other batches are right."
    )
