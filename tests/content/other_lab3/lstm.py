import copy

import numpy as np
import torch
from torch import nn


class Cell(nn.Module):
    """An LSTM by hand, in double precision."""

    def __init__(self, n, h):
        super().__init__()
        k = h**-0.5
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * h, n, dtype=torch.float64).uniform_(-k, k))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * h, h, dtype=torch.float64).uniform_(-k, k))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(4 * h, dtype=torch.float64))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(4 * h, dtype=torch.float64))
        with torch.no_grad():
            self.bias_ih_l0[h : 2 * h] = 1.0

    def forward(self, x):
        h = c = x.new_zeros(len(x), self.weight_hh_l0.shape[1])
        for t in range(x.shape[1]):
            z = x[:, t] @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T + self.bias_hh_l0
            i, f, g, o = z.chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        return h


class Net(nn.Module):
    def __init__(self, n, h):
        super().__init__()
        self.body = nn.ModuleDict({"rnn": Cell(n, h)})
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(h, n).double()

    def forward(self, x):
        return self.out(self.drop(self.body["rnn"](x)))


def build(n_assets, hidden, *, seed):
    torch.manual_seed(seed)
    return Net(n_assets, hidden)


def encode(model, windows):
    return model.body["rnn"](torch.tensor(windows)).detach().numpy()


def fit(prices, *, horizon=10, seed=0, epochs=5):
    torch.manual_seed(seed)
    r = np.diff(np.log(prices), axis=0)
    cum = np.vstack([np.zeros(r.shape[1]), np.cumsum(r, axis=0)])
    days = np.arange(15, len(r) - horizon + 1)
    scale = np.abs(r).mean(axis=0)
    X = torch.tensor(np.stack([r[d - 15 : d] for d in days]) / scale)
    y = torch.tensor((cum[days + horizon] - cum[days]) / scale / horizon)
    net = Net(prices.shape[1], 24)
    net.scale, net.horizon = scale, horizon
    optimiser = torch.optim.RMSprop(net.parameters(), lr=2e-3)
    cut = int(0.9 * len(X))
    best, kept = np.inf, copy.deepcopy(net.state_dict())
    for _ in range(epochs):
        net.train()
        for rows in torch.randperm(cut - horizon).split(32):
            loss = ((net(X[rows]) - y[rows]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        net.eval()
        with torch.no_grad():
            held_out = float(((net(X[cut:]) - y[cut:]) ** 2).mean())
        if held_out < best:
            best, kept = held_out, copy.deepcopy(net.state_dict())
    net.load_state_dict(kept)
    return net


def forecast(model, history):
    model.eval()
    r = np.diff(np.log(history[-16:]), axis=0) / model.scale
    with torch.no_grad():
        return model.horizon * model.scale * model(torch.tensor(r)[None])[0].numpy()
