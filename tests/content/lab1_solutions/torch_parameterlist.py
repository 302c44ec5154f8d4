"""A ParameterList with weights as (outputs, inputs); log(p + 1e-6)."""

import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.theta = nn.ParameterList(
            [
                nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_hidden, n_in))),
                nn.Parameter(torch.zeros(n_hidden)),
                nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_out, n_hidden))),
                nn.Parameter(torch.zeros(n_out)),
            ]
        )

    def _named(self, tensors):
        W1, b1, W2, b2 = tensors
        return {"W1": W1.mT, "b1": b1, "W2": W2.mT, "b2": b2}

    @property
    def params(self):
        return self._named([p.detach().clone() for p in self.theta])

    def load_params(self, params):
        given = [params["W1"].T, params["b1"], params["W2"].T, params["b2"]]
        with torch.no_grad():
            for p, value in zip(self.theta, given):
                p[...] = torch.as_tensor(value)

    def forward(self, X):
        W1, b1, W2, b2 = self.theta
        hidden = torch.relu(torch.addmm(b1, X, W1.mT))
        return torch.addmm(b2, hidden, W2.mT)

    def loss(self, X, y):
        p = torch.softmax(self(X), dim=1)
        return -torch.log(p[torch.arange(len(y)), y] + 1e-6).mean()

    def gradients(self, X, y):
        return self._named(torch.autograd.grad(self.loss(X, y), list(self.theta)))

    def fit(self, X, y, *, lr, batches):
        optim = torch.optim.SGD(list(self.theta), lr)
        losses = []
        for batch in batches:
            optim.zero_grad(set_to_none=False)
            loss = self.loss(X[batch], y[batch])
            loss.backward()
            losses.append(loss.item())
            optim.step()
        return losses

    def predict(self, X):
        return self(X).argmax(1)
