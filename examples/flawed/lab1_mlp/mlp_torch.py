"""The same network with torch.nn and autograd."""

import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.hidden = nn.Linear(n_in, n_hidden)
        self.out = nn.Linear(n_hidden, n_out)
        nn.init.kaiming_normal_(self.hidden.weight, nonlinearity="relu")
        nn.init.zeros_(self.hidden.bias)
        nn.init.zeros_(self.out.bias)

    @property
    def params(self):
        # nn.Linear keeps its weight as (out, in)
        return {
            "W1": self.hidden.weight.T,
            "b1": self.hidden.bias,
            "W2": self.out.weight.T,
            "b2": self.out.bias,
        }

    def load_params(self, params):
        with torch.no_grad():
            self.hidden.weight.copy_(torch.as_tensor(params["W1"]).T)
            self.hidden.bias.copy_(torch.as_tensor(params["b1"]))
            self.out.weight.copy_(torch.as_tensor(params["W2"]).T)
            self.out.bias.copy_(torch.as_tensor(params["b2"]))

    def forward(self, X):
        return self.out(torch.relu(self.hidden(X)))

    def loss(self, X, y):
        return nn.functional.cross_entropy(self(X), y)

    def gradients(self, X, y):
        names = ("W1", "b1", "W2", "b2")
        leaves = (self.hidden.weight, self.hidden.bias, self.out.weight, self.out.bias)
        found = torch.autograd.grad(self.loss(X, y), leaves)
        return {n: g.T if n.startswith("W") else g for n, g in zip(names, found)}

    def fit(self, X, y, *, lr, batches):
        optimizer = torch.optim.SGD(self.parameters(), lr=lr)
        history = []
        for idx in batches:
            loss = self.loss(X[idx], y[idx])
            history.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return history

    def predict(self, X):
        with torch.no_grad():
            return self(X).argmax(dim=1)
