"""The network, its loss and its gradients."""

import numpy as np


def softmax(scores):
    """Turn scores (n, k) into probabilities (n, k)."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(probabilities, labels):
    """Return the mean negative log likelihood of labels (n,)."""
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


class MLP:
    """Two linear layers with a ReLU between them."""

    def __init__(self, inputs, hidden, classes, seed=0):
        rng = np.random.default_rng(seed)
        self.W1, self.b1 = rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden)), np.zeros(hidden)
        self.W2, self.b2 = rng.normal(0, np.sqrt(2 / hidden), (hidden, classes)), np.zeros(classes)

    def forward(self, X):
        """Return the probabilities (n, classes) for inputs X (n, inputs)."""
        self.hidden = np.maximum(X @ self.W1 + self.b1, 0)
        return softmax(self.hidden @ self.W2 + self.b2)

    def step(self, X, labels, rate=0.5):
        """Take one step of gradient descent, and return the loss before it."""
        probabilities = self.forward(X)
        d_scores = probabilities.copy()
        d_scores[np.arange(len(labels)), labels] -= 1
        d_scores /= len(labels)
        d_hidden = d_scores @ self.W2.T * (self.hidden > 0)
        self.W2 -= rate * self.hidden.T @ d_scores
        self.b2 -= rate * d_scores.sum(axis=0)
        self.W1 -= rate * X.T @ d_hidden
        self.b1 -= rate * d_hidden.sum(axis=0)
        return cross_entropy(probabilities, labels)
