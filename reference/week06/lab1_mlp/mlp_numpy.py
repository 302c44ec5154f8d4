"""A perceptron with one hidden layer, and its gradient by hand.

Forward, for a batch of N rows:

    X ──── W1, b1 ────▶ Z ──── relu ────▶ H ──── W2, b2 ────▶ logits ──── softmax ────▶ P
    (N, n_in)           (N, n_hidden)                         (N, n_out)                (N, n_out)

    loss = the mean over the batch of -log P[i, y[i]]

Backward, the same road from right to left: the gradient of everything has the shape of the thing itself, and
each step multiplies by a local derivative. Worked out in https://cs231n.github.io/neural-networks-case-study/.
"""

import numpy as np


class MLP:
    """Two linear layers with a ReLU between them, trained by plain gradient descent.

    Args:
        n_in: Length of an input row.
        n_hidden: Units in the hidden layer.
        n_out: Classes.
        seed: Of the initial weights: the same seed gives the same weights.

    Attributes:
        params: W1 (n_in, n_hidden), b1 (n_hidden,), W2 (n_hidden, n_out), b2 (n_out,). It may be set.
    """

    def __init__(self, n_in, n_hidden, n_out, seed=0):
        # BEGIN SOLUTION: draw small random weights from a generator with this seed; biases may start at zero
        rng = np.random.default_rng(seed)
        # He et al. 2015: with variance 2 / fan_in, activations behind a ReLU neither die out nor blow up
        self.params = {
            "W1": rng.normal(size=(n_in, n_hidden)) * np.sqrt(2 / n_in),
            "b1": np.zeros(n_hidden),
            "W2": rng.normal(size=(n_hidden, n_out)) * np.sqrt(2 / n_hidden),
            "b2": np.zeros(n_out),
        }
        # END SOLUTION

    def layers(self, X):
        """Z, H and the logits of a batch: forward needs the last, the backward pass needs all three."""
        # BEGIN SOLUTION: from X to Z, H and the logits, as in the picture above
        Z = X @ self.params["W1"] + self.params["b1"]  # (N, n_hidden)
        H = np.maximum(Z, 0)  # (N, n_hidden)
        logits = H @ self.params["W2"] + self.params["b2"]  # (N, n_out)
        return Z, H, logits
        # END SOLUTION

    def forward(self, X):
        """The logits of a batch: a row for each row of X, a column for each class.

        Example: ``MLP(64, 32, 10).forward(X)`` with X of shape (5, 64) has shape (5, 10).
        """
        # BEGIN SOLUTION: the logits
        return self.layers(X)[-1]
        # END SOLUTION

    def loss(self, X, y):
        """Mean softmax cross-entropy: -log of the probability that the true class gets.

        Args:
            X: (N, n_in).
            y: (N,) integer labels from 0 to n_out - 1.

        Example: a net that knows nothing gives each of 10 classes a tenth, so its loss is log(10) = 2.303.
        """
        # BEGIN SOLUTION: the mean over the batch of -log P[i, y[i]], as a float
        log_p = log_softmax(self.forward(X))  # (N, n_out)
        return float(-log_p[np.arange(len(y)), y].mean())
        # END SOLUTION

    def gradients(self, X, y):
        """The derivative of the loss by each parameter, a dict like ``params``: backpropagation by hand."""
        # BEGIN SOLUTION: the same road backwards: logits, then W2 and b2, then H, Z, and at last W1 and b1
        N = len(X)
        Z, H, logits = self.layers(X)

        dlogits = np.exp(log_softmax(logits))  # P, (N, n_out)
        dlogits[np.arange(N), y] -= 1  # P - Y: the true class is pushed up, all others down
        dlogits /= N  # the loss is a mean

        dW2 = H.T @ dlogits  # (n_hidden, N) @ (N, n_out)
        db2 = dlogits.sum(axis=0)  # b2 is in every row, so it hears from every row
        dH = dlogits @ self.params["W2"].T  # (N, n_out) @ (n_out, n_hidden)

        dZ = dH * (Z > 0)  # relu passes on what was positive, and nothing else

        dW1 = X.T @ dZ  # (n_in, N) @ (N, n_hidden)
        db1 = dZ.sum(axis=0)
        return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
        # END SOLUTION

    def fit(self, X, y, *, lr, batches):
        """Stochastic gradient descent: one step for each mini-batch.

        Args:
            X: (N, n_in), all rows.
            y: (N,) labels.
            lr: The learning rate: a step is -lr times the gradient.
            batches: For each step the indices of its rows, e.g. ``[np.array([4, 0, 2]), np.array([1, 3])]``.

        Returns:
            The loss of each mini-batch, before its step, as a list of floats.
        """
        # BEGIN SOLUTION: for each batch, note its loss, then move every parameter against its gradient
        losses = []
        for rows in batches:
            losses.append(self.loss(X[rows], y[rows]))
            gradients = self.gradients(X[rows], y[rows])
            for name, gradient in gradients.items():
                self.params[name] = self.params[name] - lr * gradient
        return losses
        # END SOLUTION

    def predict(self, X):
        """The most likely class of each row: (N,) integers."""
        # BEGIN SOLUTION: the class with the largest logit
        return self.forward(X).argmax(axis=1)
        # END SOLUTION


def log_softmax(logits):
    """Logarithm of the softmax of each row, (N, n_out).

    Adding a constant to a row does not change its softmax; with the largest logit at 0, exp can't overflow.

    Example: [[0, 0]] -> [[-0.693, -0.693]], and so does [[1000, 1000]].
    """
    # BEGIN SOLUTION: shift each row, then subtract the log of the sum of its exponentials
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    # END SOLUTION
