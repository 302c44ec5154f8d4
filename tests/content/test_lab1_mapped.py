"""Repositories that spell the lab in their own way are graded by what they compute, conventions included."""

import json

import pytest

from grader.records import Outcome
from tests.suites import Suite

pytestmark = pytest.mark.torch

SUITE = Suite("week06", "lab1_mlp")
ADVICE = {check for c in SUITE.lab.criteria if c.weight == "advice" for check in c.checks}

NETWORK = """
import numpy as np

class Network:
    def __init__(self, sizes):
        rng = np.random.default_rng()
        self.w = [rng.normal(0, 0.3, (o, i)) for i, o in zip(sizes, sizes[1:])]
        self.b = [np.zeros((o, 1)) for o in sizes[1:]]

    def probabilities(self, x):  # examples are columns
        self.h = np.maximum(self.w[0] @ x + self.b[0], 0)
        p = np.exp(self.w[1] @ self.h + self.b[1])
        return p / p.sum(axis=0)

    def backprop(self, x, t):
        d = (self.probabilities(x) - t) * SCALE
        g = (self.w[1].T @ d) * (self.h > 0) * HIDDEN
        return [g @ x.T, g.sum(axis=1, keepdims=True), d @ self.h.T, d.sum(axis=1, keepdims=True)]

    def update(self, x, t, lr):
        for a, g in zip((self.w[0], self.b[0], self.w[1], self.b[1]), self.backprop(x, t)):
            a -= lr * g
"""
SPELLED = {
    "make": "Network([n_in, n_hidden, n_out])",
    **{"W1": "m.w[0]", "b1": "m.b[0]", "W2": "m.w[1]", "b2": "m.b[1]"},
    "forward": "m.probabilities(X.T).T",
}
ROUTES = {
    "gradients": {**SPELLED, "gradients": "m.backprop(X.T, np.eye(n_out)[y].T)"},
    "one step": {**SPELLED, "step": "m.update(X.T, np.eye(n_out)[y].T, lr)"},
}
PORT = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(sizes[0], sizes[1]), nn.Linear(sizes[1], sizes[2])

    def forward(self, x):
        return torch.log_softmax(self.fc2(torch.relu(self.fc1(x))), dim=1)

def train(net, x, y, lr):
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    optimizer.zero_grad()
    nn.functional.nll_loss(net(x), y).backward()
    optimizer.step()
"""
PORT_SPELLED = {
    "make": "Net([n_in, n_hidden, n_out])",
    **{"W1": "m.fc1.weight", "b1": "m.fc1.bias", "W2": "m.fc2.weight", "b2": "m.fc2.bias"},
    "forward": "m(X)",
    "step": "train(m, X, y, lr)",
}


def spelled(module, spelling):
    """An instructor's mapping of one module, in YAML's own JSON."""
    return json.dumps({"labs": {"lab1_mlp": {module: spelling}}})


def judged(scale, hidden="1.0", route="gradients", seed=1):
    """Outcomes that are not passed, and notes, for a network with this scale of its loss."""
    network = NETWORK.replace("SCALE", scale).replace("HIDDEN", hidden)
    found = SUITE.run({"mlp_numpy.py": network}, seed, spelled=spelled("mlp_numpy", ROUTES[route]))
    failed = {c: r.finding for c, r in found.items() if r.outcome is Outcome.FAILED and c not in ADVICE}
    return failed, " ".join(result.note for result in found.values())


@pytest.mark.parametrize(
    ("scale", "route", "note"),
    [
        ("1 / x.shape[1]", "gradients", "Your forward pass gives probabilities, taken as your convention."),
        ("1 / x.shape[1]", "one step", "Your forward pass gives probabilities, taken as your convention."),
        ("1.0", "one step", "Your gradients are those of the summed loss: N times those of the mean."),
        (
            "0.5",
            "gradients",
            "All your gradients are 0.5 N times those of the mean loss: taken as your convention.",
        ),
        (
            "2 / x.shape[1]",
            "one step",
            "All your gradients are 2 times those of the mean loss: taken as your convention.",
        ),
    ],
)
def test_one_factor_on_all_gradients_is_a_convention(scale, route, note):
    failed, notes = judged(scale, route=route)
    assert failed == {}
    assert note in notes


@pytest.mark.parametrize("hidden", ["0.5", "1 / x.shape[1]", "-1.0"])
def test_different_factors_are_a_bug(hidden):
    failed, _ = judged("1 / x.shape[1]", hidden)
    assert "gradients.b1" in failed


def test_a_port_in_its_own_spelling_passes():
    found = SUITE.run({"mlp_torch.py": PORT}, 2, spelled=spelled("mlp_torch", PORT_SPELLED))
    assert {c: r.finding for c, r in found.items() if r.outcome is not Outcome.PASSED} == {}
