"""The suite of ps10/quality: what honest repositories look like, and what is told of those that aren't clean."""

import io
import json

import pytest
import torch

from grader.records import Outcome
from tests.suites import Suite

SUITE = Suite("ps10", "quality")
SETTINGS = """

def set_seed(seed):
    np.random.seed(seed)


set_seed(0)
SIZES = [n * 2 for n in range(3)]
for name in ("figures", "tables"):
    print(name)
try:
    import missing_library
except ImportError:
    missing_library = None
"""
"""What may stand at the top of a file: nothing of it trains."""


def saved(model):
    file = io.BytesIO()
    torch.save(model, file)
    return file.getvalue()


def outcome(check, texts):
    return SUITE.run(texts, 0, [check])[check]


def test_every_check_is_failed_by_a_mistake():
    assert set(SUITE.checks) == {check for mistake in SUITE.mistakes for check in mistake.fails}


def test_settings_at_import_are_no_work():
    text = SUITE.reference()["rnn.py"] + SETTINGS
    assert outcome("quality.import", {"rnn.py": text}).outcome is Outcome.PASSED


def test_a_loop_over_names_is_no_loop_over_examples():
    text = SUITE.reference()["neural_network.py"].replace(
        "        return d_input\n",
        '        for name in ("weights", "bias"):\n            assert hasattr(self, name)\n        return d_input\n',
    )
    assert outcome("quality.vectorised", {"neural_network.py": text}).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("name", "content", "want"),
    [
        ("models/net.pt", saved({"w": torch.ones(3)}), Outcome.PASSED),
        ("models/net.h5", b"\x89HDF\r\n\x1a\n" + bytes(64), Outcome.REVIEW),
        ("models/net.pkl", b"\x80\x04\x8c\x0eneural_network\x94\x8c\x05Layer\x94\x93\x94.", Outcome.REVIEW),
        ("models/net.npz", b"", Outcome.FAILED),
        ("elsewhere/net.pt", saved({"w": torch.ones(3)}), Outcome.FAILED),
    ],
)
def test_a_saved_model_loads_or_is_damaged_or_waits_for_a_person(name, content, want):
    without = {f"models/{kept}": None for kept in ("network.npz", "cnn.npz", "transfer.pt")}
    assert outcome("quality.models", without | {name: content}).outcome is want


@pytest.mark.parametrize("text", ["{}", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}', "not JSON"])
def test_a_broken_notebook_is_a_sentence(text):
    found = outcome("quality.notebook", {"experiments.ipynb": text})
    assert found.outcome is Outcome.FAILED
    assert found.finding.headline
    assert not found.finding.traceback


def test_an_error_that_is_meant_is_none():
    cell = {
        "cell_type": "code",
        "metadata": {"tags": ["raises-exception"]},
        "source": ["1 / 0"],
        "outputs": [{"output_type": "error", "ename": "ZeroDivisionError", "evalue": "", "traceback": []}],
    }
    text = json.dumps({"cells": [cell], "nbformat": 4})
    assert outcome("quality.notebook", {"experiments.ipynb": text}).outcome is Outcome.PASSED
