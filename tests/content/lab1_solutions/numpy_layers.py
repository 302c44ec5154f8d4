"""Layers as objects with forward and backward, each keeping what it needs on the way back."""

import numpy as np


class Linear:
    def __init__(self, fan_in, fan_out, rng):
        limit = np.sqrt(6 / (fan_in + fan_out))
        self.W = rng.uniform(-limit, limit, (fan_in, fan_out))
        self.b = np.zeros(fan_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T


class ReLU:
    def forward(self, x):
        self.mask = x >= 0
        return np.where(self.mask, x, 0)

    def backward(self, grad):
        return grad * self.mask


class SoftmaxCrossEntropy:
    def forward(self, logits, y):
        shifted = logits - logits.max(axis=1, keepdims=True)
        self.p = np.exp(shifted)
        self.p /= self.p.sum(axis=1, keepdims=True)
        self.y = y
        return float(np.mean(-np.log(self.p[np.arange(len(y)), y] + 1e-9)))

    def backward(self):
        grad = self.p.copy()
        grad[np.arange(len(self.y)), self.y] -= 1
        return grad / len(self.y)


class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        rng = np.random.default_rng(seed)
        self.first, self.relu, self.second = Linear(n_in, n_hidden, rng), ReLU(), Linear(n_hidden, n_out, rng)
        self.criterion = SoftmaxCrossEntropy()

    def _get(self):
        return {"W1": self.first.W, "b1": self.first.b, "W2": self.second.W, "b2": self.second.b}

    def _set(self, p):
        self.first.W, self.first.b, self.second.W, self.second.b = (
            p[k].copy() for k in ("W1", "b1", "W2", "b2")
        )

    params = property(_get, _set)

    def forward(self, X):
        for layer in (self.first, self.relu, self.second):
            X = layer.forward(X)
        return X

    def loss(self, X, y):
        return self.criterion.forward(self.forward(X), y)

    def gradients(self, X, y):
        self.loss(X, y)
        grad = self.criterion.backward()
        for layer in (self.second, self.relu, self.first):
            grad = layer.backward(grad)
        return dict(W1=self.first.dW, b1=self.first.db, W2=self.second.dW, b2=self.second.db)

    def fit(self, X, y, *, lr, batches):
        history = []
        for batch in batches:
            xb, yb = X[batch], y[batch]
            history.append(self.loss(xb, yb))
            self.gradients(xb, yb)
            for layer in (self.first, self.second):
                layer.W = layer.W - lr * layer.dW
                layer.b = layer.b - lr * layer.db
        return history

    def predict(self, X):
        return self.forward(X).argmax(axis=-1)
