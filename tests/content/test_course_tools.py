"""The labs' own tools and derivations: what they read from a network, and what they make of one."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

REFERENCE = Path(__file__).parents[2] / "reference" / "week06"

pytestmark = pytest.mark.torch


def tools(lab, name="tools"):
    spec = importlib.util.spec_from_file_location(f"{lab}_{name}", REFERENCE / lab / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CXR, MLP = tools("lab2_cxr"), tools("lab1_mlp")
DERIVE, DERIVE_TORCH = tools("lab1_mlp", "derive"), tools("lab1_mlp", "derive_torch")


@pytest.fixture
def net():
    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))


def test_state_tells_what_is_trained_what_is_frozen_and_what_is_kept(net):
    net[0].weight.requires_grad_(False)
    told = CXR.state(net)
    assert told["is_module"] is True
    assert told["frozen"] == {"0.weight": [3, 2]}
    assert told["parameters"] == {"0.bias": [3], "1.weight": [3], "1.bias": [3]}
    assert told["buffers"] == {"1.running_mean": [3], "1.running_var": [3], "1.num_batches_tracked": []}


def test_anything_else_is_no_network():
    assert CXR.state(lambda X: X)["is_module"] is False
    assert MLP.parameters(object()) == {"is_module": False, "shapes": {}}


def test_a_state_is_loaded_by_name_and_the_rest_stays(net):
    before = net[0].bias.detach().clone()
    CXR.load_state(net, {"1.running_mean": np.array([1, 2, 3], np.float32)})
    assert CXR.buffers(net, ["1.running_mean"])["1.running_mean"].tolist() == [1, 2, 3]
    assert torch.equal(net[0].bias, before)


def test_gradients_are_autograds_and_zero_where_nothing_arrives():
    net = torch.nn.Linear(2, 1)
    net.spare = torch.nn.Parameter(torch.ones(2))
    X, cotangent = np.array([[1, 2], [3, 4]], np.float32), np.array([[1], [10]], np.float32)
    found = CXR.gradients(net, X, cotangent, ["weight", "bias", "spare"])
    assert found["weight"].tolist() == [[31, 42]]
    assert found["bias"].tolist() == [11]
    assert found["spare"].tolist() == [0, 0]


def test_a_network_that_left_the_graph_is_told_as_lost():
    class Detached(torch.nn.Linear):
        def forward(self, X):
            return super().forward(X).detach()

    X, cotangent = np.ones((2, 2), np.float32), np.ones((2, 1), np.float32)
    assert CXR.gradients(Detached(2, 1), X, cotangent, ["weight"])["lost"].startswith("RuntimeError: ")


def test_a_predictor_takes_images_of_any_kind_and_any_number():
    predict = CXR.predictor(np.array([[0.1, -0.2]]), 0.5)
    images = np.array([[[10, 20]], [[0, 0]]], np.uint8)
    expected = 1 / (1 + np.exp([2.5, -0.5]))
    assert np.allclose(predict(images), expected)
    assert np.allclose(predict(torch.from_numpy(images)), expected)
    assert np.allclose(predict(images[:1] / 1.0), expected[:1])
    assert np.array_equal(CXR.predictor(np.array([[0.1, -0.2]]), 0.5, levels=4)(images), [0, 0.5])


LOGITS = np.array([[2.75, -0.5], [1.75, 0.75]])
X, Y = np.zeros((2, 3)), np.array([0, 1])


@pytest.mark.parametrize("form", [lambda z: z, lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True)])
def test_a_loss_follows_from_logits_and_from_probabilities(form):
    assert DERIVE.loss(X, Y, forward=lambda _: form(LOGITS)) == pytest.approx(0.6756515)
    assert DERIVE.loss(X, Y, forward=lambda _: form(LOGITS).tolist()) == pytest.approx(0.6756515)


def test_a_loss_of_large_logits_is_finite():
    assert DERIVE.loss(X, Y, forward=lambda _: np.array([[1e4, 0], [0, 1e4]])) == 0


class Net:
    """A net of one number, whose loss is its square."""

    def __init__(self, value):
        self.params = {"W": np.array([value])}

    def step(self, X, y, lr):
        self.params = {"W": self.params["W"] - lr * 2 * self.params["W"]}


def test_gradients_follow_from_one_update_which_is_taken_back():
    net = Net(3.0)
    assert DERIVE.gradients(X, Y, net=net, step=net.step)["W"].tolist() == [6.0]
    assert net.params["W"].tolist() == [3.0]


def test_an_update_follows_from_the_gradients():
    net = Net(3.0)
    DERIVE.step(X, Y, 0.1, net=net, gradients=lambda X, y: {"W": 2 * net.params["W"]})
    assert net.params["W"] == pytest.approx(3 - 0.1 * 6)


def test_training_gives_the_loss_before_each_step_on_the_steps_own_rows():
    calls = []
    batches = [np.array([1]), np.array([0])]
    losses = DERIVE.fit(
        np.array([[10.0], [20.0]]), np.array([7, 8]), 0.5, batches,
        loss=lambda X, y: calls.append(("loss", X.item(), y.item())) or len(calls),
        step=lambda X, y, lr: calls.append(("step", X.item(), y.item(), lr)),
    )  # fmt: skip
    assert calls == [("loss", 20, 8), ("step", 20, 8, 0.5), ("loss", 10, 7), ("step", 10, 7, 0.5)]
    assert losses == [1, 3]


def test_labels_follow_from_the_forward_pass():
    assert DERIVE.predict(X, forward=lambda _: LOGITS.tolist()).tolist() == [0, 0]
    assert DERIVE_TORCH.predict(X, forward=lambda _: torch.tensor(LOGITS)).tolist() == [0, 0]


def test_a_port_gets_its_loss_and_gradients_from_autograd():
    class Mapped:
        m = torch.nn.Linear(3, 2).double()

    def loss(X, y):
        return DERIVE_TORCH.loss(X, y, forward=Mapped.m)

    inputs, labels = torch.ones(2, 3, dtype=torch.float64), torch.tensor(Y)
    expected = torch.nn.functional.cross_entropy(Mapped.m(inputs), labels)
    assert torch.equal(loss(inputs, labels), expected)
    weight, bias = DERIVE_TORCH.gradients(inputs, labels, net=Mapped, loss=loss)
    assert (weight.shape, bias.shape) == ((2, 3), (2,))
    assert torch.allclose(weight, bias[:, None].expand(2, 3))


class Loads(torch.nn.Module):
    """A port whose ``load_params`` is written for arrays, in one of the ways that students find."""

    def __init__(self, take):
        super().__init__()
        self.take, self.linear = take, torch.nn.Linear(3, 2)

    def load_params(self, params):
        with torch.no_grad():
            self.linear.weight.copy_(self.take(params["W"]))

    def forward(self, X):
        return self.linear(X)


@pytest.mark.parametrize(
    "take",
    [
        lambda W: W.T,
        lambda W: torch.from_numpy(W.T),
        lambda W: torch.from_numpy(W.astype(np.float32).T),
        lambda W: torch.tensor(np.ascontiguousarray(W.swapaxes(0, 1))),
        lambda W: torch.from_numpy(np.array(W.copy().T)),
    ],
)
def test_parameters_may_be_taken_as_tensors_or_as_arrays(take):
    W = torch.arange(6.0, dtype=torch.float64).reshape(3, 2)
    net = Loads(take)
    MLP.prepare(net, {"W": W}, torch.zeros(1, 3, dtype=torch.float64))
    assert torch.equal(net.linear.weight.double(), W.T)


def test_parameters_that_are_taken_neither_way_are_refused_with_the_first_reason():
    with pytest.raises(KeyError, match="no"):
        MLP.prepare(Loads(lambda W: {}["no"]), {"W": torch.zeros(3, 2)}, torch.zeros(1, 3))
