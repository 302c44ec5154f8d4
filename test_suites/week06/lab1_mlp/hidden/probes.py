"""Probes: drawn at grading time, and built so that no bug can hide behind them.

- N, n_in, n_hidden and n_out are all different, so a transpose or a wrong axis can't fit by chance.
- Biases aren't zero, so a missing one shows.
- No pre-activation is near zero: there a ReLU may be taken either way, and float32 may fall on either side.
- Every number is a float32: work in single precision is given exactly the same problem.
- No true class is unlikely: a loss with a stabiliser of up to 1e-6, as in log(p + 1e-6), stays within the limits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from grader.checks import MEAN, Answer, Convention, GradientCase, factor_of
from test_suites.week06.lab1_mlp.public.forms import probabilities

BACKWARD = ("b2", "W2", "b1", "W1")
"""The parameters in the order in which backpropagation reaches them."""
CLEAR = 1e-3
"""How far every pre-activation stays away from zero."""
CLEAR_PATH = 1e-5
"""The same along a training run, where float32 is off by 1e-6."""
LIKELY = (0.05, 0.6)
"""Between these is the probability of every true class."""
STABILISER = 1e-6
"""The largest that is right: log(p + 1e-6)."""
STABILISED = 1.5e-5
"""By how much it may change a loss of a training run, over the loss or 1: a third of what is allowed."""
REACH = 2_000.0
"""How far each hidden unit of a wide probe goes: a ReLU that ends at 6, 20 or 1,000 shows."""


@dataclass(frozen=True)
class Probe:
    """Weights and a batch.

    Attributes:
        params: W1 (n_in, n_hidden), b1 (n_hidden,), W2 (n_hidden, n_out), b2 (n_out,).
        X: (N, n_in).
        y: (N,) labels.
        feature: What is special about the batch, as the subject of a sentence.
    """

    params: dict[str, np.ndarray]
    X: np.ndarray
    y: np.ndarray
    feature: str = ""

    @cached_property
    def sizes(self):
        """Every size by its name in the lab."""
        (n_in, n_hidden), n_out = self.params["W1"].shape, len(self.params["b2"])
        return {"N": len(self.X), "n_in": n_in, "n_hidden": n_hidden, "n_out": n_out}

    def net(self, module):
        """A net with these weights: of the reference, of a mutant, or on the student's side."""
        net = module.MLP(self.sizes["n_in"], self.sizes["n_hidden"], self.sizes["n_out"], seed=0)
        if isinstance(net, Answer):
            net.set("params", self.params)
        else:
            net.params = {name: value.copy() for name, value in self.params.items()}
        return net

    def gradients(self, module):
        """A module's gradients, in backward order."""
        gradients = self.net(module).gradients(self.X.copy(), self.y.copy())
        return {name: gradients[name] for name in BACKWARD}

    def case(self, module, what="gradient"):
        """The true gradients, with all that helps to recognise a wrong one."""
        return GradientCase(
            self.gradients(module),
            sizes=self.sizes,
            params=self.params,
            per_example=lambda: self.shares(module),
            feature=self.feature,
            what=what,
        )

    def shares(self, module):
        """Each example's share of the gradients: arrays of shape (N, ...)."""
        single = [
            replace(self, X=self.X[i : i + 1], y=self.y[i : i + 1]).gradients(module)
            for i in range(len(self.y))
        ]
        return {name: np.stack([g[name] for g in single]) / len(single) for name in BACKWARD}


def draw(rng, n=None, sizes=None, feature=""):
    """A probe of random size.

    Args:
        rng: Draws it.
        n: Rows of the batch; by default random, and different from all other sizes.
        sizes: n_in, n_hidden, n_out; by default random and all different.
        feature: See ``Probe``.
    """
    free, *others = (int(size) for size in rng.permutation([size for size in range(4, 13) if size != n])[:4])
    n_in, n_hidden, n_out = sizes or others
    params = weights(rng, n_in, n_hidden, n_out)
    return labelled(rng, params, lambda left: clear_rows(rng, params, len(left)), n or free, feature)


def wide(rng):
    """A probe that drives each hidden unit to ``REACH`` in one row, and to minus that in another."""
    n_in, n_hidden, n_out = (int(size) for size in rng.permutation(range(4, 8))[:3])
    params = weights(rng, n_in, n_hidden, n_out)
    along = (params["W1"] / (params["W1"] ** 2).sum(axis=0)).T  # row j moves unit j by one
    far = np.concatenate([along, -along]) * REACH
    logits = np.maximum(far @ params["W1"], 0) @ params["W2"]
    params["W2"] = single(
        params["W2"] / np.abs(logits).max()
    )  # logits of order one, so that no class is sure

    def rows(left):
        around = far[left] * rng.uniform(1.1, 1.5, size=(len(left), 1))
        return clear_rows(rng, params, len(left), clear=0.1, around=around)

    return labelled(rng, params, rows, 2 * n_hidden)


def labelled(rng, params, rows, n, feature=""):
    """A probe whose labels are of classes that get a probability between those of ``LIKELY``.

    Args:
        rng: Draws the labels.
        params: Of the net.
        rows: Draws the rows with these numbers; one that makes no class likely is drawn again.
        n: How many rows.
        feature: See ``Probe``.
    """
    X, y, left = np.empty((n, len(params["W1"]))), np.empty(n, dtype=np.int64), np.arange(n)
    while len(left):
        X[left] = rows(left)
        Z = X[left] @ params["W1"] + params["b1"]
        P = probabilities(np.maximum(Z, 0) @ params["W2"] + params["b2"])
        usual = [np.flatnonzero((row >= LIKELY[0]) & (row <= LIKELY[1])) for row in P]
        for i, classes in zip(left, usual, strict=True):
            y[i] = rng.choice(classes) if len(classes) else 0
        left = left[[not len(classes) for classes in usual]]
    return Probe(params, X, y, feature)


def weights(rng, n_in, n_hidden, n_out):
    """Weights of order one behind each layer, and biases beside them."""
    return {
        "W1": single(rng.normal(size=(n_in, n_hidden)) * np.sqrt(2 / n_in)),
        "b1": single(rng.normal(size=n_hidden) / 2),
        "W2": single(rng.normal(size=(n_hidden, n_out)) * np.sqrt(2 / n_hidden)),
        "b2": single(rng.normal(size=n_out) / 2),
    }


def clear_rows(rng, params, n, clear=CLEAR, around=0.0):
    """Rows for which no hidden unit is near the kink of its ReLU; around zero, or each around its own place."""
    X = np.empty((n, len(params["W1"])))
    centre = np.broadcast_to(around, X.shape)
    left = np.arange(n)
    while len(left):
        X[left] = single(centre[left] + rng.normal(size=(len(left), X.shape[1])))
        near = np.abs(X[left] @ params["W1"] + params["b1"]).min(axis=1) < clear
        left = left[near]
    return X


def single(values):
    """Rounded to float32, kept as float64."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


# ── Real digits ───────────────────────────────────────────────────────────────────────────────────────────


def images(reference, lab, rng, count):
    """Digits drawn at random, without repetition.

    Returns:
        X (count, pixels) from 0 to 1, y (count,) from 0 to 9.
    """
    digits = _digits(reference.digits, mnist_folder(lab.data))
    rows = rng.choice(len(digits.labels), count, replace=False)
    return single(digits.images[rows] / digits.brightest), digits.labels[rows]


def mnist_folder(data):
    """Where the instructor's MNIST files are: the data folder itself, or ``mnist`` in it; ``None`` without."""
    lone = data.get("train-images-idx3-ubyte")
    return Path(lone).parent if lone else data.get("mnist")


@cache
def _digits(module, folder):
    """The digits, read (and checked) once for all checks of a submission."""
    return module.load(folder)


# ── Training runs ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Run:
    """Training from given weights over given batches.

    Attributes:
        start: The weights to begin with, and all rows.
        lr: The learning rate.
        batches: The rows of each step.
        convention: By what the student's gradients differ from those of the mean loss.
    """

    start: Probe
    lr: float
    batches: list[np.ndarray] = field(repr=False)
    convention: Convention = MEAN

    def of(self, module):
        """A trusted module's losses and last weights, in the student's convention."""
        net, X, y = self.start.net(module), self.start.X, self.start.y
        if self.convention.is_mean:
            losses = net.fit(X, y, lr=self.lr, batches=self.batches)
        else:
            rates = [self.lr * self.convention.factor(len(rows)) for rows in self.batches]
            each = zip(rates, self.batches, strict=True)
            losses = [net.fit(X, y, lr=lr, batches=[rows])[0] for lr, rows in each]
        return np.array(losses), net.params

    def on(self, net, cast=lambda X: X):
        """The losses of a student's net; ``cast`` turns inputs into its precision."""
        return net.fit(cast(self.start.X), self.start.y, lr=self.lr, batches=self.batches)

    def clearance(self, module):
        """How near any hidden unit comes to the kink of its ReLU, in the first fifty steps."""
        net, X, y = self.start.net(module), self.start.X, self.start.y
        least = np.inf
        for rows in self.batches[:50]:
            least = min(least, np.abs(net.layers(X[rows])[0]).min())
            net.fit(X, y, lr=self.lr * self.convention.factor(len(rows)), batches=[rows])
        return least

    def stabilised(self, module):
        """By how much log(p + 1e-6) would change a loss of this run at most, over the loss or 1."""
        net, X, y = self.start.net(module), self.start.X, self.start.y
        most = 0.0
        for rows in self.batches:
            p = probabilities(net.forward(X[rows]))[np.arange(len(rows)), y[rows]]
            loss = net.fit(X, y, lr=self.lr * self.convention.factor(len(rows)), batches=[rows])[0]
            most = max(most, (STABILISER / p).mean() / max(loss, 1.0))
        return most


def clear_run(module, draw_run):
    """A run that stays clear of kinks for as long as float32 curves are compared step by step.

    And in which a stabiliser changes no loss by more than a third of what is allowed.
    """
    while (run := draw_run()).clearance(module) < CLEAR_PATH or run.stabilised(module) > STABILISED:
        pass
    return run


def epochs(rng, n, size, count):
    """Shuffled mini-batches of ``count`` epochs; the last of each is short unless ``size`` divides ``n``."""
    return [rows for _ in range(count) for rows in np.split(rng.permutation(n), range(size, n, size))]


def convention_of(module, reference, rng, gradients=None):
    """By what a module's gradients differ from those of the mean, which its own interface demands.

    Args:
        module: On the student's side; an instructor's mapping of it may allow for a convention.
        reference: Ours.
        rng: Draws two probes.
        gradients: Asks for the gradients on a probe; by default of a net with the probe's weights.
    """
    if not module.by_instructor:
        return MEAN
    ask = gradients or (lambda probe: probe.net(module).gradients(probe.X, probe.y))
    probes = [draw(rng, n=5), draw(rng, n=13)]
    return factor_of([ask(p) for p in probes], [p.case(reference.mlp_numpy) for p in probes])
