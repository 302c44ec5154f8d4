"""Problem Set 10: the kinds of files that were found in public repositories, written anew, come out as they were labelled.

What each is like is said at its top; ``ps10_variants`` has correct work of other kinds.
"""

from pathlib import Path

from grader.records import Outcome
from tests.suites import Suite

FOLDER = Path(__file__).parent / "ps10_found"
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
IN_COLUMNS = """
assignment: ps10
labs:
  ex1_network:
    layer:
      make: "Layer(input_size, output_size, activation)"
      weights: m.W
      bias: m.b
      forward: m.forward(X.T).T
      activate: m.g(Z.T).T
      activation_derivative: m.g_prime(Z.T).T
      backward: m.backward(d_output.T, learning_rate).T
"""


def found(lab, file, name, *checks, **how):
    return Suite("ps10", lab).run({file: (FOLDER / name).read_text()}, 3, checks, **how)


def outcomes(results):
    return {id: result.outcome for id, result in results.items()}


def layer(name, **how):
    checks = (
        "relu",
        "sigmoid",
        "softmax",
        "activate",
        "grad_weights",
        "grad_bias",
        "grad_input",
        "derivative",
    )
    return found("ex1_network", "neural_network.py", name, *(f"layer.{check}" for check in checks), **how)


def test_columns_go_through_a_mapping():
    assert set(outcomes(layer("layer_columns.py", spelled=IN_COLUMNS)).values()) == {PASSED}


def test_a_gradient_that_is_divided_again_in_each_layer_fails_alone():
    results = layer("layer_averaged.py")
    assert {id for id, outcome in outcomes(results).items() if outcome is not PASSED} == {"layer.grad_input"}
    assert "divided by N" in results["layer.grad_input"].finding.diagnosis


def test_a_kernel_for_all_channels_fails_and_the_pool_beside_it_passes():
    checks = ("conv.forward", "conv.grad_filters", "pool.forward", "pool.backward")
    results = found("ex2_cnn", "cnn.py", "conv_shared.py", *checks)
    assert [results[check].outcome for check in checks] == [FAILED, FAILED, PASSED, PASSED]


def test_a_cell_that_only_goes_forward_has_the_points_of_its_step():
    checks = ("rnn.step", "bptt.input_weights", "bptt.hidden_weights", "bptt.bias", "bptt.hidden_state")
    results = found("ex3_rnn", "rnn.py", "cell_forward_only.py", *checks)
    assert [results[check].outcome for check in checks] == [PASSED, *[FAILED] * 4]
    assert results["bptt.bias"].finding.headline == "The name that the lab asks for is not there."


def test_a_skeleton_fails_in_words():
    checks = ("conv.forward", "conv.grad_bias", "pool.forward", "pool.backward")
    results = found("ex2_cnn", "cnn.py", "skeleton.py", *checks)
    assert {results[check].outcome for check in checks} == {FAILED}
    assert not any(results[check].finding.traceback for check in checks)
