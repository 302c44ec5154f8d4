"""The network by hand: on one small enough for paper, and against the slopes of its own loss."""

import numpy as np
import pytest
from known import close
from mlp_numpy import MLP, log_softmax

X = np.array([[1.0, 1.0], [2.0, -3.0]])
Y = np.array([0, 1])
STEP = 1e-6


@pytest.fixture
def net():
    net = MLP(2, 2, 2)
    net.params = {
        "W1": np.array([[1.0, -1.0], [2.0, 1.0]]),
        "b1": np.array([0.5, 0.0]),
        "W2": np.array([[1.0, 0.0], [0.0, 2.0]]),
        "b2": np.array([0.0, -1.0]),
    }
    return net


def test_layers_are_what_paper_says(net):
    Z, H, logits = net.layers(X)
    close(Z, [[3.5, 0.0], [-3.5, -5.0]])
    close(H, [[3.5, 0.0], [0.0, 0.0]])
    close(logits, [[3.5, -1.0], [0.0, -1.0]])
    close(net.forward(X), logits)


def test_loss_is_minus_the_log_of_the_right_probability(net):
    close(net.loss(X, Y), (np.log1p(np.exp(-4.5)) + np.log1p(np.exp(1.0))) / 2)


def test_log_softmax_sums_to_one_and_survives_large_logits():
    found = np.exp(log_softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3.0)]])))
    close(found, [[0.5, 0.5], [0.25, 0.75]])


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2"])
def test_gradients_are_the_slopes_of_the_loss(name):
    rng = np.random.default_rng(7)
    net, x, y = MLP(3, 5, 4, seed=1), rng.normal(size=(6, 3)), rng.integers(0, 4, size=6)
    found = net.gradients(x, y)[name]
    slopes = np.empty_like(found)
    for at in np.ndindex(found.shape):
        net.params[name][at] += STEP
        above = net.loss(x, y)
        net.params[name][at] -= 2 * STEP
        slopes[at] = (above - net.loss(x, y)) / (2 * STEP)
        net.params[name][at] += STEP
    close(found, slopes, within=1e-5)


def test_fit_takes_the_step_that_the_gradient_says(net):
    before, gradient = dict(net.params), net.gradients(X[:1], Y[:1])
    close(net.fit(X, Y, lr=0.5, batches=[np.array([0])]), [np.log1p(np.exp(-4.5))])
    for name, value in net.params.items():
        close(value, before[name] - 0.5 * gradient[name])


def test_predict_names_the_largest_logit(net):
    close(net.predict(np.array([[1.0, 1.0], [0.0, 0.0], [-3.0, 1.0]])), [0, 0, 1])
