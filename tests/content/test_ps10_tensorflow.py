"""Problem Set 10 in part with TensorFlow, which no sandbox has: a person looks at that part and at no other.

In ``ps10_tensorflow`` cnn.py imports it at the top, rnn.py in the middle, after a cell in NumPy, and modern_dl.py goes on
without it; neural_network.py is that of ``examples/ps10-honest``.
"""

from pathlib import Path

import pytest

from grader.records import Decision, Outcome, Rubric, RubricLab
from grader.verdict import decide
from tests.suites import COURSE, Suite

PASSED, REVIEW = Outcome.PASSED, Outcome.REVIEW
HONEST = (COURSE / "examples/ps10-honest/neural_network.py").read_text()
FILES = {path.name: path.read_text() for path in (Path(__file__).parent / "ps10_tensorflow").iterdir()}
FILES |= {"neural_network.py": HONEST, "bonus.py": None}


def outcomes(lab, texts, *only):
    found = Suite("ps10", lab).run(FILES | texts, 1, only)
    return {id: result.outcome for id, result in found.items()}


IN_NUMPY = {
    "rnn.step",
    "rnn.sequence",
    *(f"bptt.{g}" for g in ("input_weights", "hidden_weights", "bias", "hidden_state")),
}
"""Of Exercise 3."""


@pytest.mark.parametrize(
    "lab", ["ex2_cnn", "ex3_rnn", pytest.param("ex4_frameworks", marks=pytest.mark.torch)]
)
def test_what_is_in_tensorflow_waits_for_a_person_and_what_is_in_numpy_is_judged(lab):
    suite = Suite("ps10", lab)
    found = suite.run(FILES, 1)
    in_tensorflow = [result for id, result in found.items() if id not in IN_NUMPY]
    assert {found[id].outcome for id in IN_NUMPY & found.keys()} <= {PASSED}
    assert {r.outcome for r in in_tensorflow} <= {REVIEW, Outcome.BLOCKED}
    assert all("tensorflow, which is not installed" in r.finding.headline for r in in_tensorflow if r.finding)
    rubric = Rubric(labs=(RubricLab(id=lab, title="", criteria=suite.lab.criteria),))
    assert decide(rubric, found.values()).decision is Decision.REVIEW


def test_numpy_beside_it_is_judged_as_ever():
    found = outcomes("ex1_network", {}, "layer.relu", "network.gradients", "adam.steps")
    assert set(found.values()) == {PASSED}


TRIED = "try:\n    import tensorflow\nexcept ImportError:\n    raise SystemExit"


@pytest.mark.parametrize(
    ("top", "outcome"),
    [("from tensorflow import keras", PASSED), ("import jax.numpy as np\n#", REVIEW), (TRIED, REVIEW)],
)
def test_at_the_top_of_a_numpy_file_it_costs_nothing(top, outcome):
    text = HONEST.replace("import numpy as np", f"{top}\nimport numpy as np" if "#" not in top else top)
    assert outcomes("ex1_network", {"neural_network.py": text}, "layer.relu")["layer.relu"] is outcome


def test_in_a_function_it_stops_that_function_alone():
    text = HONEST.replace(
        "from mnist_loader import load", "from tensorflow.keras.datasets.mnist import load_data"
    )
    text = text.replace("np.maximum(0, Z)", "np.maximum(1, Z)")
    found = outcomes(
        "ex1_network", {"neural_network.py": text}, "layer.relu", "layer.sigmoid", "mnist.network"
    )
    assert [found[id] for id in ("layer.relu", "layer.sigmoid", "mnist.network")] == [
        Outcome.FAILED,
        PASSED,
        REVIEW,
    ]


@pytest.mark.torch
def test_bonuses_in_tensorflow_wait_for_a_person():
    found = outcomes(
        "bonus",
        {
            "bonus.py": "import keras\n\n\nclass SimpleGAN:\n    def __init__(self):\n        self.generator = keras.Sequential()\n"
        },
        "gan.trains",
    )
    assert found["gan.trains"] is REVIEW


def test_importing_it_is_no_work():
    assert outcomes("quality", {}, "quality.import", "quality.stubs") == {
        "quality.import": PASSED,
        "quality.stubs": PASSED,
    }
