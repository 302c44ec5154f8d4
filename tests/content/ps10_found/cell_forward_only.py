"""A cell that goes forward; the way back was never written."""

import numpy as np


class RNNCell:
    def __init__(self, input_size, hidden_size):
        bound = 1 / np.sqrt(hidden_size)
        self.W_ih = np.random.uniform(-bound, bound, (input_size, hidden_size))
        self.W_hh = np.random.uniform(-bound, bound, (hidden_size, hidden_size))
        self.b_h = np.random.uniform(-bound, bound, hidden_size)

    def forward(self, x, h_prev):
        return np.tanh(np.dot(x, self.W_ih) + np.dot(h_prev, self.W_hh) + self.b_h)
