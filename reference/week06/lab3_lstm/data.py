"""From prices to a data set that knows nothing of the future.

    day          0 ................ t ................ t + horizon
    known at t   |---- window ------|
    to forecast                     |------ y[t] ------|

    split        |----- train -----|<-- gap: horizon -->|----- test -----|

Two mistakes make any model look brilliant: a feature or a scale that contains tomorrow, and a training target
that reaches into the test. Both are excluded here, once, for every model that comes after.
"""

import numpy as np


def forward_returns(prices, horizon=10):
    """The log return over the next ``horizon`` days, for every day that has one.

    Args:
        prices: (T, N), one row a day in rising order, one column an asset.
        horizon: In trading days.

    Returns:
        (T - horizon, N): row t is log(prices[t + horizon] / prices[t]).
    """
    # BEGIN SOLUTION: log(prices[t + horizon] / prices[t])
    logs = np.log(prices)
    return logs[horizon:] - logs[:-horizon]
    # END SOLUTION


def split(n_days, *, horizon=10, test_share=0.3):
    """Days on which forecasts are made, for training and for testing, in rising order.

    Args:
        n_days: T, the rows of the prices.
        horizon: A day has a target only if its forward return ends before T.
        test_share: Of the days that have a target; the gap is taken from the training days.

    Returns:
        Two integer arrays, train and test: ``test[0] - train[-1] >= horizon``, so that no training target
        reaches beyond the first test day.
    """
    # BEGIN SOLUTION: cut in time, never at random, and leave a gap of at least the horizon
    with_target = n_days - horizon
    first_test = with_target - round(test_share * with_target)
    return np.arange(0, first_test - horizon + 1), np.arange(first_test, with_target)
    # END SOLUTION


def dataset(prices, *, horizon=10, window=20, test_share=0.3):
    """Inputs and targets for training and testing.

    Args:
        prices: (T, N).
        horizon: As for ``forward_returns``.
        window: Days of returns that an input shows.
        test_share: As for ``split``.

    Returns:
        A dict:
            train, test: (n,), (m,): the day t of each row; ``train`` begins where a whole window is known.
            X_train, X_test: (n, …), (m, …): features of any shape, standardised with the mean and standard
                deviation of *training* days; row i is made of prices up to and including day t alone.
            y_train, y_test: (n, N), (m, N): the forward return of day t, as it is.
    """
    # BEGIN SOLUTION: windows of daily returns, standardised by training days only
    train, test = split(len(prices), horizon=horizon, test_share=test_share)
    train = train[train >= window]
    returns = np.diff(np.log(prices), axis=0)  # row t - 1: the return of day t
    known = returns[: train[-1]]
    scaled = (returns - known.mean(axis=0)) / known.std(axis=0)
    windows = np.stack([scaled[t - window : t] for t in range(window, len(prices))])  # row 0: day `window`
    targets = forward_returns(prices, horizon)
    return {
        "train": train,
        "test": test,
        "X_train": windows[train - window],
        "X_test": windows[test - window],
        "y_train": targets[train],
        "y_test": targets[test],
    }
    # END SOLUTION
