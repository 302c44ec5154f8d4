"""Tools for any network: what they read from it, and the classifiers they make."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from grader.worker import torch_nets, torch_tools

pytestmark = pytest.mark.torch


@pytest.fixture
def net():
    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))


def test_state_tells_what_is_trained_what_is_frozen_and_what_is_kept(net):
    net[0].weight.requires_grad_(False)
    told = torch_nets.state(net)
    assert told["is_module"] is True
    assert told["frozen"] == {"0.weight": [3, 2]}
    assert told["parameters"] == {"0.bias": [3], "1.weight": [3], "1.bias": [3]}
    assert told["buffers"] == {"1.running_mean": [3], "1.running_var": [3], "1.num_batches_tracked": []}


def test_anything_else_is_no_network():
    assert torch_nets.state(lambda X: X)["is_module"] is False


def test_a_state_is_loaded_by_name_and_the_rest_stays(net):
    before = net[0].bias.detach().clone()
    torch_nets.load_state(net, {"1.running_mean": np.array([1, 2, 3], np.float32)})
    assert torch_nets.buffers(net, ["1.running_mean"])["1.running_mean"].tolist() == [1, 2, 3]
    assert torch.equal(net[0].bias, before)


def test_gradients_are_autograds_and_zero_where_nothing_arrives():
    net = torch.nn.Linear(2, 1)
    net.spare = torch.nn.Parameter(torch.ones(2))
    X, cotangent = np.array([[1, 2], [3, 4]], np.float32), np.array([[1], [10]], np.float32)
    found = torch_nets.gradients(net, X, cotangent, ["weight", "bias", "spare"])
    assert found["weight"].tolist() == [[31, 42]]
    assert found["bias"].tolist() == [11]
    assert found["spare"].tolist() == [0, 0]


def test_a_predictor_takes_images_of_any_kind_and_any_number():
    predict = torch_nets.predictor(np.array([[0.1, -0.2]]), 0.5)
    images = np.array([[[10, 20]], [[0, 0]]], np.uint8)
    expected = 1 / (1 + np.exp([2.5, -0.5]))
    assert np.allclose(predict(images), expected)
    assert np.allclose(predict(torch.from_numpy(images)), expected)
    assert np.allclose(predict(images[:1] / 1.0), expected[:1])
    assert np.array_equal(torch_nets.predictor(np.array([[0.1, -0.2]]), 0.5, levels=4)(images), [0, 0.5])


def test_suites_find_them_by_name():
    assert torch_tools.predictor is torch_nets.predictor
