"""Imports the NumPy net, to compare the two curves when run as a script."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from mlp_numpy import MLP as NumpyMLP
import mlp_numpy


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        super().__init__()
        rng = np.random.default_rng(seed)
        self.first = nn.Linear(n_in, n_hidden)
        self.second = nn.Linear(n_hidden, n_out)
        with torch.no_grad():
            for layer in (self.first, self.second):
                layer.weight.copy_(torch.from_numpy(rng.normal(size=tuple(layer.weight.shape)) * 0.1))
                layer.bias.zero_()

    @property
    def params(self):
        return {
            "W1": self.first.weight.detach().T,
            "b1": self.first.bias.detach(),
            "W2": self.second.weight.detach().T,
            "b2": self.second.bias.detach(),
        }

    def load_params(self, params):
        if isinstance(params, NumpyMLP):
            params = params.params
        with torch.no_grad():
            self.first.weight.copy_(torch.as_tensor(params["W1"]).T)
            self.first.bias.copy_(torch.as_tensor(params["b1"]))
            self.second.weight.copy_(torch.as_tensor(params["W2"]).T)
            self.second.bias.copy_(torch.as_tensor(params["b2"]))

    def forward(self, X):
        return self.second(F.relu(self.first(X)))

    def loss(self, X, y):
        return F.cross_entropy(self(X), y)

    def gradients(self, X, y):
        self.zero_grad()
        self.loss(X, y).backward()
        return {
            "W1": self.first.weight.grad.T,
            "b1": self.first.bias.grad,
            "W2": self.second.weight.grad.T,
            "b2": self.second.bias.grad,
        }

    def fit(self, X, y, *, lr, batches):
        optimizer = torch.optim.SGD(self.parameters(), lr=lr)
        losses = []
        for rows in batches:
            optimizer.zero_grad()
            loss = self.loss(X[rows], y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    def predict(self, X):
        return self(X).argmax(dim=1)


def compare(X, y, batches):
    """Both curves from the same start."""
    net, port = NumpyMLP(X.shape[1], 8, 3), MLP(X.shape[1], 8, 3)
    port.load_params(net.params)
    return net.fit(X, y, lr=0.1, batches=batches), port.fit(
        torch.as_tensor(X), torch.as_tensor(y), lr=0.1, batches=batches
    )


if __name__ == "__main__":
    print(mlp_numpy.log_softmax(np.zeros((1, 2))))
