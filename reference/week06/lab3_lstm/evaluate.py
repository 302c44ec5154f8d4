"""How good forecasts are, and whether a difference between two of them is more than luck.

mse   mean squared error over all days and assets.
r2    out of sample: 1 - SSE / SSE(always the training mean). Zero is what no thought at all would get. The R2
      of price *levels* is .98 for "tomorrow's price is today's" and says nothing.
dm    Diebold and Mariano (1995), as corrected by Harvey, Leybourne and Newbold (1997): the mean loss
      difference to a benchmark in standard errors. Forecasts of the next ten days overlap: their losses are
      correlated over nine days, and the standard error has to know. Below -2.33: better than the benchmark.
"""

import numpy as np


def evaluate(forecasts, targets, *, train_mean, horizon=10, benchmark="ar1"):
    """Score forecasts of the same days.

    Args:
        forecasts: Name → (n, N), one row a day in rising order.
        targets: (n, N), what came true.
        train_mean: (N,), the mean of the training targets.
        horizon: In days; losses this far apart are uncorrelated.
        benchmark: The name in ``forecasts`` that the others are tested against.

    Returns:
        Name → {"mse": …, "r2": …, "dm": …}; the benchmark's own dm is 0.
    """
    # BEGIN SOLUTION: mse, r2 and dm of each
    losses = {name: (forecast - targets) ** 2 for name, forecast in forecasts.items()}
    constant = ((train_mean - targets) ** 2).sum()
    return {
        name: {
            "mse": float(loss.mean()),
            "r2": float(1 - loss.sum() / constant),
            "dm": diebold_mariano((loss - losses[benchmark]).mean(axis=1), horizon),
        }
        for name, loss in losses.items()
    }
    # END SOLUTION


def diebold_mariano(difference, horizon):
    """The test's statistic for a series of loss differences.

    Args:
        difference: (n,), the loss less the benchmark's, averaged over the assets, in rising order of days.
        horizon: h; autocovariances up to lag h - 1 count.

    Returns:
        Negative if the losses are smaller than the benchmark's; 0 if they are all the same.
    """
    # BEGIN SOLUTION: mean over its long-run standard error, times the correction for small samples
    n, mean = len(difference), difference.mean()
    centred = difference - mean
    covariances = np.array([(centred[lag:] * centred[: n - lag]).sum() / n for lag in range(horizon)])
    if not covariances[0] > 0:
        return 0.0
    variance = covariances[0] + 2 * covariances[1:].sum()
    if variance <= 0:  # can happen with equal weights; Bartlett's can't be negative
        weights = 1 - np.arange(1, horizon) / horizon
        variance = covariances[0] + 2 * (weights * covariances[1:]).sum()
    small_sample = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    return float(mean / np.sqrt(variance / n) * small_sample)
    # END SOLUTION
