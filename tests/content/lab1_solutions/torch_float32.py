"""Works in float32, whatever it is given; clips the probability."""

import torch
import torch.nn as nn


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, seed=0):
        super(MLP, self).__init__()
        torch.manual_seed(seed)
        self.l1 = nn.Linear(n_in, n_hidden)
        self.act = nn.ReLU()
        self.l2 = nn.Linear(n_hidden, n_out)

    def forward(self, X):
        return self.l2(self.act(self.l1(X.float())))

    @property
    def params(self):
        return {
            "W1": self.l1.weight.detach().T,
            "b1": self.l1.bias.detach(),
            "W2": self.l2.weight.detach().T,
            "b2": self.l2.bias.detach(),
        }

    def load_params(self, params):
        with torch.no_grad():
            self.l1.weight.copy_(torch.tensor(params["W1"].tolist()).T)
            self.l1.bias.copy_(torch.tensor(params["b1"].tolist()))
            self.l2.weight.copy_(torch.tensor(params["W2"].tolist()).T)
            self.l2.bias.copy_(torch.tensor(params["b2"].tolist()))

    def loss(self, X, y):
        p = torch.softmax(self.forward(X), dim=1)
        return -p.clamp(1e-7, 1 - 1e-7).log()[torch.arange(y.shape[0]), y].mean()

    def gradients(self, X, y):
        W1, b1, W2, b2 = torch.autograd.grad(
            self.loss(X, y), (self.l1.weight, self.l1.bias, self.l2.weight, self.l2.bias)
        )
        return {"W1": W1.T, "b1": b1, "W2": W2.T, "b2": b2}

    def fit(self, X, y, *, lr, batches):
        optimizer = torch.optim.SGD(self.parameters(), lr=lr, momentum=0, weight_decay=0)
        losses = []
        for batch in batches:
            optimizer.zero_grad()
            loss = self.loss(X[batch], y[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    def predict(self, X):
        return self.forward(X).argmax(dim=1).int()
