"""The baselines, on series whose coefficients are known."""

import numpy as np
import pytest
from baselines import AR1, LastValue
from known import close


@pytest.fixture
def series():
    rows = [np.array([1.0, -1.0])]
    for _ in range(7):
        rows.append(np.array([0.1, 0.2]) + np.array([0.5, -0.3]) * rows[-1])
    return np.array(rows)


def test_ar1_finds_the_coefficients_of_an_exact_series(series):
    model = AR1().fit(series)
    close(model.intercept, [0.1, 0.2])
    close(model.slope, [0.5, -0.3])


def test_ar1_sums_up_the_days_to_come(series):
    close(AR1().fit(series[:-2]).forecast(series[:-2], horizon=2), series[-2] + series[-1])


def test_the_last_value_repeats_the_last_days():
    history = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, -6.0]])
    close(LastValue().fit(history).forecast(history, horizon=2), [8.0, -2.0])
