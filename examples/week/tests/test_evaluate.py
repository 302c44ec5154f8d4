"""The scores, by hand."""

import numpy as np
from evaluate import diebold_mariano, evaluate
from known import close


def test_mse_and_r2_are_what_paper_says():
    targets = np.array([[1.0], [2.0], [4.0]])
    forecasts = {"ar1": np.zeros((3, 1)), "lstm": np.array([[1.0], [3.0], [2.0]])}
    found = evaluate(forecasts, targets, train_mean=np.array([1.0]), horizon=1)
    close(found["lstm"]["mse"], 5 / 3)
    close(found["lstm"]["r2"], 1 - 5 / 10)
    close(found["ar1"]["r2"], 1 - 21 / 10)
    close(found["ar1"]["dm"], 0.0)
    close(found["lstm"]["dm"], diebold_mariano(np.array([-1.0, -3.0, -12.0]), 1))


def test_dm_is_the_mean_in_standard_errors():
    close(diebold_mariano(np.array([1.0, 2.0, 3.0]), 1), 2 * np.sqrt(3))


def test_dm_knows_that_neighbours_are_alike():
    close(diebold_mariano(np.array([1.0, 2.0, 4.0, 5.0]), 2), 3 * np.sqrt(0.375))


def test_dm_weighs_the_lags_where_the_variance_would_be_negative():
    close(diebold_mariano(np.array([2.0, 0.0, 2.0, 0.0]), 2), 4 * np.sqrt(0.375))


def test_dm_of_equal_forecasts_is_zero():
    close(diebold_mariano(np.zeros(4), 2), 0.0)
