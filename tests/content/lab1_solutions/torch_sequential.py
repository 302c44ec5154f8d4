"""nn.Sequential; its layers by index; torch.manual_seed and torch's own first weights."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.net = nn.Sequential(nn.Linear(n_in, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_out))

    @property
    def params(self):
        return {
            "W1": self.net[0].weight.t(),
            "b1": self.net[0].bias,
            "W2": self.net[2].weight.t(),
            "b2": self.net[2].bias,
        }

    def load_params(self, params):
        params = {k: torch.as_tensor(v) for k, v in params.items()}
        state = {
            "net.0.weight": params["W1"].t(),
            "net.0.bias": params["b1"],
            "net.2.weight": params["W2"].t(),
            "net.2.bias": params["b2"],
        }
        self.load_state_dict(state)

    def forward(self, X):
        return self.net(X)

    def loss(self, X, y):
        return nn.CrossEntropyLoss()(self(X), y)

    def gradients(self, X, y):
        for p in self.parameters():
            p.grad = None
        self.loss(X, y).backward()
        return {
            "W1": self.net[0].weight.grad.t().clone(),
            "b1": self.net[0].bias.grad.clone(),
            "W2": self.net[2].weight.grad.t().clone(),
            "b2": self.net[2].bias.grad.clone(),
        }

    def fit(self, X, y, *, lr, batches):
        opt = torch.optim.SGD(self.net.parameters(), lr=lr)
        losses = []
        self.train()
        for idx in batches:
            opt.zero_grad()
            l = self.loss(X[idx], y[idx])
            losses.append(float(l))
            l.backward()
            opt.step()
        return losses

    def predict(self, X):
        self.eval()
        return torch.argmax(self(X), dim=-1)
