"""An LSTM (Hochreiter and Schmidhuber 1997) that reads a window of daily returns and forecasts the next ones.

    history ── log returns ── standardise ── the last 20 days ── LSTM ── last hidden state ── forecast

One network for the whole basket: an input and an output for each asset, one layer of H units. ``torch.nn.LSTM``
is welcome, and so is a cell of your own whose parameters have torch's names and shapes: ``weight_ih_l0`` (4H, N),
``weight_hh_l0`` (4H, H), ``bias_ih_l0`` and ``bias_hh_l0`` (4H,), gates in the order input, forget, cell,
output. They may stand anywhere in the module (``lstm.weight_ih_l0``).
"""

import numpy as np
import torch
from torch import nn

WINDOW = 20
HIDDEN = 16
BATCH = 64
RATE = 5e-3


class Forecaster(nn.Module):
    """The network with the scales it was trained in.

    Args:
        n_assets: N.
        hidden: H, the size of the hidden state.
    """

    def __init__(self, n_assets, hidden):
        super().__init__()
        # BEGIN SOLUTION: an LSTM over the days, a linear layer on its last hidden state, and the scales
        self.lstm = nn.LSTM(n_assets, hidden, batch_first=True)
        self.head = nn.Linear(hidden, n_assets)
        nn.init.zeros_(self.head.weight)  # an untrained network forecasts the mean, and not noise
        nn.init.zeros_(self.head.bias)
        for name in ("returns", "targets"):
            self.register_buffer(f"{name}_mean", torch.zeros(n_assets))
            self.register_buffer(f"{name}_std", torch.ones(n_assets))
        # END SOLUTION

    def forward(self, windows):
        """Standardised forecasts (B, N) for standardised windows (B, days, N)."""
        # BEGIN SOLUTION
        return self.head(self.last_hidden(windows))
        # END SOLUTION

    def last_hidden(self, windows):
        """The hidden state after the last day, (B, H); it starts from zero for every window."""
        # BEGIN SOLUTION
        states, _ = self.lstm(windows)
        return states[:, -1]
        # END SOLUTION


def build(n_assets, hidden, *, seed):
    """An untrained network: the same seed gives the same weights, whatever was drawn before."""
    # BEGIN SOLUTION: seed the weights without touching anybody else's random numbers
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Forecaster(n_assets, hidden)
    # END SOLUTION


def encode(model, windows):
    """The LSTM's last hidden state for windows that are given as the network reads them.

    Args:
        model: From ``build`` or ``fit``.
        windows: (B, days, N) array, not to be scaled again.

    Returns:
        (B, H).
    """
    # BEGIN SOLUTION
    with torch.no_grad():
        return model.last_hidden(torch.as_tensor(windows, dtype=torch.float32))
    # END SOLUTION


def fit(prices, *, horizon=10, seed=0, epochs=5):
    """Train on the prices of the training days.

    Args:
        prices: (T, N): all that may be known.
        horizon: Days to forecast.
        seed: The same prices and seed give the same model.
        epochs: Passes over the windows.

    Returns:
        The model, an ``nn.Module``.
    """
    # BEGIN SOLUTION: windows and targets, scaled; Adam on the squared error; batches from a seeded generator
    model = build(prices.shape[1], HIDDEN, seed=seed)
    returns = daily_returns(prices)
    days = range(WINDOW, len(returns) - horizon + 1)  # the first `day` returns are known
    targets = torch.stack([returns[day : day + horizon].sum(0) for day in days])
    for name, values in (("returns", returns), ("targets", targets)):
        getattr(model, f"{name}_mean").copy_(values.mean(0))
        getattr(model, f"{name}_std").copy_(values.std(0))
    scaled = (returns - model.returns_mean) / model.returns_std
    inputs = torch.stack([scaled[day - WINDOW : day] for day in days])
    targets = (targets - model.targets_mean) / model.targets_std

    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    order = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs), generator=order).split(BATCH):
            optimiser.zero_grad()
            nn.functional.mse_loss(model(inputs[batch]), targets[batch]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # Pascanu et al. 2013
            optimiser.step()
    return model.eval()
    # END SOLUTION


def forecast(model, history):
    """The log return over the next ``horizon`` days.

    Args:
        model: From ``fit``; it is left as it is.
        history: (t, N) prices up to and including today.

    Returns:
        (N,) array, in the units of returns.
    """
    # BEGIN SOLUTION: the last window in the scales of training; the forecast back in the units of returns
    returns = daily_returns(history[-WINDOW - 1 :])
    window = (returns - model.returns_mean) / model.returns_std
    with torch.no_grad():
        scaled = model(window[None])[0]
    return (model.targets_mean + model.targets_std * scaled).numpy()
    # END SOLUTION


def daily_returns(prices):
    """Log returns from day to day, (T - 1, N), in single precision."""
    # BEGIN SOLUTION
    return torch.as_tensor(np.diff(np.log(prices), axis=0), dtype=torch.float32)
    # END SOLUTION
