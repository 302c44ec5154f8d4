import numpy as np


class AR1:
    def fit(self, returns):
        T, N = returns.shape
        self.intercept, self.slope = [], []
        for i in range(N):
            A = np.column_stack([np.ones(T - 1), returns[:-1, i]])
            c, phi = np.linalg.lstsq(A, returns[1:, i], rcond=None)[0]
            self.intercept.append(c)
            self.slope.append(phi)

    def forecast(self, returns, horizon=10):
        c, phi, last = np.array(self.intercept), np.array(self.slope), returns[-1]
        mu = c / (1 - phi)
        return horizon * mu + (last - mu) * sum(phi**k for k in range(1, horizon + 1))


class LastValue:
    def fit(self, returns):
        pass

    def forecast(self, returns, horizon=10):
        levels = np.concatenate([np.zeros((1, returns.shape[1])), np.cumsum(returns, axis=0)])
        return levels[-1] - levels[-1 - horizon]
