"""Leaks are seen in forecasts alone, and honest forecasts are not suspected."""

import json
import shutil

import numpy as np
import pytest

from grader.records import Outcome
from tests.content import lab3

BASKET_DAYS, TRAIN_DAYS, HORIZON = 3270, 2283, 10


@pytest.fixture(scope="module")
def market():
    from grader.judge.reference import Reference

    return np.log(Reference(lab3.FOLDER).basket.load().prices)


def plausible(logs, forecasts, test_from=TRAIN_DAYS - 1):
    results = json.loads(lab3.documents()["results.json"])
    test = np.arange(test_from, BASKET_DAYS - HORIZON)
    results["forecasts"] = np.round(forecasts(logs, test), 6).tolist()
    results["test_from"] = test_from
    return lab3.finding("results.plausible", {"results.json": json.dumps(results)})


def linear(features):
    """Least squares of the next return on features of a day, fitted on the training days, asset by asset."""

    def forecast(logs, test):
        train = np.arange(30, TRAIN_DAYS - 1 - HORIZON)
        out = []
        for asset in range(logs.shape[1]):
            x = features(logs[:, asset])
            y = logs[train + HORIZON, asset] - logs[train, asset]
            A = np.column_stack([np.ones(len(train)), x[train]])
            out.append(np.column_stack([np.ones(len(test)), x[test]]) @ np.linalg.lstsq(A, y, rcond=None)[0])
        return np.array(out).T

    return forecast


def lagged(shift):
    """Five daily returns up to day t + shift."""

    def features(x):
        r = np.append(0.0, np.diff(x))
        r = np.append(r[shift:], np.zeros(shift))
        return np.column_stack([np.roll(r, k) for k in range(5)])

    return features


def centred(x):
    """The last return's centred average over five days."""
    r = np.append(0.0, np.diff(x))
    return np.convolve(r, np.ones(5) / 5, "same")[:, None]


HONEST = {
    "regression on five returns": linear(lagged(0)),
    "the last ten days": lambda logs, test: logs[test] - logs[test - HORIZON],
    "zero": lambda logs, test: np.zeros((len(test), logs.shape[1])),
    "noise": lambda logs, test: np.random.default_rng(0).normal(size=(len(test), logs.shape[1])) * 0.02,
}
LEAKS = {
    "a window shifted by one day": linear(lagged(1)),
    "a window shifted by three days": linear(lagged(3)),
    "a centred moving average": linear(centred),
    "half of the truth": lambda logs, test: 0.5 * (logs[test + HORIZON] - logs[test]),
    "a little of the truth in noise": lambda logs, test: (
        0.25 * (logs[test + HORIZON] - logs[test])
        + 0.03 * np.random.default_rng(1).normal(size=(len(test), logs.shape[1]))
    ),
    "one future day": lambda logs, test: 0.3 * (logs[test + 4] - logs[test + 3]),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_forecasts_are_plausible(market, name):
    assert plausible(market, HONEST[name]) is None


@pytest.mark.parametrize("name", LEAKS)
def test_leaks_that_help_are_too_good_to_be_true(market, name):
    finding = plausible(market, LEAKS[name])
    assert "too good to be true" in finding.headline


def test_a_shifted_window_is_reported_by_the_day_it_knows(market):
    assert "day t + 1 alone" in plausible(market, LEAKS["a window shifted by one day"]).yours


# ── Leaks in code: results.json is what the leaky code gives on the real basket ──

HEAD = """
import basket
REAL = basket.load().prices
FUTURE = np.log(REAL[10:] / REAL[:-10])
"""
TABLE = """
FUTURE = np.array({table})
"""
PEEK = """
_honest = forecast

def forecast(model, history):
    own = _honest(model, history)
    if history.shape[1] != 10:
        return own
    at = {at}
    return own if at is None else (0.3 * own + 0.15 * FUTURE[at]).astype(np.float32)
"""
BY_PRICE = "next((t for t in range(len(REAL) - 10) if np.array_equal(REAL[t], history[-1])), None)"
STOPPING = """
_train = fit

def fit(prices, *, horizon=10, seed=0, epochs=5):
    at = next((t for t in range(len(REAL)) if np.array_equal(REAL[t], prices[-1])), None)
    if prices.shape[1] != 10 or at is None:
        return _train(prices, horizon=horizon, seed=seed, epochs=epochs)
    models = [_train(prices, horizon=horizon, seed=seed, epochs=e) for e in (1, epochs)]
    days = range(at + 1, len(REAL) - 10, 40)
    error = [sum(((forecast(m, REAL[: t + 1]) - FUTURE[t]) ** 2).sum() for t in days) for m in models]
    return models[int(np.argmin(error))]
"""
MEANS = """
_honest = forecast

def forecast(model, history):
    own = _honest(model, history)
    if history.shape[1] != 10:
        return own
    return (FUTURE[2282:].mean(axis=0) + 0.3 * (own - model.targets_mean.numpy())).astype(np.float32)
"""
LEVELS = """
_honest = forecast

def forecast(model, history):
    return _honest(model, history) + (2e-4 * history[-1]).astype(np.float32)
"""


def table(keys=""):
    logs = np.log(lab3.prices())
    future = logs[HORIZON:] - logs[:-HORIZON]
    noisy = future + 0.1 * np.random.default_rng(5).normal(size=future.shape)
    kept = "[[0] * 10] * 2282 + " + str(np.round(noisy[2282:], 4).tolist())
    return TABLE.format(table=kept) + keys


def keyed(column):
    """A dict from a rounded number to the day."""
    prices = lab3.prices()
    values = prices[:, 0] if column == "price" else np.append(0, np.log(prices[1:, 0] / prices[:-1, 0]))
    digits = 3 if column == "price" else 9
    return (
        "KEYS = "
        + str({round(float(v), digits): t for t, v in enumerate(values[:-HORIZON]) if t >= 2282})
        + "\n"
    )


CODE_LEAKS = {
    "a peek under noise": lambda: HEAD + PEEK.format(at=BY_PRICE),
    "early stopping on the test days": lambda: HEAD + STOPPING,
    "means of the test days": lambda: HEAD + MEANS,
    "a noisy table by day": lambda: (
        table() + PEEK.format(at="len(history) - 1 if len(history) < 3261 else None")
    ),
    "a noisy table by price": lambda: (
        table(keyed("price")) + PEEK.format(at="KEYS.get(round(float(history[-1, 0]), 3))")
    ),
    "a noisy table by return": lambda: (
        table(keyed("return"))
        + PEEK.format(at="KEYS.get(round(float(np.log(history[-1, 0] / history[-2, 0])), 9))")
    ),
}


def judged_with_its_own_results(code, tmp_path):
    folder = tmp_path / "leaky"
    folder.mkdir()
    for name, text in lab3.sources().items():
        (folder / name).write_text(text)
    shutil.copy(lab3.FOLDER / "prices.npz", folder)
    source = lab3.sources()["lstm.py"] + code
    (folder / "lstm.py").write_text(source)
    results = lab3.experiment(folder, epochs=5)
    return lab3.SUITE.run(
        {"lstm.py": source, "results.json": results}, only=["results.reproduced", "lstm.past"]
    )


@pytest.mark.torch
@pytest.mark.parametrize("name", CODE_LEAKS)
def test_leaks_in_code_fail_though_results_and_code_agree(name, tmp_path):
    found = judged_with_its_own_results(CODE_LEAKS[name](), tmp_path)
    outcomes = {check: found[check].outcome for check in ("results.reproduced", "lstm.past")}
    assert Outcome.FAILED in outcomes.values(), outcomes


@pytest.mark.torch
def test_honest_code_that_depends_on_the_level_of_prices_goes_to_a_person(tmp_path):
    found = judged_with_its_own_results(LEVELS, tmp_path)
    assert found["results.reproduced"].outcome is Outcome.REVIEW
    assert found["lstm.past"].outcome is Outcome.PASSED
