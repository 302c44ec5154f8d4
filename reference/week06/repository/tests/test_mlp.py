"""The network: by hand on a net small enough to compute on paper, and against slopes of its own loss."""

import numpy as np
import pytest
from mlp_numpy import MLP, log_softmax

STEP = 1e-6


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def small():
    net = MLP(2, 2, 2)
    net.params = {
        "W1": np.array([[1.0, -1.0], [2.0, 1.0]]),
        "b1": np.array([0.5, 0.0]),
        "W2": np.array([[1.0, 0.0], [0.0, 2.0]]),
        "b2": np.array([0.0, -1.0]),
    }
    return net


def slope(net, name, at, X, y):
    def loss(shift):
        net.params[name][at] += shift
        found = net.loss(X, y)
        net.params[name][at] -= shift
        return found

    return (loss(STEP) - loss(-STEP)) / (2 * STEP)


def test_forward_is_what_paper_says(small):
    # BEGIN SOLUTION: the logits of two rows, computed by hand
    X = np.array([[1.0, 1.0], [2.0, -3.0]])
    np.testing.assert_allclose(small.forward(X), [[3.5, -1.0], [0.0, -1.0]])
    # END SOLUTION


def test_loss_is_minus_the_log_of_the_right_probability(small):
    # BEGIN SOLUTION: the loss of two rows, by hand
    X = np.array([[1.0, 1.0], [2.0, -3.0]])
    want = (np.log1p(np.exp(-4.5)) + np.log1p(np.exp(1.0))) / 2
    assert small.loss(X, np.array([0, 1])) == pytest.approx(want)
    # END SOLUTION


def test_log_softmax_sums_to_one_and_survives_large_logits():
    # BEGIN SOLUTION: probabilities of a row of large logits
    found = np.exp(log_softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3.0)]])))
    np.testing.assert_allclose(found, [[0.5, 0.5], [0.25, 0.75]])
    # END SOLUTION


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2"])
def test_gradients_are_the_slopes_of_the_loss(name, rng):
    # BEGIN SOLUTION: every entry against a central difference
    net = MLP(3, 5, 4, seed=1)
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 4, size=6)
    found = net.gradients(X, y)[name]
    for at in np.ndindex(found.shape):
        assert found[at] == pytest.approx(slope(net, name, at, X, y), abs=1e-6)
    # END SOLUTION


def test_fit_takes_the_step_that_the_gradient_says(rng):
    # BEGIN SOLUTION: one step, compared entry by entry
    net = MLP(3, 5, 2, seed=2)
    X, y = rng.normal(size=(8, 3)), rng.integers(0, 2, size=8)
    rows = np.array([0, 3, 5])
    before, gradient, loss = dict(net.params), net.gradients(X[rows], y[rows]), net.loss(X[rows], y[rows])
    assert net.fit(X, y, lr=0.1, batches=[rows]) == [loss]
    for name, value in net.params.items():
        np.testing.assert_allclose(value, before[name] - 0.1 * gradient[name])
    # END SOLUTION


def test_predict_names_the_largest_logit(small):
    # BEGIN SOLUTION: labels of three rows
    X = np.array([[1.0, 1.0], [0.0, 0.0], [-3.0, 1.0]])
    assert small.predict(X).tolist() == [0, 0, 1]
    # END SOLUTION
