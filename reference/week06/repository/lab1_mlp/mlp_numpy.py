"""A perceptron with one hidden layer, and its gradient by hand."""

import numpy as np


class MLP:
    """Two linear layers with a ReLU between them; ``params`` holds W1, b1, W2, b2."""

    def __init__(self, n_in, n_hidden, n_out, seed=0):
        rng = np.random.default_rng(seed)
        self.params = {
            "W1": rng.normal(size=(n_in, n_hidden)) * np.sqrt(2 / n_in),
            "b1": np.zeros(n_hidden),
            "W2": rng.normal(size=(n_hidden, n_out)) * np.sqrt(2 / n_hidden),
            "b2": np.zeros(n_out),
        }

    def forward(self, X):
        """Logits (N, n_out) of a batch (N, n_in)."""
        p = self.params
        return np.maximum(X @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]

    def loss(self, X, y):
        """Mean softmax cross-entropy of labels (N,)."""
        return float(-log_softmax(self.forward(X))[np.arange(len(y)), y].mean())

    def gradients(self, X, y):
        """The loss's derivative by each parameter, a dict like ``params``."""
        p = self.params
        Z = X @ p["W1"] + p["b1"]
        H = np.maximum(Z, 0)
        d = np.exp(log_softmax(H @ p["W2"] + p["b2"]))
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        dZ = (d @ p["W2"].T) * (Z > 0)
        return {"W1": X.T @ dZ, "b1": dZ.sum(axis=0), "W2": H.T @ d, "b2": d.sum(axis=0)}

    def fit(self, X, y, *, lr, batches):
        """One step of gradient descent for each batch of row numbers; returns the losses before the steps."""
        losses = []
        for rows in batches:
            losses.append(self.loss(X[rows], y[rows]))
            for name, gradient in self.gradients(X[rows], y[rows]).items():
                self.params[name] = self.params[name] - lr * gradient
        return losses

    def predict(self, X):
        """The most likely class of each row."""
        return self.forward(X).argmax(axis=1)


def log_softmax(logits):
    """Logarithm of the softmax of each row, without overflow."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
