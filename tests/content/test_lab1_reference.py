"""The reference of week06/lab1_mlp against outside oracles: PyTorch, finite differences, hand-worked numbers."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from grader.judge.reference import Reference
from test_suites.week06.lab1_mlp.hidden import curvature
from test_suites.week06.lab1_mlp.hidden.probes import draw, epochs, mnist_folder, weights
from test_suites.week06.lab1_mlp.public import worked_example
from tests.suites import COURSE

REFERENCE = Reference(COURSE / "reference/week06/lab1_mlp")
NUMPY = REFERENCE.mlp_numpy


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(5))
def test_gradients_and_loss_are_those_of_torch(seed):
    import torch

    probe = draw(np.random.default_rng(seed))
    P = {name: torch.tensor(value, requires_grad=True) for name, value in probe.params.items()}
    logits = torch.relu(torch.tensor(probe.X) @ P["W1"] + P["b1"]) @ P["W2"] + P["b2"]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(probe.y))
    loss.backward()
    assert probe.net(NUMPY).loss(probe.X, probe.y) == pytest.approx(loss.item(), rel=1e-14)
    for name, gradient in probe.gradients(NUMPY).items():
        np.testing.assert_allclose(gradient, P[name].grad.numpy(), rtol=1e-12, atol=1e-15)


def test_the_worked_example_is_worked_right():
    net = worked_example.net_of(NUMPY)
    np.testing.assert_allclose(net.forward(worked_example.X), worked_example.LOGITS)
    assert net.loss(worked_example.X, worked_example.Y) == pytest.approx(worked_example.LOSS, abs=1e-7)
    gradients = net.gradients(worked_example.X, worked_example.Y)
    for name, gradient in worked_example.GRADIENTS.items():
        np.testing.assert_allclose(gradient, gradients[name], atol=1e-7)


def test_second_derivatives_and_tangents_are_those_of_small_differences():
    rng = np.random.default_rng(0)
    probe = draw(rng)
    V = weights(rng, probe.sizes["n_in"], probe.sizes["n_hidden"], probe.sizes["n_out"])
    ahead, behind = (
        type(probe)({n: p + sign * 1e-6 * V[n] for n, p in probe.params.items()}, probe.X, probe.y)
        for sign in (1, -1)
    )
    told = curvature.second_derivative(probe.params, probe.X, probe.y, V)
    for name, after in ahead.gradients(NUMPY).items():
        np.testing.assert_allclose(told[name], (after - behind.gradients(NUMPY)[name]) / 2e-6, atol=1e-7)
    after, before = (NUMPY.log_softmax(p.net(NUMPY).forward(probe.X)) for p in (ahead, behind))
    moved = (after - before) / 2e-6
    np.testing.assert_allclose(curvature.tangent(probe.params, probe.X, V), moved, atol=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_probes_are_what_they_promise(seed):
    rng = np.random.default_rng(seed)
    probe = draw(rng)
    assert len(set(probe.sizes.values())) == 4
    assert len(set(draw(rng, n=7).sizes.values())) == 4
    assert all(value.any() for value in probe.params.values())
    assert np.abs(probe.X @ probe.params["W1"] + probe.params["b1"]).min() >= 1e-3
    assert (probe.X == probe.X.astype(np.float32)).all()


def test_epochs_take_each_row_once_and_end_with_a_short_batch():
    batches = epochs(np.random.default_rng(0), 75, 16, 2)
    assert [len(rows) for rows in batches] == [16, 16, 16, 16, 11] * 2
    assert sorted(np.concatenate(batches[:5])) == list(range(75))


def test_examples_shares_sum_to_the_gradient():
    probe = draw(np.random.default_rng(0))
    for name, share in probe.shares(NUMPY).items():
        np.testing.assert_allclose(share.sum(axis=0), probe.gradients(NUMPY)[name], atol=1e-14)


# ── Digits ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_small_digits_are_scikit_learns(monkeypatch):
    from sklearn.datasets import load_digits

    monkeypatch.delenv("MNIST_DIR", raising=False)
    digits, theirs = REFERENCE.digits.load(), load_digits()
    assert (digits.images == theirs.data).all()
    assert (digits.labels == theirs.target).all()
    assert digits.images.max() == digits.brightest == 16


def test_a_folder_without_mnist_is_reported_with_what_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte .* is not in"):
        REFERENCE.digits.load(tmp_path)


def test_a_file_that_is_not_mnists_is_reported(tmp_path, monkeypatch):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + bytes(12))
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(ValueError, match="is not MNIST's: its MD5 is"):
        REFERENCE.digits.load()


def test_idx_files_are_read_plain_and_zipped(tmp_path, monkeypatch):
    import hashlib

    digits, checksums = REFERENCE.digits, {}
    for name, axes, values in (
        ("train-images-idx3-ubyte", (2, 28, 28), np.arange(1568) % 256),
        ("train-labels-idx1-ubyte", (2,), np.array([3, 7])),
        ("t10k-images-idx3-ubyte", (1, 28, 28), np.full(784, 9)),
        ("t10k-labels-idx1-ubyte", (1,), np.array([4])),
    ):
        data = (
            bytes([0, 0, 8, len(axes)]) + np.array(axes, ">i4").tobytes() + values.astype(np.uint8).tobytes()
        )
        checksums[name] = hashlib.md5(data).hexdigest()
        if name.startswith("t10k"):
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data))
        else:
            (tmp_path / name).write_bytes(data)
    monkeypatch.setattr(digits, "MNIST", checksums)
    loaded = digits.load(tmp_path)
    assert loaded.images.shape == (3, 784)
    assert loaded.labels.tolist() == [3, 7, 4]
    assert loaded.images[0, :3].tolist() == [0, 1, 2]


def test_mnist_is_found_in_the_data_folder_or_below_it():
    assert mnist_folder({}) is None
    assert mnist_folder({"mnist": "/data/mnist"}) == "/data/mnist"
    files = {"train-images-idx3-ubyte": "/data/train-images-idx3-ubyte.gz", "mnist": "/data/mnist"}
    assert mnist_folder(files) == Path("/data")
