"""Train the network on two rings, and print its loss."""

import argparse

import numpy as np

from mlp import MLP


def rings(n, seed=0):
    """Return n points on two rings, and which ring each lies on."""
    rng = np.random.default_rng(seed)
    labels, angles = rng.integers(0, 2, n), rng.uniform(0, 2 * np.pi, n)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * (labels + 1)[:, None], labels


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    X, y = rings(200)
    net = MLP(2, 16, 2)
    for _ in range(options.steps):
        loss = net.step(X, y)
    print(f"loss after {options.steps} steps: {loss:.3f}")
