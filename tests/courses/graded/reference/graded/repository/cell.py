"""A cell on top of a layer."""

from dataclasses import dataclass

import numpy as np
from layers import Layer
from loader import load


@dataclass
class State:
    """What a cell remembers."""

    hidden: "np.ndarray"


class Cell:
    """tanh, then a layer."""

    def __init__(self, n_in, n_out):
        self.output = Layer(n_in, n_out)

    def forward(self, X):
        """The outputs of a batch."""
        # BEGIN SOLUTION
        return self.output.forward(State(np.tanh(X)).hidden)
        # END SOLUTION


def train():
    """Fit the mean of the data; leaves a checkpoint."""
    # BEGIN SOLUTION
    X = load()
    np.savez("best.npz", mean=X.mean(axis=0))
    return X.mean(axis=0)
    # END SOLUTION
