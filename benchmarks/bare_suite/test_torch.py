"""The checks of week06/lab1_mlp on mlp_torch, as an ordinary pytest suite in the student's own process."""

import mlp_numpy
import mlp_torch
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from probes import NAMES, digits_run, draw, epochs, images, net_of, reference, weights
from test_numpy import PARAMS, X2, Y2, blob_weights, blobs
from torch.func import functional_call, jvp


@pytest.fixture
def rng():
    return np.random.default_rng()


def port_of(params):
    net = mlp_torch.MLP(len(params["W1"]), len(params["b1"]), len(params["b2"]), seed=0).double()
    net.load_params({name: torch.tensor(value) for name, value in params.items()})
    return net


def tensors(*arrays):
    return tuple(torch.tensor(array) for array in arrays)


def test_example():
    net = port_of(PARAMS)
    X, y = tensors(X2.astype(float), Y2)
    assert_allclose(net(X).detach(), [[2.75, -0.5], [1.75, 0.75]])
    assert_allclose(net.loss(X, y).detach(), 0.6756515, rtol=1e-6)
    true = net_of(reference, PARAMS).gradients(X2, Y2)
    for name, gradient in net.gradients(X, y).items():
        assert_allclose(gradient, true[name], rtol=1e-6)


def test_example_curves(rng):
    X, y = blobs(rng)
    start = blob_weights(rng)
    batches = [rows for _ in range(10) for rows in np.split(rng.permutation(60), [16, 32, 48])]
    mine = net_of(mlp_numpy, start).fit(X, y, lr=0.1, batches=batches)
    assert_allclose(port_of(start).fit(*tensors(X, y), lr=0.1, batches=batches), mine, rtol=1e-6)


def test_module(rng):
    net = mlp_torch.MLP(5, 7, 3, seed=0)
    assert isinstance(net, torch.nn.Module)
    assert sorted(sorted(p.shape) for p in net.parameters()) == [[3], [3, 7], [5, 7], [7]]


def test_params(rng):
    params, _, _ = draw(rng)
    for name, value in port_of(params).params.items():
        assert_allclose(value.detach(), params[name], rtol=1e-6)


def test_logits(rng):
    for n in (None, None, 1):
        params, X, _ = draw(rng, n)
        yours = port_of(params)(torch.tensor(X)).detach()
        assert_allclose(yours, net_of(reference, params).forward(X), rtol=1e-6)


def test_loss(rng):
    for n in (None, None, 1):
        params, X, y = draw(rng, n)
        yours = port_of(params).loss(*tensors(X, y)).detach()
        assert_allclose(yours, net_of(reference, params).loss(X, y), rtol=1e-6)


def test_labels(rng):
    params, X, _ = draw(rng, 40)
    assert_array_equal(port_of(params).predict(torch.tensor(X)), net_of(reference, params).predict(X))


def test_gradients(rng):
    for _ in range(3):
        params, X, y = draw(rng)
        yours, true = port_of(params).gradients(*tensors(X, y)), net_of(reference, params).gradients(X, y)
        for name in NAMES:
            assert_allclose(yours[name], true[name], rtol=1e-6, atol=1e-9)


def test_calls(rng):
    params, X, y = draw(rng)
    net = port_of(params)
    net.gradients(*tensors(rng.normal(size=X.shape), y))
    yours, true = net.gradients(*tensors(X, y)), net_of(reference, params).gradients(X, y)
    for name in NAMES:
        assert_allclose(yours[name], true[name], rtol=1e-6, atol=1e-9)


def test_second_derivatives(rng):
    params, X, y = draw(rng)
    net = port_of(params)
    leaves = list(net.parameters())
    direction = [torch.randn_like(leaf) for leaf in leaves]
    first = torch.autograd.grad(net.loss(*tensors(X, y)), leaves, create_graph=True)
    along = torch.autograd.grad(sum((g * v).sum() for g, v in zip(first, direction)), leaves)
    gradients = []
    for step in (1e-5, -1e-5):
        with torch.no_grad():
            for leaf, v in zip(leaves, direction):
                leaf += step * v
            gradients.append(torch.autograd.grad(torch.enable_grad()(net.loss)(*tensors(X, y)), leaves))
            for leaf, v in zip(leaves, direction):
                leaf -= step * v
    for hessian, plus, minus in zip(along, *gradients):
        assert_allclose(hessian, (plus - minus) / 2e-5, atol=1e-4)


def test_tangents(rng):
    params, X, _ = draw(rng)
    net = port_of(params)
    primal = {name: value.detach() for name, value in net.named_parameters()}
    tangent = {name: torch.randn_like(value) for name, value in primal.items()}
    X = torch.tensor(X)
    _, along = jvp(lambda p: functional_call(net, p, (X,)), (primal,), (tangent,))
    plus, minus = (
        functional_call(net, {name: primal[name] + step * tangent[name] for name in primal}, (X,))
        for step in (1e-6, -1e-6)
    )
    assert_allclose(along.detach(), ((plus - minus) / 2e-6).detach(), atol=1e-4)


def test_bfloat16(rng):
    params, X, _ = draw(rng)
    logits = port_of(params).bfloat16()(torch.tensor(X).bfloat16())
    assert logits.dtype == torch.bfloat16
    true = net_of(reference, params).forward(X)
    assert_allclose(logits.detach().double(), true, atol=5e-2 * np.abs(true).max())


def test_parity_of_curves(rng):
    params, X, y, batches = digits_run(rng)
    mine = net_of(mlp_numpy, params).fit(X, y, lr=0.1, batches=batches)
    true = net_of(reference, params).fit(X, y, lr=0.1, batches=batches)
    yours = port_of(params).fit(*tensors(X, y), lr=0.1, batches=batches)
    assert_allclose(mine, true, rtol=1e-6)
    assert_allclose(yours, true, rtol=1e-6)


def test_parity_over_free_seeds(rng):
    X, y = images(rng, 256)

    def last_loss(make, *data):
        params = weights(rng, 64, 12, 10)
        net = make(params)
        net.fit(*data, lr=0.2, batches=epochs(rng, 256, 32, 8))
        final = {
            name: np.asarray(value.detach() if hasattr(value, "detach") else value)
            for name, value in net.params.items()
        }
        return np.log(net_of(reference, final).loss(X, y))

    pool = [last_loss(lambda p: net_of(reference, p), X, y) for _ in range(20)]
    of_net = [last_loss(lambda p: net_of(mlp_numpy, p), X, y) for _ in range(5)]
    of_port = [last_loss(port_of, *tensors(X, y)) for _ in range(5)]
    for runs in (of_net, of_port):
        assert abs(np.mean(runs) - np.mean(pool)) < 3 * np.std(pool, ddof=1)
