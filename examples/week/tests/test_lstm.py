"""The LSTM: its cell day by day, its scales, its seed."""

import numpy as np
import pytest
import torch
from known import close
from lstm import build, daily_returns, encode, fit, forecast

HORIZON = 3


@pytest.fixture
def prices():
    return np.exp(np.random.default_rng(2).normal(size=(40, 2)).cumsum(axis=0) / 20)


def test_daily_returns_are_differences_of_logs():
    close(daily_returns(np.exp([[0.0, 1.0], [2.0, 1.5]])), [[2.0, 0.5]])


def test_the_seed_decides_the_weights_and_leaves_other_chance_alone():
    torch.manual_seed(1)
    first, drawn = build(2, 3, seed=5), torch.rand(1)
    torch.manual_seed(1)
    close(torch.rand(1), drawn)
    close(build(2, 3, seed=5).lstm.weight_hh_l0.detach(), first.lstm.weight_hh_l0.detach())
    other = build(2, 3, seed=6).lstm.weight_hh_l0
    close(torch.equal(other, first.lstm.weight_hh_l0), False)


def test_encode_gives_the_state_after_the_last_day():
    model, windows = build(2, 3, seed=0), torch.linspace(-1, 1, 2 * 4 * 2).reshape(2, 4, 2)
    cell = torch.nn.LSTMCell(2, 3)
    cell.load_state_dict({n.removesuffix("_l0"): w for n, w in model.lstm.state_dict().items()})
    state = None
    with torch.no_grad():
        for day in range(4):
            state = cell(windows[:, day], state)
        close(encode(model, windows.numpy()), state[0])
        model.head.weight.fill_(1.0)
        model.head.bias.fill_(0.5)
        close(model(windows), state[0].sum(dim=1, keepdim=True) + torch.full((1, 2), 0.5))


def test_an_untrained_network_forecasts_the_mean_and_a_bias_counts_in_standard_deviations(prices):
    model = fit(prices, horizon=HORIZON, epochs=0)
    logs = np.log(prices)
    returns, targets = np.diff(logs, axis=0), (logs[HORIZON:] - logs[:-HORIZON])[20:]
    close(model.returns_mean, returns.mean(axis=0))
    close(forecast(model, prices), targets.mean(axis=0))
    with torch.no_grad():
        model.head.bias.fill_(1.0)
    close(forecast(model, prices), targets.mean(axis=0) + targets.std(axis=0, ddof=1))


def test_a_forecast_reads_the_last_twenty_returns_in_the_scale_of_training(prices):
    model = fit(prices, horizon=HORIZON, epochs=1)
    window = (np.diff(np.log(prices), axis=0)[-20:] - model.returns_mean.numpy()) / model.returns_std.numpy()
    with torch.no_grad():
        scaled = model(torch.tensor(window[None], dtype=torch.float32))[0]
    close(forecast(model, prices), model.targets_mean + model.targets_std * scaled)


def test_what_repeats_is_learnt_and_the_same_seed_learns_the_same():
    waves = np.exp(np.sin(np.arange(80) * np.pi / 4))[:, None]
    model, again = (fit(waves, horizon=2, seed=3, epochs=80) for _ in range(2))
    found = np.array([forecast(model, waves[: t + 1])[0] for t in range(60, 76)])
    errors = found - np.log(waves[62:78, 0] / waves[60:76, 0])
    close(np.mean(errors**2) < 0.25, True)  # a constant's is 1
    close(forecast(again, waves), forecast(model, waves))
