"""My MLP in plain NumPy. One hidden layer, ReLU, softmax at the end."""

import numpy as np


def softmax(z):
    z = z - np.max(z, axis=1, keepdims=True)
    e = np.exp(z)
    return e / np.sum(e, axis=1, keepdims=True)


class MLP:
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        gen = np.random.default_rng(seed)
        # He initialisation, see the lecture
        self.params = dict(
            W1=gen.standard_normal((n_in, n_hidden)) * np.sqrt(2.0 / n_in),
            b1=np.zeros(n_hidden),
            W2=gen.standard_normal((n_hidden, n_out)) * np.sqrt(2.0 / n_hidden),
            b2=np.zeros(n_out),
        )

    def _layers(self, X):
        z1 = np.dot(X, self.params["W1"]) + self.params["b1"]
        a1 = np.maximum(0, z1)
        return z1, a1, np.dot(a1, self.params["W2"]) + self.params["b2"]

    def forward(self, X):
        return self._layers(X)[-1]

    def loss(self, X, y):
        probs = softmax(self.forward(X))
        correct = probs[np.arange(len(y)), y]
        return float(np.mean(-np.log(correct)))

    def gradients(self, X, y):
        z1, a1, logits = self._layers(X)
        onehot = np.eye(logits.shape[1])[y]
        d2 = (softmax(logits) - onehot) / len(X)
        d1 = np.dot(d2, self.params["W2"].T)
        d1[z1 <= 0] = 0
        return {"W1": X.T @ d1, "b1": d1.sum(axis=0), "W2": a1.T @ d2, "b2": d2.sum(axis=0)}

    def fit(self, X, y, *, lr, batches):
        history = []
        for idx in batches:
            xb, yb = X[idx], y[idx]
            history.append(self.loss(xb, yb))
            grads = self.gradients(xb, yb)
            for name in self.params:
                self.params[name] = self.params[name] - lr * grads[name]
        return history

    def predict(self, X):
        return np.argmax(self.forward(X), axis=1)
