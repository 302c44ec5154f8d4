"""Baskets whose truth is known: simulated prices, and the same prices with another future."""

import numpy as np

DRIFT, VOLATILITY = 3e-4, 0.012
"""Of a day's log return, as large stocks have them."""


def simulated(rng, days, assets, slope=0.0):
    """Prices (days, assets) whose daily log returns follow r[t] = slope * r[t-1] + noise, plus a drift."""
    noise = rng.normal(size=(days, assets)) * VOLATILITY * rng.uniform(0.7, 1.5, size=assets)
    returns = np.zeros((days, assets))
    returns[0] = noise[0]
    for t in range(1, days):
        returns[t] = slope * returns[t - 1] + noise[t]
    return rng.uniform(10, 200, size=assets) * np.exp(np.cumsum(returns + DRIFT, axis=0))


def other_future(prices, day, rng):
    """The same prices up to and including ``day``, and quite different ones after it."""
    jumps = rng.normal(size=(len(prices) - day - 1, prices.shape[1])) * 5 * VOLATILITY
    changed = prices.copy()
    changed[day + 1 :] *= np.exp(np.cumsum(jumps, axis=0) + 0.5)
    return changed


def daily(prices):
    """Daily log returns (T - 1, N)."""
    return np.diff(np.log(prices), axis=0)
