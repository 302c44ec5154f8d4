"""Problem Set 10, Exercise 1: correct work that looks different keeps all its points.

``grade verify ps10`` proves that the reference passes and that every mistake is caught and named.
"""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.records import Outcome
from tests.suites import COURSE, Suite

SUITE = Suite("ps10", "ex1_network")
WHOLE = sorted((Path(__file__).parent / "ps10_variants").glob("network_*.py"))


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.stem)
def test_a_correct_file_that_is_written_quite_differently_loses_nothing(file):
    found = SUITE.run({"neural_network.py": file.read_text()}, seed=3)
    lost = {id: r.finding or r.waited_for for id, r in found.items() if r.outcome is not Outcome.PASSED}
    assert lost == {}


def test_every_check_is_failed_by_a_mistake():
    assert set(SUITE.checks) == {check for mistake in SUITE.mistakes for check in mistake.fails}


@pytest.mark.parametrize(
    ("ours", "torchs"),
    [
        (("SGD", 0.03, 0.8), lambda p: torch.optim.SGD(p, lr=0.03, momentum=0.8)),
        (("Adam", 0.004, 0.8, 0.95), lambda p: torch.optim.Adam(p, lr=0.004, betas=(0.8, 0.95))),
    ],
    ids=["SGD", "Adam"],
)
def test_the_reference_s_optimizers_take_torch_s_way(ours, torchs, monkeypatch):
    monkeypatch.syspath_prepend(COURSE / "reference/ps10/repository")
    monkeypatch.delitem(sys.modules, "neural_network", raising=False)
    import neural_network

    kind, *settings = ours
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=(1, 4))}
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    optimizer, other = getattr(neural_network.Optimizers, kind)(*settings), torchs(tensors.values())
    for _ in range(20):
        gradients = {name: rng.normal(size=value.shape) for name, value in params.items()}
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(gradients[name])
        other.step()
        optimizer.update(params, gradients)
    for name, tensor in tensors.items():
        assert np.abs(params[name] - tensor.detach().numpy()).max() < 1e-12


SPELLED = """
assignment: ps10
labs:
  ex1_network:
    layer:
      make: "Dense(input_size, output_size, activation)"
      weights: m.W
      bias: m.b
      forward: m(X)
      activate: m.activate(Z)
      activation_derivative: m.activation_derivative(Z)
      backward: m.backward(d_output, learning_rate)
    network:
      make: Net(layer_sizes)
      forward: m.predict(X)
      backward: m.backward(X, y, learning_rate)
      train: m.train(X, y, epochs, batch_size)
    losses:
      make: LossFunctions()
      cross_entropy: "m.cross_entropy(np.asarray(y_true)[:, :], y_pred)"
      mse: m.mse(y_true, y_pred)
"""
NAMES = {
    "class Layer": "class Dense",
    ", Layer(": ", Dense(",
    "append(Layer(": "append(Dense(",
    "class NeuralNetwork": "class Net",
    "= NeuralNetwork(": "= Net(",
    ".weights": ".W",
    ".bias": ".b",
    '    def forward(self, X):\n        """The layer\'s': '    def __call__(self, X):\n        """The layer\'s',
    '    def forward(self, X):\n        """The prob': '    def predict(self, X):\n        """The prob',
    "layer.forward(X)": "layer(X)",
    "self.forward(": "self.predict(",
    "network.forward(": "network.predict(",
}


def test_names_of_one_s_own_go_through_a_mapping():
    """Its cross_entropy takes one-hot rows alone: an expression that raises in the other reading is no misfit."""
    text = SUITE.reference()["neural_network.py"]
    for old, new in NAMES.items():
        assert old in text or old.startswith(","), old
        text = text.replace(old, new)
    checks = [check for check in SUITE.checks if not check.startswith("mnist")]
    found = SUITE.run({"neural_network.py": text}, 4, checks, spelled=SPELLED)
    lost = {id: r.finding or r.waited_for for id, r in found.items() if r.outcome is not Outcome.PASSED}
    assert lost == {}
