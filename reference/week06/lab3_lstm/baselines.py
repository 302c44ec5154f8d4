"""What an LSTM has to beat: one line of regression, and no thought at all.

Both are fitted on daily log returns and forecast the log return over the next ``horizon`` days.
"""

import numpy as np


class AR1:
    """A first-order autoregression for each asset: r[t] = intercept + slope * r[t-1] + noise.

    Attributes:
        intercept, slope: (N,), after ``fit``.
    """

    def fit(self, returns):
        """Ordinary least squares, each asset by itself.

        Args:
            returns: (T, N) daily log returns of the training days.

        Returns:
            The model itself.
        """
        # BEGIN SOLUTION: least squares of returns[1:] on returns[:-1], with an intercept
        before, after = returns[:-1], returns[1:]
        centred = before - before.mean(axis=0)
        self.slope = (centred * after).sum(axis=0) / (centred**2).sum(axis=0)
        self.intercept = after.mean(axis=0) - self.slope * before.mean(axis=0)
        return self
        # END SOLUTION

    def forecast(self, returns, horizon=10):
        """The return over the next days: the daily forecast, iterated, and summed up.

        Args:
            returns: (t, N) daily log returns up to today; the coefficients stay those of ``fit``.
            horizon: In days.

        Returns:
            (N,): the sum of the forecasts of day 1, 2, …, horizon.
        """
        # BEGIN SOLUTION: each day's forecast is the input of the next
        day, total = returns[-1], np.zeros(returns.shape[1])
        for _ in range(horizon):
            day = self.intercept + self.slope * day
            total = total + day
        return total
        # END SOLUTION


class LastValue:
    """Tomorrow is like today: the return of the last ``horizon`` days comes again."""

    def fit(self, returns):
        """Nothing is learnt.

        Args:
            returns: (T, N).

        Returns:
            The model itself.
        """
        # BEGIN SOLUTION
        del returns
        return self
        # END SOLUTION

    def forecast(self, returns, horizon=10):
        """The log return over the last ``horizon`` days.

        Args:
            returns: (t, N) daily log returns up to today, t >= horizon.
            horizon: In days.

        Returns:
            (N,).
        """
        # BEGIN SOLUTION
        return returns[-horizon:].sum(axis=0)
        # END SOLUTION
