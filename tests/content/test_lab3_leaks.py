"""Leaks are seen in forecasts alone, and honest forecasts are not suspected."""

import json

import numpy as np
import pytest

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
