"""The basket's prices as they never were, and questions that only knowledge of the future answers otherwise.

Prices times powers of two have the same returns, to the last bit. A forecast is made of the last days: it does not
change when the oldest days are left out, and hardly when prices change in their fifth digit. What was looked up in
a table, by price, by day or by return, does.
"""

from typing import NamedTuple

import numpy as np

from grader.checks import ask, fail
from test_suites.week06.lab3_lstm.public.markets import daily

NOISE = 1e-5
"""Relative to a price. The reference's forecasts change by .0012 of their spread."""
LOOKED_UP = 0.1
"""Of the forecasts' spread: far more than noise of this size can do to anything that computes."""
BLOCKS = (15, 60)
"""Days of returns that stay together, so that volatility still comes in clusters."""
TILT = 2e-3
"""Of a daily log return: at most so much drift is added, which is 2 % in ten days."""


class Told(NamedTuple):
    """Forecasts (n, N) for the same days, asked in several ways.

    Attributes:
        plain: From all of the past.
        earlier: For the day ``lag`` days before.
        shorter: From the past without its first ``lag`` days: as many as for ``earlier``.
        noisy: From prices that differ in their fifth digit.
    """

    plain: np.ndarray
    earlier: np.ndarray
    shorter: np.ndarray
    noisy: np.ndarray


def scales(rng, assets):
    """A power of two for each asset; not all are alike."""
    return 2.0 ** rng.permutation(np.arange(assets) % 7 - 3)


def asked(student, model, prices, days, rng):
    """Ask in all ways, day after day: what was shown is known, so no question comes before its time."""
    lag = int(rng.integers(20, 60))
    noisy = prices * (1 + NOISE * rng.standard_normal(prices.shape))
    asks = [(t - lag, 0, prices[: t - lag + 1]) for t in days]
    for kind, shown, first in ((1, prices, lag), (2, noisy, 0), (3, prices, 0)):
        asks += [(t, kind, shown[first : t + 1]) for t in days]
    found = [[], [], [], []]
    for _, kind, history in sorted(asks, key=lambda ask: ask[:2]):
        found[kind].append(student.lstm.forecast(model, history).array((prices.shape[1],)))
    earlier, shorter, noised, plain = (np.array(forecasts) for forecasts in found)
    return Told(plain, earlier, shorter, noised)


def apart(one, other):
    """How far forecasts are from others, relative to the spread of the first over the days."""
    spread = float(np.sqrt(((one - one.mean(axis=0)) ** 2).mean())) or 1e-9
    return float(np.sqrt(((one - other) ** 2).mean())) / spread


def judge(told, evidence):
    """The forecasts are computed from the prices shown.

    Raises:
        CheckFailed: They are looked up.
        CheckUndecided: They depend on the oldest days.
    """
    noise, age = apart(told.plain, told.noisy), apart(told.plain, told.shorter)
    by_day = apart(told.earlier, told.shorter)
    evidence.measure("change of the forecasts by noise in the fifth digit of prices", noise, limit=LOOKED_UP)
    evidence.measure("change of the forecasts when the oldest days are left out", age)
    if noise > LOOKED_UP:
        raise fail(
            "The forecasts change when prices change in their fifth digit: they are looked up, not computed.",
            call="forecast(model, history)",
            how_far=f"{noise:.2g} of the forecasts' own spread",
            allowed=f"{LOOKED_UP:g}",
            diagnosis="The forecasts are looked up in a table of known prices.",
            diagnosis_id="looked-up",
        )
    if age > LOOKED_UP and by_day < age / 2:
        raise fail(
            "The forecasts follow the number of days shown, not the prices.",
            call="forecast(model, history)",
            how_far=f"{age:.2g} of the forecasts' own spread, when the oldest days are left out",
            allowed=f"{LOOKED_UP:g}",
            diagnosis="The forecasts are looked up by the number of the day.",
            diagnosis_id="by-day",
        )
    if age > LOOKED_UP:
        raise ask(
            "The forecasts change when only the oldest days are left out: a person looks why.",
            call="forecast(model, history)",
            how_far=f"{age:.2g} of the forecasts' own spread",
            hint="A long memory may be honest. A table that is looked up by the day is not.",
        )


def resampled(prices, training, known, rng):
    """Prices made of blocks of the basket's returns in another order, with another drift for each asset.

    Training days and later days are resampled by themselves. The drifts are drawn until the training means of this
    world say nothing about ``known``.

    Args:
        prices: (T, N), the basket's.
        training: Days to train on.
        known: (N,), what somebody who knows the future might put in their place.
        rng: Where chance comes from.
    """
    returns = daily(prices)
    while True:
        drift = rng.uniform(-TILT, TILT, size=prices.shape[1])
        parts = [_blocks(part, rng) for part in (returns[: training - 1], returns[training - 1 :])]
        if abs(np.corrcoef(parts[0].mean(axis=0) + drift, known)[0, 1]) < 0.3:
            break
    logs = np.cumsum(np.vstack([np.zeros(prices.shape[1]), *parts]) + drift, axis=0)
    return 64.0 * scales(rng, prices.shape[1]) * np.exp(logs - logs[0])


def _blocks(returns, rng):
    cuts = np.cumsum(rng.integers(*BLOCKS, size=len(returns) // BLOCKS[0] + 1))
    blocks = np.split(returns, cuts[cuts < len(returns)])
    return np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])
