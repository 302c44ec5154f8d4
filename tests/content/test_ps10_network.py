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
