"""How much skill there is, how sure that is, and how much is too good to be true.

The thresholds were measured on daily US prices. Over 280 honest forecasters and 8 LSTMs on seven windows of
seven years, the largest values ever seen, and the smallest of leaks that help, were

                                        honest, at most      leaks, at least
    R2 against the training mean        .0007                .097
    correlation within an asset         .061                 .31
    with one single future day          .120                 .17

100 seeds of the reference on the basket that comes with the lab stay below -.029, .088 and .077.
"""

from typing import NamedTuple

import numpy as np
from msgspec import structs

from grader.checks import Plot, Series

TOO_GOOD_R2 = 0.03
TOO_GOOD_CORRELATION = 0.15
TOO_GOOD_DAY = 0.25
ENOUGH_DAYS = 500
"""Fewer test days say too little about correlations."""
RESAMPLES = 400


class Sign(NamedTuple):
    """One sign of knowing the future."""

    name: str
    measured: float
    limit: float


def r2(forecast, targets, mean):
    """Out of sample, pooled over days and assets."""
    return 1 - float(((forecast - targets) ** 2).sum() / ((mean - targets) ** 2).sum())


def signs_of_leaks(forecasts, targets, mean, future):
    """What forecasts alone can tell about knowing the future.

    Args:
        forecasts: (n, N).
        targets: (n, N).
        mean: (N,), of the training targets.
        future: (n, h, N), the single daily returns that each target sums up.
    """
    by_day = [abs(correlation(forecasts, future[:, k])) for k in range(future.shape[1])]
    return (
        Sign("R2 against the training mean", r2(forecasts, targets, mean), TOO_GOOD_R2),
        Sign("correlation with what came true", correlation(forecasts, targets), TOO_GOOD_CORRELATION),
        Sign(f"correlation with day t + {int(np.argmax(by_day)) + 1} alone", max(by_day), TOO_GOOD_DAY),
    )


def correlation(a, b):
    """Within each asset, then averaged; 0 for a constant forecast."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return float(np.mean((a * b).sum(axis=0) / np.where(scale > 0, scale, 1)))


def by_asset(forecast, targets, mean, rng):
    """R2 of each asset with a 95 % interval: (low, middle, high), from days drawn with replacement.

    The days must be a horizon apart, so that their targets don't overlap.
    """
    own, constant = (forecast - targets) ** 2, (mean - targets) ** 2
    rows = rng.integers(len(targets), size=(RESAMPLES, len(targets)))
    spread = 1 - own[rows].sum(axis=1) / constant[rows].sum(axis=1)
    low, high = np.quantile(spread, [0.025, 0.975], axis=0)
    return low, 1 - own.sum(axis=0) / constant.sum(axis=0), high


def drawn(title, forecasts, targets, mean, rng):
    """Skill of every forecaster for every asset with its interval, two forecasters to a plot."""
    panels = [_panel(f"{title}: {label}", by_asset(f, targets, mean, rng)) for label, f in forecasts.items()]
    return tuple(structs.replace(a, beneath=b) for a, b in zip(panels[::2], panels[1::2], strict=True))


def _panel(title, interval):
    low, middle, high = interval
    lines = (("R2", middle, "yours"), ("95 % from", low, "limit"), ("to", high, "limit"))
    return Plot(
        title=title,
        x_label="asset",
        y_label="R2 against the training mean",
        series=tuple(Series(label=label, y=tuple(map(float, y)), role=role) for label, y, role in lines),
    )
