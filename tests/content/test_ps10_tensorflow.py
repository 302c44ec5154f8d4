"""Problem Set 10 in part with TensorFlow, which no sandbox has: a person looks at that part and at no other.

In ``ps10_tensorflow`` cnn.py imports it at the top, rnn.py in the middle, after cells in NumPy, and modern_dl.py goes on
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


@pytest.mark.parametrize(
    "lab", ["ex2_cnn", "ex3_rnn", pytest.param("ex4_frameworks", marks=pytest.mark.torch)]
)
def test_an_exercise_in_tensorflow_waits_for_a_person(lab):
    suite = Suite("ps10", lab)
    found = suite.run(FILES, 1).values()
    assert {r.outcome for r in found} <= {REVIEW, Outcome.BLOCKED}
    assert all("tensorflow, which is not installed" in r.finding.headline for r in found if r.finding)
    rubric = Rubric(labs=(RubricLab(id=lab, title="", criteria=suite.lab.criteria),))
    verdict = decide(rubric, found)
    assert verdict.decision is Decision.REVIEW
    assert {criterion.decision for criterion in verdict.labs[0].criteria} == {Decision.REVIEW}


def test_numpy_beside_it_is_judged_as_ever():
    found = outcomes("ex1_network", {}, "layer.relu", "network.gradients", "adam.steps")
    assert set(found.values()) == {PASSED}


@pytest.mark.parametrize(
    "top",
    [
        "import keras",
        "import jax.numpy as jnp",
        "try:\n    import tensorflow\nexcept ImportError:\n    raise SystemExit",
    ],
)
def test_at_the_top_it_keeps_a_file_from_being_judged(top):
    found = outcomes("ex1_network", {"neural_network.py": f"{top}\n{HONEST}"}, "layer.relu")
    assert found["layer.relu"] is REVIEW


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
        "bonus", {"bonus.py": "import tensorflow as tf\n\n\nclass SimpleGAN:\n    pass\n"}, "gan.trains"
    )
    assert found["gan.trains"] is REVIEW


def test_importing_it_is_no_work():
    assert outcomes("quality", {}, "quality.import", "quality.stubs") == {
        "quality.import": PASSED,
        "quality.stubs": PASSED,
    }
