"""other_prices.npz: what stands in the place of prices.npz where student code is tested.

    python other_prices.py

The same layout, and prices that never were: each asset's returns in an order of their own, the later ones wilder,
so that whatever is learnt from this file about the test days is wrong. Not part of what students get.
"""

from pathlib import Path

import basket
import numpy as np

WILD_FROM, WILD = 2282, 3.0
"""The first test day of ``split``, and times the size of returns from there on."""
CHEAPEST = 0.5
"""In dollars; a thousandth is the smallest step of the file."""


def main():
    """The command."""
    prices = basket.load().prices
    returns = np.diff(np.log(prices), axis=0)
    returns = np.random.default_rng(6).permuted(returns - returns.mean(axis=0), axis=0)
    returns[WILD_FROM:] *= WILD
    other = prices[0] * np.exp(np.vstack([np.zeros(prices.shape[1]), np.cumsum(returns, axis=0)]))
    mills = np.round(other.clip(CHEAPEST) * basket.MILLS).astype(np.int64)
    here = Path(__file__).parent
    with np.load(here / "prices.npz") as real:
        steps = np.diff(mills, axis=0, prepend=0).astype(real["steps"].dtype)
        np.savez_compressed(here / "other_prices.npz", steps=steps, days=real["days"])


if __name__ == "__main__":
    main()
