"""The LSTM gives a forecast at all."""

from grader.checks import check
from test_suites.week06.lab3_lstm.public.markets import simulated


@check("lstm.shape")
def test_shape(student, rng):
    """`fit` trains on prices and `forecast` gives one finite number for each asset."""
    for assets, horizon in ((3, 10), (2, 4)):
        prices = simulated(rng, 180, assets)
        model = student.lstm.fit(prices[:140], horizon=horizon, seed=int(rng.integers(1000)), epochs=1)
        for day in (140, 179):
            student.lstm.forecast(model, prices[: day + 1]).array((assets,))
