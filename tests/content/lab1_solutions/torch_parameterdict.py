"""A ParameterDict; einsum; logsumexp."""

import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        super().__init__()
        rng = torch.Generator().manual_seed(seed)
        self.weights = nn.ParameterDict(
            {
                "W1": torch.empty(n_in, n_hidden).uniform_(-0.1, 0.1, generator=rng),
                "b1": torch.zeros(n_hidden),
                "W2": torch.empty(n_hidden, n_out).uniform_(-0.1, 0.1, generator=rng),
                "b2": torch.zeros(n_out),
            }
        )

    @property
    def params(self):
        return {name: p.data for name, p in self.weights.items()}

    def load_params(self, params):
        for name in self.weights:
            self.weights[name] = nn.Parameter(torch.as_tensor(params[name]))

    def forward(self, X):
        w = self.weights
        H = torch.maximum(torch.einsum("ni,ih->nh", X, w["W1"]) + w["b1"], torch.zeros(1, dtype=X.dtype))
        return torch.einsum("nh,ho->no", H, w["W2"]) + w["b2"]

    def loss(self, X, y):
        Z = self(X)
        return (torch.logsumexp(Z, 1) - Z[range(len(y)), y]).mean()

    def gradients(self, X, y):
        self.zero_grad()
        self.loss(X, y).backward()
        return {name: p.grad for name, p in self.weights.items()}

    def fit(self, X, y, *, lr, batches):
        losses = []
        for rows in batches:
            self.zero_grad()
            loss = self.loss(X[rows], y[rows])
            loss.backward()
            for p in self.parameters():
                p.data -= lr * p.grad
            losses.append(loss.item())
        return losses

    def predict(self, X):
        return self(X).argmax(dim=1)
