"""Walking forward: each forecast is asked for with its past alone, in rising order; the judge keeps the rest.

What was sent is known from then on, so a later day may be sent after an earlier one and never before it.
"""

import numpy as np

from grader.checks import Plot, Series

ROLES = {"LSTM": "yours", "AR(1)": "limit", "last value": "other"}
"""How each forecaster is drawn."""


def origins(first, days, horizon, count):
    """Days to forecast from, in rising order and at least a horizon apart, so that no two targets overlap."""
    step = max(horizon, (days - horizon - first) // count)
    return np.arange(first, days - horizon, step)[:count]


def walk(student, model, prices, at):
    """The model's forecast on each day of ``at``, (n, N)."""
    return np.array(
        [student.lstm.forecast(model, prices[: t + 1]).array((prices.shape[1],)) for t in sorted(at)]
    )


def portfolios(prices, rng, assets):
    """Prices of portfolios with random weights: a market like the real one, in which no price is a known one.

    Whoever has the real prices could find the weights and with them the future; nothing is to be gained by it,
    since no check rewards skill on them.
    """
    weights = rng.dirichlet(np.ones(prices.shape[1]), size=assets)
    returns = np.diff(prices, axis=0) / prices[:-1]
    return 100 * np.cumprod(np.vstack([np.ones(assets), 1 + returns @ weights.T]), axis=0)


def drawn(title, days, forecasts, realised):
    """Forecasts and what came true for one asset, over the days."""
    x = tuple(float(day) for day in days)
    return Plot(
        title=title,
        x_label="day",
        y_label="log return over the horizon",
        series=(
            Series(label="realised", y=tuple(map(float, realised)), x=x, role="reference"),
            *(
                Series(label=label, y=tuple(map(float, y)), x=x, role=ROLES[label])
                for label, y in forecasts.items()
            ),
        ),
    )
