"""Attributes W1 to b2, one-hot labels, log(p + 1e-6), updates in place."""

import numpy as np

EPS = 1e-6


def one_hot(y, k):
    Y = np.zeros((y.shape[0], k))
    Y[np.arange(y.shape[0]), y] = 1
    return Y


def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        rs = np.random.RandomState(seed)
        self.W1 = rs.randn(n_in, n_hidden) / np.sqrt(n_in)
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = rs.randn(n_hidden, n_out) / np.sqrt(n_hidden)
        self.b2 = np.zeros((1, n_out))

    @property
    def params(self):
        return {"W1": self.W1, "b1": self.b1.ravel(), "W2": self.W2, "b2": self.b2.ravel()}

    @params.setter
    def params(self, values):
        self.W1 = np.array(values["W1"], dtype=float)
        self.b1 = np.array(values["b1"], dtype=float).reshape(1, -1)
        self.W2 = np.array(values["W2"], dtype=float)
        self.b2 = np.array(values["b2"], dtype=float).reshape(1, -1)

    def forward(self, X):
        self.Z = X.dot(self.W1) + self.b1
        self.A = self.Z * (self.Z > 0)
        return self.A.dot(self.W2) + self.b2

    def loss(self, X, y):
        P = softmax(self.forward(X))
        return -np.mean(np.sum(one_hot(y, P.shape[1]) * np.log(P + EPS), axis=1))

    def gradients(self, X, y):
        P = softmax(self.forward(X))
        d = (P - one_hot(y, P.shape[1])) / X.shape[0]
        g = {"W2": self.A.T.dot(d), "b2": np.sum(d, 0, keepdims=True)}
        d = d.dot(self.W2.T)
        d[self.Z <= 0] = 0
        g["W1"] = X.T.dot(d)
        g["b1"] = np.sum(d, 0, keepdims=True)
        return g

    def fit(self, X, y, *, lr, batches):
        losses = []
        for batch in batches:
            losses.append(self.loss(X[batch], y[batch]))
            g = self.gradients(X[batch], y[batch])
            self.W1 -= lr * g["W1"]
            self.b1 -= lr * g["b1"]
            self.W2 -= lr * g["W2"]
            self.b2 -= lr * g["b2"]
        return losses

    def predict(self, X):
        return softmax(self.forward(X)).argmax(1)
