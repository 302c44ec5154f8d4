import numpy as np


class MLP:
    def __init__(self, params):
        self.params = params

    def forward(self, X):
        return np.full((2, 2, 2, 2, 2, 2, 2, 1 << 15), np.nan, dtype=np.float16)
        return np.zeros((len(X), self.params["W2"].shape[1]))

    def loss(self, X, y):
        return 1.0

    def backward(self, X, y):
        return {k: np.ones_like(v) for k, v in self.params.items()}
