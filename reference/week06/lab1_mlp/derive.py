"""What follows from a mapped net's forward pass and one of gradients or step; see ``derive`` in the rubric.

Each function takes a method's arguments, and by name what it follows from: other methods as the mapping spells
them, or ``net``, the mapped net itself, whose ``params`` is a dict of float64 arrays in the lab's layout.
"""

import numpy as np

READING_RATE = 1.0
"""Learning rate at which gradients are read off one update: at 1 nothing is lost to rounding."""


def loss(X, y, *, forward):
    """Mean softmax cross-entropy; a forward pass that gives probabilities will do."""
    logits = as_logits(forward(X))
    largest = logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(logits - largest).sum(axis=1)) + largest[:, 0]
    return float(np.mean(log_sums - logits[np.arange(len(y)), y]))


def as_logits(given):
    """Probabilities as their logarithms, which are as good as logits; anything else as it is."""
    given = np.asarray(given, dtype=float)
    return np.log(given) if (given >= 0).all() and np.allclose(given.sum(axis=1), 1) else given


def gradients(X, y, *, net, step):
    """-ΔW / lr of one update, which is then taken back."""
    before = net.params
    step(X, y, READING_RATE)
    after = net.params
    net.params = before
    return {name: (before[name] - after[name]) / READING_RATE for name in before}


def step(X, y, lr, *, net, gradients):
    """One update along the gradients."""
    before, slopes = net.params, gradients(X, y)
    net.params = {name: before[name] - lr * slopes[name] for name in before}


def fit(X, y, lr, batches, *, loss, step):
    """A step for each batch; the losses before them."""
    losses = []
    for rows in batches:
        losses.append(loss(X[rows], y[rows]))
        step(X[rows], y[rows], lr)
    return losses


def predict(X, *, forward):
    """The class with the largest output."""
    return np.asarray(forward(X)).argmax(axis=1)
