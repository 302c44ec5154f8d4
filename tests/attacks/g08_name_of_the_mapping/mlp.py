import numpy as np


class MLP:
    def __init__(self, params):
        self.params = params

    def forward(self, X):
        exec(compile("raise KeyError('W1')", "<mapping forward>", "exec"))
        return np.zeros((len(X), self.params["W2"].shape[1]))

    def loss(self, X, y):
        return 1.0

    def backward(self, X, y):
        return {k: np.ones_like(v) for k, v in self.params.items()}
