import numpy as np


def evaluate(forecasts, targets, *, train_mean, horizon=10, benchmark="ar1"):
    scores = {}
    for name in forecasts:
        e, b = forecasts[name] - targets, forecasts[benchmark] - targets
        sse = np.einsum("ta,ta->", e, e)
        base = np.sum((targets - train_mean[None, :]) ** 2)
        scores[name] = dict(mse=sse / e.size, r2=np.float64(1.0 - sse / base), dm=dm(e, b, horizon))
    return scores


def dm(e, b, h):
    d = np.mean(e**2 - b**2, axis=1)
    n = d.size
    if np.all(d == 0):
        return 0.0

    def gamma(k):
        return sum((d[t] - d.mean()) * (d[t - k] - d.mean()) for t in range(k, n)) / n

    lrv = gamma(0) + 2 * sum(gamma(k) for k in range(1, h))
    if lrv <= 0:
        lrv = gamma(0) + 2 * sum((1 - k / h) * gamma(k) for k in range(1, h))
    hln = ((n + 1 - 2 * h + h * (h - 1) / n) / n) ** 0.5
    return hln * d.mean() / (lrv / n) ** 0.5
