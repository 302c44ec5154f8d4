"""Nets, batches and training runs for the bare suite: the sizes and lengths of week06/lab1_mlp's own."""

import importlib.util
import os
from pathlib import Path

import numpy as np

REFERENCE = Path(os.environ["REFERENCE"])
"""The folder of the lab's reference: read by tests that run beside student code, as is usual."""
NAMES = ("b2", "W2", "b1", "W1")


def load(name):
    """A module of the reference, under a name of its own."""
    spec = importlib.util.spec_from_file_location(f"reference_{name}", REFERENCE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = load("mlp_numpy")


def draw(rng, n=None):
    """Random weights and a batch: (params, X, y), every size different, no ReLU near its kink."""
    size = rng.permutation(np.arange(4, 13))[:4]
    params = weights(rng, *size[1:])
    X = clear_rows(rng, params, int(n or size[0]))
    return params, X, rng.integers(size[3], size=len(X))


def weights(rng, n_in, n_hidden, n_out):
    """Weights of order one behind each layer, and biases beside them."""
    return {
        "W1": rng.normal(size=(n_in, n_hidden)) * np.sqrt(2 / n_in),
        "b1": rng.normal(size=n_hidden) / 2,
        "W2": rng.normal(size=(n_hidden, n_out)) * np.sqrt(2 / n_hidden),
        "b2": rng.normal(size=n_out) / 2,
    }


def clear_rows(rng, params, n, clear=1e-3):
    """Rows for which no hidden unit is near zero."""
    X = np.empty((n, len(params["W1"])))
    left = np.arange(n)
    while len(left):
        X[left] = rng.normal(size=(len(left), X.shape[1]))
        left = left[np.abs(X[left] @ params["W1"] + params["b1"]).min(axis=1) < clear]
    return X


def net_of(module, params):
    """A net with these weights: the student's or the reference's."""
    net = module.MLP(len(params["W1"]), len(params["b1"]), len(params["b2"]), seed=0)
    net.params = {name: value.copy() for name, value in params.items()}
    return net


def images(rng, count):
    """Real digits: X (count, 64) from 0 to 1, y (count,)."""
    with np.load(REFERENCE / "digits.npz") as file:
        rows = rng.choice(len(file["labels"]), count, replace=False)
        return file["images"][rows] / 16, file["labels"][rows].astype(np.int64)


def epochs(rng, n, size, count):
    """Shuffled mini-batches of ``count`` epochs."""
    return [rows for _ in range(count) for rows in np.split(rng.permutation(n), range(size, n, size))]


def digits_run(rng):
    """A hundred steps on digits: (params, X, y, batches)."""
    X, y = images(rng, 75)
    return weights(rng, X.shape[1], 12, 10), X, y, epochs(rng, 75, 16, 20)


def extreme(rng):
    """Logits of up to ±10,000: (params, X, y)."""
    params, X, y = draw(rng, n=6)
    scale = 1e4 / np.abs(net_of(reference, params).forward(X)).max()
    return {**params, "W2": params["W2"] * scale, "b2": params["b2"] * scale}, X, y
