"""A batch stands in columns; weights are (out, in); gradients stay with the layer."""

import numpy as np


class Layer:
    def __init__(self, n_in, n_out, act="relu"):
        self.W = np.random.randn(n_out, n_in) * 0.01
        self.b = np.zeros((n_out, 1))
        self.act = act
        self.dW = self.db = None

    def g(self, z):
        if self.act == "relu":
            return z * (z > 0)
        if self.act == "sigmoid":
            return 1.0 / (1.0 + np.exp(-z))
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)

    def g_prime(self, z):
        return (z > 0) * 1.0 if self.act == "relu" else self.g(z) * (1 - self.g(z))

    def forward(self, A_prev):
        self.A_prev = A_prev
        self.z = self.W.dot(A_prev) + self.b
        return self.g(self.z)

    def backward(self, dA, lr):
        dz = dA * self.g_prime(self.z)
        self.dW = dz.dot(self.A_prev.T)
        self.db = dz.sum(axis=1, keepdims=True)
        dA_prev = self.W.T.dot(dz)
        self.W = self.W - lr * self.dW
        self.b = self.b - lr * self.db
        return dA_prev
