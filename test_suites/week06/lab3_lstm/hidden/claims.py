"""results.json, read with care, and what the judge computes on the same basket from the same days."""

from typing import NamedTuple

import numpy as np

from grader.checks import Answer, fail
from test_suites.week06.lab3_lstm.public.markets import daily

HORIZON = 10
"""Days ahead that the lab asks for."""
CLEARLY_BETTER = -2.33
"""Of the Diebold-Mariano statistic. Of 280 honest forecasters 0.36 % were below it."""


class Claims(NamedTuple):
    """A validated results.json, beside the basket."""

    answer: Answer
    prices: np.ndarray
    horizon: int
    train_days: int
    test: np.ndarray
    forecasts: np.ndarray

    @property
    def targets(self):
        """(n, N), what came true after each test day."""
        logs = np.log(self.prices)
        return logs[self.test + self.horizon] - logs[self.test]

    @property
    def future(self):
        """(n, h, N), the single daily returns that the targets sum up."""
        returns = daily(self.prices)
        return np.stack([returns[self.test + k] for k in range(self.horizon)], axis=1)

    @property
    def train_mean(self):
        """(N,), the mean of the targets that end within the training days."""
        logs = np.log(self.prices[: self.train_days])
        return (logs[self.horizon :] - logs[: -self.horizon]).mean(axis=0)

    def score(self, name):
        """The claimed scores of one forecaster."""
        return self.answer.item("scores").item(name)

    def setting(self, name):
        """A whole number that says how the LSTM was trained."""
        return self.answer.item(name).whole()


def read(documents, basket):
    """The claims, if they are about this basket.

    Raises:
        CheckFailed: They are about other prices, or the forecasts are not those of the test days.
    """
    answer = documents.results.json()
    days, assets = basket.prices.shape
    said = answer.item("days").whole(1)
    if said != days:
        raise fail(
            "results.json is not about the basket that was handed out.",
            yours=f"{said} days",
            expected=f"{days} days: {basket.name}, {basket.days[0]} to {basket.days[-1]}",
        )
    horizon = answer.item("horizon").whole(1)
    if horizon != HORIZON:
        raise fail("The lab is about another horizon.", yours=f"{horizon} days", expected=f"{HORIZON} days")
    train_days = answer.item("train_days").whole(2 * horizon + 2)
    test_from = answer.item("test_from").whole(1)
    forecasts = answer.item("forecasts").table(assets)
    if train_days > days or test_from + len(forecasts) != days - horizon:
        raise fail(
            "There must be one row of forecasts for each day from test_from on that has a target.",
            yours=f"{len(forecasts)} rows from day {test_from}",
            expected=f"{days - horizon - test_from} rows: up to day {days - horizon - 1}",
        )
    test = np.arange(test_from, days - horizon)
    return Claims(answer, basket.prices, horizon, train_days, test, forecasts)


def measured(claims, reference):
    """Every forecaster's scores, computed here: the LSTM's from the forecasts in the file."""
    returns, mean = daily(claims.prices), claims.train_mean
    known = returns[: claims.train_days - 1]
    ar1, last = reference.baselines.AR1().fit(known), reference.baselines.LastValue().fit(known)
    forecasts = {
        "lstm": claims.forecasts,
        "ar1": np.array([ar1.forecast(returns[:t], claims.horizon) for t in claims.test]),
        "last": np.array([last.forecast(returns[:t], claims.horizon) for t in claims.test]),
        "mean": np.tile(mean, (len(claims.test), 1)),
    }
    return reference.evaluate.evaluate(
        forecasts, claims.targets, train_mean=mean, horizon=claims.horizon
    ), forecasts


def clearly_better(scores):
    """Whether the LSTM beats AR(1): by more than luck, and better than a constant."""
    return scores["lstm"]["dm"] < CLEARLY_BETTER and scores["lstm"]["r2"] > 0
