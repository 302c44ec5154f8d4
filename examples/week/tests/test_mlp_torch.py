"""The port: the numbers of a net small enough for paper."""

import numpy as np
import pytest
import torch
from known import close
from mlp_torch import MLP

X = torch.tensor([[1.0, 1.0], [2.0, -3.0]], dtype=torch.float64)
Y = torch.tensor([0, 1])
PARAMS = {
    "W1": np.array([[1.0, -1.0], [2.0, 1.0]]),
    "b1": np.array([0.5, 0.25]),
    "W2": np.array([[1.0, 3.0], [0.0, 2.0]]),
    "b2": np.array([0.0, -1.0]),
}
LOSS = (np.log1p(np.exp(6.5)) + np.log1p(np.exp(1.0))) / 2  # the logits are 3.5, 10 and 0, -1


@pytest.fixture
def net():
    net = MLP(2, 2, 2).double()
    net.load_params(PARAMS)
    return net


def test_params_come_back_as_they_were_loaded(net):
    for name, value in PARAMS.items():
        close(net.params[name], value)


def test_forward_and_labels_are_what_paper_says(net):
    close(net(X).detach(), [[3.5, 10.0], [0.0, -1.0]])
    close(net.predict(X), [1, 0])


def test_loss_is_the_mean_of_minus_the_logs(net):
    close(net.loss(X, Y).detach(), LOSS)


def test_the_output_bias_is_pushed_by_what_is_too_likely(net):
    wrong = 1 / (1 + np.exp(-6.5)), 1 / (1 + np.exp(-1.0))  # what each row gives to the other class
    found = net.gradients(X, Y)
    close(found["b2"], [(wrong[1] - wrong[0]) / 2, (wrong[0] - wrong[1]) / 2])
    close(found["W1"].shape, [2, 2])
    close(net.gradients(X, Y)["b1"], found["b1"])  # nothing is left over from the last call


def test_fit_takes_the_step_that_the_gradient_says(net):
    gradient = net.gradients(X, Y)
    close(net.fit(X, Y, lr=0.5, batches=[torch.tensor([0, 1])]), [LOSS])
    for name, value in net.params.items():
        close(value, PARAMS[name] - 0.5 * gradient[name].numpy())
