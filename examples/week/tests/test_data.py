"""Returns, split and windows: nothing may know the future."""

import numpy as np
import pytest
from data import dataset, forward_returns, split
from known import close

HORIZON, WINDOW = 3, 4


@pytest.fixture
def prices():
    return np.exp(np.random.default_rng(5).normal(size=(40, 2)).cumsum(axis=0) / 10)


def test_forward_returns_are_differences_of_logs():
    close(forward_returns(np.exp([[0.0], [1.0], [3.0], [6.0]]), horizon=2), [[3.0], [5.0]])


def test_the_split_leaves_a_gap_of_the_horizon():
    train, test = split(30, horizon=HORIZON, test_share=1 / 3)
    close(train, np.arange(16))
    close(test, np.arange(18, 27))


def test_windows_end_today_in_the_scale_of_the_training_days(prices):
    found = dataset(prices, horizon=HORIZON, window=WINDOW, test_share=0.3)
    returns = np.diff(np.log(prices), axis=0)  # row t - 1: day t
    known = returns[: found["train"][-1]]
    close(found["train"][0], WINDOW)
    for part in ("train", "test"):
        for day, window in zip(found[part], found[f"X_{part}"], strict=True):
            close(window, (returns[day - WINDOW : day] - known.mean(axis=0)) / known.std(axis=0))


def test_targets_are_the_returns_of_their_days(prices):
    found = dataset(prices, horizon=HORIZON, window=WINDOW, test_share=0.3)
    for part in ("train", "test"):
        close(found[f"y_{part}"], np.log(prices[found[part] + HORIZON] / prices[found[part]]))
