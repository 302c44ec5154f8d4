"""examples/ps10-flawed: its points, counted by hand from the bugs that were planted in it.

neural_network.py  sigmoid' is z (1 - z), of z and not of s; Adam's first moment is not corrected
cnn.py             = for += where pooled windows overlap; degrees taken for radians
rnn.py             dW_hh from h_t; o * c without tanh
modern_dl.py       confidences are logits
the repository     a notebook that ends with an error, no saved models, few docstrings
"""

import pytest

from grader.records import Outcome
from tests.suites import COURSE, Suite

FILES = {path.name: path.read_text() for path in (COURSE / "examples/ps10-flawed").iterdir()}
LOST = {
    "ex1_network": {
        "layer.grad_weights": 5,
        "layer.grad_bias": 3,
        "layer.grad_input": 5,
        "adam.steps": 7,
    },
    "ex2_cnn": {"pool.backward": 6, "augment.rotation": 10},
    "ex3_rnn": {"bptt.hidden_weights": 6, "lstm.hidden_state": 10, "lstm.sequence": 6},
    "ex4_frameworks": {"server.confidence": 5},
    "quality": {"quality.notebook": 2, "quality.models": 1, "quality.docstrings": 1},
}
ENOUGH = {
    "ex2_cnn": ("pool.backward", "pool.forward", "augment.rotation", "augment.flip", "conv.forward"),
    "ex3_rnn": (
        "rnn.step",
        *(f"bptt.{g}" for g in ("input_weights", "hidden_weights", "bias", "hidden_state")),
        "lstm.cell_state",
        "lstm.hidden_state",
        "lstm.sequence",
        "text.length",
    ),
    "ex4_frameworks": ("transfer.head", "trainer.step", "server.predict", "server.confidence"),
}
"""Of these labs, the checks that don't take long."""


@pytest.mark.parametrize(
    "lab",
    [pytest.param(lab, marks=[pytest.mark.torch] if lab == "ex4_frameworks" else []) for lab in LOST],
)
def test_it_loses_the_points_of_its_bugs_and_no_others(lab):
    suite = Suite("ps10", lab)
    without = {name: None for name in suite.reference() if name not in suite.lab.fixed}
    fixed = {name: (suite.folder / name).read_bytes() for name in suite.lab.fixed}
    found = suite.run(without | FILES | fixed, 1, ENOUGH.get(lab, ()))
    shares = {id: share for criterion in suite.lab.criteria for id, share in criterion.shares.items()}
    lost = {
        id: shares[id].points - shares[id].partly * (result.outcome is Outcome.PARTLY)
        for id, result in found.items()
        if result.outcome is not Outcome.PASSED
    }
    assert lost == LOST[lab]
