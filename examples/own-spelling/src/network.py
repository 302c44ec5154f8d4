"""A network of sigmoid-free layers, columns of weights as rows: W is (out, in)."""

import numpy as np


class Network:
    def __init__(self, sizes):
        rng = np.random.default_rng(3)
        self.weights = [rng.normal(0, np.sqrt(2 / i), (o, i)) for i, o in zip(sizes, sizes[1:])]
        self.biases = [np.zeros((o, 1)) for o in sizes[1:]]

    def feedforward(self, x):
        """x: (n_in, batch), one example per column. Returns all activations."""
        acts = [x]
        for k, (w, b) in enumerate(zip(self.weights, self.biases)):
            z = w @ acts[-1] + b
            acts.append(z if k == len(self.weights) - 1 else np.maximum(z, 0))
        return acts

    def train_step(self, x, t, lr):
        acts = self.feedforward(x)
        z = acts[-1] - acts[-1].max(axis=0)
        p = np.exp(z) / np.exp(z).sum(axis=0)
        delta = (p - t) / x.shape[1]
        for k in (1, 0):
            dw, db = delta @ acts[k].T, delta.sum(axis=1, keepdims=True)
            delta = (self.weights[k].T @ delta) * (acts[k] > 0)
            self.weights[k] -= lr * dw
            self.biases[k] -= lr * db


print("training on MNIST ...")

net = Network([784, 100, 10])
net.fit(*download_mnist())  # noqa: F821
