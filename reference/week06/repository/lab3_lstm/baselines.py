"""The two forecasts to beat: what was last seen, and an autoregression of order one."""

import numpy as np


class LastValue:
    """Forecasts that nothing changes."""

    def fit(self, returns):
        """There is nothing to learn from returns (T, N)."""
        return self

    def forecast(self, returns, horizon=10):
        """What the last days of a history (t, N) brought comes again."""
        return returns[-horizon:].sum(axis=0)


class AR1:
    """r[t+1] = a + b r[t], one line for each asset, by least squares."""

    def fit(self, returns):
        """Learn ``a`` and ``b``, each (N,), from returns (T, N)."""
        x, y = returns[:-1], returns[1:]
        centred = x - x.mean(axis=0)
        self.b = (centred * y).sum(axis=0) / (centred**2).sum(axis=0)
        self.a = y.mean(axis=0) - self.b * x.mean(axis=0)
        return self

    def forecast(self, returns, horizon=10):
        """The sum of the next days after a history (t, N), each forecast from the one before."""
        day, total = returns[-1], np.zeros(returns.shape[1])
        for _ in range(horizon):
            day = self.a + self.b * day
            total += day
        return total
