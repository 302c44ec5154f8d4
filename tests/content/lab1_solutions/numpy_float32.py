"""Everything in float32, whatever comes in; the probability is clipped before the logarithm."""

import numpy as np


class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        g = np.random.default_rng(seed)
        shapes = {"W1": (n_in, n_hidden), "b1": (n_hidden,), "W2": (n_hidden, n_out), "b2": (n_out,)}
        self.params = {
            k: (g.standard_normal(s) * (2 / s[0]) ** 0.5 if len(s) == 2 else np.zeros(s))
            for k, s in shapes.items()
        }

    def __setattr__(self, name, value):
        if name == "params":
            value = {k: np.asarray(v).astype(np.float32) for k, v in value.items()}
        object.__setattr__(self, name, value)

    def forward(self, X):
        p = self.params
        return np.maximum(0, X.astype(np.float32) @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]

    def _probs(self, X):
        z = self.forward(X)
        e = np.exp(z - z.max(1)[:, None])
        return e / e.sum(1)[:, None]

    def loss(self, X, y):
        picked = self._probs(X)[range(len(y)), y]
        return float(-np.log(np.clip(picked, 1e-12, 1.0)).mean())

    def gradients(self, X, y):
        X = X.astype(np.float32)
        p = self.params
        z = X @ p["W1"] + p["b1"]
        h = np.maximum(0, z)
        d = self._probs(X)
        d[range(len(y)), y] -= 1
        d /= np.float32(len(y))
        dz = (d @ p["W2"].T) * (z > 0)
        return {"W1": X.T @ dz, "b1": dz.sum(0), "W2": h.T @ d, "b2": d.sum(0)}

    def fit(self, X, y, *, lr, batches):
        out = []
        for b in batches:
            out.append(self.loss(X[b], y[b]))
            g = self.gradients(X[b], y[b])
            self.params = {k: v - np.float32(lr) * g[k] for k, v in self.params.items()}
        return np.array(out)

    def predict(self, X):
        return np.argmax(self.forward(X), axis=1)
