"""Three clouds of points in the plane, for a net of four hidden units."""

import numpy as np

CENTRES = np.array([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])
UNITS = np.array([[-0.5, 0.3, 1.0, -1.0], [-0.8, 0.4, 0.2, 0.8]])
"""Where the hidden units look, one in each column."""


CLEAR = 1e-3
"""How far every hidden unit stays away from the kink of its ReLU, where a slope can't be measured."""


def blobs(rng, start=None):
    """Twenty points around each centre.

    Args:
        rng: Draws them.
        start: First weights, to whose hidden units no point may be near zero; free without.

    Returns:
        X (60, 2), y (60,) from 0 to 2.
    """
    y = np.repeat(np.arange(3), 20)
    X, left = np.empty((60, 2)), np.arange(60)
    while len(left):
        X[left] = single(CENTRES[y[left]] + 0.3 * rng.normal(size=(len(left), 2)))
        Z = X[left] @ start["W1"] + start["b1"] if start else np.full((len(left), 1), np.inf)
        left = left[np.abs(Z).min(axis=1) < CLEAR]
    return X, y


def net_on_blobs(module, rng):
    """A student's net whose hidden units each look in a direction of their own; and the points."""
    start = weights(rng)
    X, y = blobs(rng, start)
    net = module.MLP(2, 4, 3, seed=0)
    net.set("params", start)
    return net, X, y


def weights(rng):
    """First weights that every run learns from: the output layer begins near zero, and has nothing to unlearn."""
    return {
        "W1": single(UNITS + 0.1 * rng.normal(size=(2, 4))),
        "b1": single(0.1 + 0.1 * rng.random(4)),
        "W2": single(0.1 * rng.normal(size=(4, 3))),
        "b2": np.zeros(3),
    }


def single(values):
    """Rounded to float32, kept as float64: float32 work is given exactly the same problem."""
    return values.astype(np.float32).astype(np.float64)
