"""The checks of week06/lab1_mlp on mlp_numpy, as an ordinary pytest suite in the student's own process."""

import ast
import inspect

import mlp_numpy
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from probes import NAMES, clear_rows, digits_run, draw, epochs, extreme, images, net_of, reference, weights

PARAMS = {
    "W1": np.array([[1, -1, 0.5], [0, 2, -1]]),
    "b1": np.array([0, 0.5, 1.25]),
    "W2": np.array([[1, -1], [0.5, 0], [2, 1]]),
    "b2": np.array([0, 0.5]),
}
X2, Y2 = np.array([[1, 2], [-1, 0.5]]), np.array([0, 1])
CENTRES = np.array([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])


@pytest.fixture
def rng():
    return np.random.default_rng()


def blobs(rng):
    y = np.repeat(np.arange(3), 20)
    return CENTRES[y] + 0.3 * rng.normal(size=(60, 2)), y


def blob_weights(rng):
    return {
        "W1": np.array([[1.0, -1.0, -0.5, 0.3], [0.2, 0.8, -0.8, 0.4]]) + 0.1 * rng.normal(size=(2, 4)),
        "b1": 0.1 + 0.1 * rng.random(4),
        "W2": 0.5 * rng.normal(size=(4, 3)),
        "b2": np.zeros(3),
    }


def same_gradients(params, X, y, rtol=1e-6):
    yours, true = (net_of(module, params).gradients(X.copy(), y.copy()) for module in (mlp_numpy, reference))
    for name in NAMES:
        assert_allclose(yours[name], true[name], rtol=rtol, atol=rtol * np.abs(true[name]).max())


# ── the worked example, and small problems ────────────────────────────────────────────────────────────────


def test_example_logits():
    assert_allclose(net_of(mlp_numpy, PARAMS).forward(X2), [[2.75, -0.5], [1.75, 0.75]])


def test_example_loss():
    assert_allclose(net_of(mlp_numpy, PARAMS).loss(X2, Y2), 0.6756515, rtol=1e-6)


def test_example_gradients():
    same_gradients(PARAMS, X2, Y2)


def test_example_slopes(rng):
    X, y = blobs(rng)
    params = blob_weights(rng)
    net = net_of(mlp_numpy, params)
    gradients = net.gradients(X, y)
    for name in NAMES:
        direction = rng.normal(size=params[name].shape)
        direction /= np.linalg.norm(direction)
        losses = []
        for step in (1e-5, -1e-5):
            net.params = {**params, name: params[name] + step * direction}
            losses.append(net.loss(X, y))
        assert_allclose((losses[0] - losses[1]) / 2e-5, (gradients[name] * direction).sum(), atol=1e-5)


def test_example_step():
    net = net_of(mlp_numpy, PARAMS)
    true = net_of(reference, PARAMS).gradients(X2, Y2)
    assert_allclose(net.fit(X2, Y2, lr=0.5, batches=[np.array([0, 1])]), [0.6756515], rtol=1e-6)
    for name in NAMES:
        assert_allclose((PARAMS[name] - net.params[name]) / 0.5, true[name], rtol=1e-6)


def test_example_learns(rng):
    X, y = blobs(rng)
    net = net_of(mlp_numpy, blob_weights(rng))
    net.fit(X, y, lr=0.05, batches=[rng.permutation(60) for _ in range(100)])
    new_X, new_y = blobs(rng)
    assert (net.predict(new_X) == new_y).mean() > 0.9


# ── initialisation ────────────────────────────────────────────────────────────────────────────────────────


def test_init_shapes():
    params = mlp_numpy.MLP(5, 7, 3, seed=0).params
    shapes = {"W1": (5, 7), "b1": (7,), "W2": (7, 3), "b2": (3,)}
    assert {name: params[name].shape for name in shapes} == shapes
    assert all(np.isfinite(value).all() for value in params.values())


def test_init_seeded():
    one, two, three = (mlp_numpy.MLP(5, 7, 3, seed=seed).params for seed in (11, 11, 12))
    assert all((one[name] == two[name]).all() for name in NAMES)
    assert any((one[name] != three[name]).any() for name in NAMES)


def test_init_symmetry():
    params = mlp_numpy.MLP(5, 7, 3, seed=3).params
    units = np.vstack([params["W1"], params["b1"][None], params["W2"].T])
    assert (units != units[:, :1]).any()


# ── forward and loss ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sizes", [(None, None, None), (1, 17, 101)])
def test_forward(rng, sizes):
    for n in sizes:
        params, X, _ = draw(rng, n)
        assert_allclose(net_of(mlp_numpy, params).forward(X), net_of(reference, params).forward(X), rtol=1e-6)


def test_predict(rng):
    for n in (40, 1):
        params, X, _ = draw(rng, n)
        assert_array_equal(net_of(mlp_numpy, params).predict(X), net_of(reference, params).predict(X))


def test_loss_value(rng):
    for n in (None, None, 1):
        params, X, y = draw(rng, n)
        assert_allclose(net_of(mlp_numpy, params).loss(X, y), net_of(reference, params).loss(X, y), rtol=1e-6)


def test_loss_at_start(rng):
    X, y = images(rng, 200)
    assert mlp_numpy.MLP(64, 32, 10, seed=int(rng.integers(1000))).loss(X, y) < np.log(10) + 1


def test_loss_stable(rng):
    params, X, y = extreme(rng)
    with np.errstate(all="ignore"):
        loss = net_of(mlp_numpy, params).loss(X, y)
    if np.isfinite(loss):  # good practice, not demanded
        assert_allclose(loss, net_of(reference, params).loss(X, y), rtol=1e-6)


# ── gradients ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_gradient_of(rng, name):
    for _ in range(3):
        params, X, y = draw(rng)
        yours, true = (net_of(module, params).gradients(X, y)[name] for module in (mlp_numpy, reference))
        assert_allclose(yours, true, rtol=1e-6, atol=1e-6 * np.abs(true).max())


def test_gradients_batch_sizes(rng):
    for n in (1, 17, 64):
        same_gradients(*draw(rng, n))


def test_gradients_blank_row(rng):
    params, X, y = draw(rng)
    params = {**params, "b1": np.zeros_like(params["b1"])}
    blank = clear_rows(rng, params, len(X))
    blank[rng.integers(len(X))] = 0
    yours, true = (net_of(module, params).gradients(blank, y) for module in (mlp_numpy, reference))
    for name in ("b2", "W2", "W1"):
        assert_allclose(yours[name], true[name], rtol=1e-6, atol=1e-9)


def test_gradients_large_network(rng):
    params = weights(rng, int(rng.integers(760, 800)), int(rng.integers(250, 270)), 10)
    X = clear_rows(rng, params, 16, clear=1e-4)
    same_gradients(params, X, rng.integers(10, size=16))


def test_gradients_stable(rng):
    params, X, y = extreme(rng)
    with np.errstate(all="ignore"):
        yours = net_of(mlp_numpy, params).gradients(X, y)
    if all(np.isfinite(value).all() for value in yours.values()):
        same_gradients(params, X, y)


# ── training ──────────────────────────────────────────────────────────────────────────────────────────────


def trained(module, params, X, y, lr, batches):
    net = net_of(module, params)
    return net.fit(X, y, lr=lr, batches=batches), net.params


def test_fit_step(rng):
    for lr in (0.07, 0.4, 1.3):
        params, X, y = draw(rng, n=16)
        batches = [rng.permutation(16)[: rng.integers(5, 12)]]
        yours, true = (trained(m, params, X, y, lr, batches)[1] for m in (mlp_numpy, reference))
        for name in NAMES:
            assert_allclose(params[name] - yours[name], params[name] - true[name], rtol=1e-6, atol=1e-9)


def test_fit_path(rng):
    for n, size in ((13, 5), (22, 8)):
        params, X, y = draw(rng, n=n)
        batches = epochs(rng, n, size, 3)
        yours, true = (trained(m, params, X, y, 0.2, batches)[1] for m in (mlp_numpy, reference))
        for name in NAMES:
            assert_allclose(yours[name], true[name], rtol=1e-6, atol=1e-9)


def test_fit_curve(rng):
    params, X, y, batches = digits_run(rng)
    yours, true = (trained(m, params, X, y, 0.1, batches)[0] for m in (mlp_numpy, reference))
    assert_allclose(yours, true, rtol=1e-6)


def test_fit_repeatable(rng):
    params, X, y, batches = digits_run(rng)
    first, again, fresh = (trained(mlp_numpy, params, X, y, 0.1, batches)[0] for _ in range(3))
    assert_allclose(first, again, rtol=1e-9)
    assert_allclose(first, fresh, rtol=1e-9)


def test_fit_learns_digits(rng):
    X, y = images(rng, 1797)
    net = mlp_numpy.MLP(64, 32, 10, seed=int(rng.integers(1000)))
    net.fit(X[:1437], y[:1437], lr=0.3, batches=epochs(rng, 1437, 32, 10))
    assert (net.predict(X[1437:]) == y[1437:]).mean() > 0.85


# ── what must be left alone ───────────────────────────────────────────────────────────────────────────────


def test_arguments_unchanged(rng):
    params, X, y = draw(rng, n=12)
    net = net_of(mlp_numpy, params)
    X0, y0 = X.copy(), y.copy()
    for call in (
        lambda: net.forward(X),
        lambda: net.loss(X, y),
        lambda: net.gradients(X, y),
        lambda: net.predict(X),
        lambda: net.fit(X, y, lr=0.1, batches=[rng.permutation(12)[:5]]),
    ):
        call()
        assert_array_equal(X, X0)
        assert_array_equal(y, y0)


def test_calls_leave_no_trace(rng):
    params, X, y = draw(rng)
    other = clear_rows(rng, params, len(X))
    net = net_of(mlp_numpy, params)
    first = net.gradients(X, y)
    net.forward(other)
    net.loss(other, y)
    again = net.gradients(X, y)
    for name in NAMES:
        assert_allclose(first[name], again[name], rtol=1e-9)


def test_nets_share_nothing(rng):
    params, X, y = draw(rng)
    sizes = len(params["W1"]), len(params["b1"]), len(params["b2"])
    one = mlp_numpy.MLP(*sizes, seed=1)
    before = {name: value.copy() for name, value in one.params.items()}
    mlp_numpy.MLP(*sizes, seed=2).fit(X, y, lr=0.5, batches=[rng.permutation(len(y))])
    for name in NAMES:
        assert_array_equal(one.params[name], before[name])


def test_imports_numpy_only():
    tree = ast.parse(inspect.getsource(mlp_numpy))
    found = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    found |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.partition(".")[0] for name in found} & {"torch", "jax", "autograd", "tensorflow"}
