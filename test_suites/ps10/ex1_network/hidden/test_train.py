"""train(): who is in which batch, with whose label, and whether it comes to something.

With X diagonal, each example has a feature of its own, and moves its own row of the first weights. The examples of
the first batch move theirs exactly along the gradient at the first weights, by one common factor; what comes after
has other weights already. Momentum keeps that direction, and Adam has its signs. So the rows say what a batch was,
in any order and at any rate. Examples that are left out (for validation, or since the last batch is short) move
nothing, and that is legal, too.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from grader.checks import CheckFailed, ask, check, fail, reaches
from test_suites.ps10.ex1_network.hidden.probes import NETWORK, NetworkProbe
from test_suites.ps10.ex1_network.public.objects import layers_of, taken

EXAMPLES, CLASSES = 19, 10
LEAST_USED = 12
"""Of the examples, where a third is kept for validation and a short last batch is dropped."""
OWN, OTHERS = 0.5, 0.3
"""Shares of the examples that move as their own label says. Honest: 1.0 (0.9 at a rate of 0.5); with shuffled
labels 0.1 on average, and 0.5 once in 100,000."""
SAME = 1e-5
"""Of a row's factors, relative: in one step. The examples of the next one differ by 1e-3, at a rate of 0.01."""
GONE = 0.55
"""Of the loss. Over 20 seeds the reference (rate 0.01) takes 0.97 or more; a single epoch took 0.49 at most."""


@dataclass(frozen=True)
class Trained:
    """How far each example's row of the first weights went, and where each label would have moved it."""

    moved: np.ndarray
    """(N, hidden)."""
    towards: np.ndarray
    """(N, classes, hidden): minus the gradient by that row, for each class that the example could have."""
    classes: np.ndarray
    single: bool

    @property
    def used(self):
        """The examples whose row moved."""
        return np.flatnonzero(np.abs(self.moved).max(axis=1) > 0)

    def own_label(self):
        """The share of the used examples that moved as their own label says, rather than another."""
        sides = np.sign(self.moved)[:, None] * self.towards
        lengths = np.abs(self.towards).sum(axis=2)
        likely = (sides.sum(axis=2) / np.where(lengths > 0, lengths, 1)).argmax(axis=1)
        return float((likely == self.classes)[self.used].mean()) if len(self.used) else 0.0

    def largest_step(self):
        """How many examples, at most, were in one step at the first weights; for Adam, in any one step."""
        factors = []
        for i in self.used:
            along = self.towards[i, self.classes[i]]
            active = np.abs(along) > 1e-3 * np.abs(along).max()
            for kind, ratio in enumerate(
                (self.moved[i] / np.where(active, along, 1), self.moved[i] * np.sign(along))
            ):
                mean = ratio[active].mean()
                if np.ptp(ratio[active]) <= SAME * abs(mean):
                    factors.append((kind, mean))
        sizes = [
            sum(k == kind and abs(f - factor) <= SAME * abs(factor) for k, f in factors)
            for kind, factor in factors
        ]
        return max(sizes, default=0)


@check("train.batches", needs="network.gradients")
def test_batches(student, reference, rng, readings, evidence):
    """Training goes through the examples in batches of batch_size: one step each."""
    for batch_size in (4, 8):
        run = trained(student, reference, rng, readings, batch_size)
        call = f"train(X, y, epochs=1, batch_size={batch_size}) with {EXAMPLES} examples"
        evidence.measure(
            f"examples used, in batches of {batch_size}", len(run.used), limit=LEAST_USED, better="higher"
        )
        if len(run.used) <= batch_size:
            raise fail(
                "An epoch uses a single batch."
                if len(run.used)
                else "train does not change the first weights.",
                call=call,
                yours=f"{len(run.used)} examples changed the weights",
                expected=f"all of them, or nearly: {LEAST_USED} at least",
                hint="Loop over range(0, len(X), batch_size), and take X[start:start + batch_size] each time.",
            )
        if len(run.used) < LEAST_USED:
            raise ask(
                "Few of the examples change the weights: is that a split for validation?",
                call=call,
                yours=f"{len(run.used)} of {EXAMPLES}",
            )
        if run.single:
            raise ask(
                "Your weights are in single precision, in which batches can't be told apart.", call=call
            )
        found = run.largest_step()
        evidence.measure(f"largest step, in batches of {batch_size}", found, limit=batch_size)
        if found == 0:
            raise ask(
                "No step goes along the gradient at the first weights, so batches can't be counted.",
                call=call,
            )
        if found == EXAMPLES:
            raise fail(
                "All examples make one step together: batch_size is not used.",
                call=call,
                yours=f"{found} examples in a step",
                expected=f"{batch_size}",
                hint="Call forward and backward on each batch, not on all of X.",
            )
        if found == 1:
            raise fail(
                "Each example makes a step of its own: batch_size is not used.",
                call=call,
                yours="1 example in a step",
                expected=f"{batch_size}",
                hint="Pass the batch as a whole through forward and backward.",
            )
        if batch_size < found < 2 * batch_size and found != len(run.used):
            raise ask(
                "Batches are larger than batch_size, but there are batches.",
                call=call,
                yours=f"{found} examples in a step",
            )
        if found != batch_size:
            raise fail(
                "Batches have another size than batch_size.",
                call=call,
                yours=f"{found} examples in a step",
                expected=f"{batch_size}",
            )


@check("train.labels")
def test_labels(student, reference, rng, readings, evidence):
    """In train each example comes with its own label, whatever the order."""
    shares = [trained(student, reference, rng, readings, batch_size).own_label() for batch_size in (4, 5)]
    share = min(shares)
    evidence.measure(
        "share of the examples that move as their own label says", share, limit=OWN, better="higher"
    )
    if share < OTHERS:
        raise fail(
            "Examples are trained with other examples' labels, or away from their own.",
            call="train(X, y, epochs=1, batch_size=4)",
            yours=f"{share:.0%} of the examples move as their own label says",
            expected="nearly all",
            hint="Draw one order = np.random.permutation(len(X)), and take both X[order] and y[order].",
        )
    if share < OWN:
        raise ask("Some examples move as their label says, and some do not.", yours=f"{share:.0%}")


@check("train.learns")
def test_learns(student, reference, rng, readings, evidence):
    """From He's first weights, sixty epochs on three clouds of points take most of the loss away."""
    centres = rng.permutation([[2.0, 0.0, 1.0, 0.0], [-1.0, 2.0, 0.0, 1.0], [-1.0, -2.0, -1.0, -1.0]])
    classes = np.arange(60) % 3
    X = centres[classes] + rng.normal(size=(60, 4)) * 0.4
    probe = NetworkProbe((4, 16, 3), he(rng, (4, 16, 3)), X, classes, 1.0)
    net = in_their_labels(student, readings, probe, 60, 8)
    read = [
        (taken(layer, "weights", w.shape), taken(layer, "bias", b.shape))
        for layer, (w, b) in zip(layers_of(net, student.network), probe.params, strict=True)
    ]
    hidden = readings.left(NETWORK)[0]["hidden"]

    def loss(params):
        after = NetworkProbe(probe.sizes, tuple(params), X, classes, 1.0).net(
            reference.neural_network, hidden
        )
        return reference.neural_network.LossFunctions.cross_entropy(classes, after.forward(X))

    before, after = loss(probe.params), loss(read)
    reaches(
        "share of the loss that sixty epochs take away",
        1 - after / before,
        GONE,
        evidence=evidence,
        hint="Does train loop over all epochs, and call backward on each batch with a rate that is not tiny?",
    )


def he(rng, sizes):
    """First weights through which gradients of all layers are about the same."""
    pairs = itertools.pairwise(sizes)
    return tuple((rng.normal(size=(i, o)) * np.sqrt(2 / i), np.zeros((1, o))) for i, o in pairs)


def in_their_labels(student, readings, probe, epochs, batch_size):
    """The student's network, trained with labels in the form that its backward takes; else in the other one."""
    forms = list(dict.fromkeys(reading["labels"] for reading in readings.left(NETWORK)))
    for form in forms:
        try:
            net = probe.net(student.network)
            net.train(probe.X, probe.targets(form), epochs, batch_size)
        except CheckFailed:
            if form == forms[-1]:
                raise
        else:
            return net
    raise AssertionError("there is at least one form of labels")


def trained(student, reference, rng, readings, batch_size):
    """One epoch over examples that each have a feature of their own."""
    hidden = readings.left(NETWORK)[0]["hidden"]
    sizes = (EXAMPLES, 14, CLASSES)
    probe = NetworkProbe(
        sizes,
        he(rng, sizes),
        np.diag(rng.uniform(1.5, 2.5, EXAMPLES)),
        rng.integers(CLASSES, size=EXAMPLES),
        1.0,
    )
    first = probe.params[0][0]
    net = in_their_labels(student, readings, probe, 1, batch_size)
    layer = layers_of(net, student.network)[0]
    moved = taken(layer, "weights", first.shape) - first
    towards = []
    for label in range(CLASSES):
        as_that = NetworkProbe(sizes, probe.params, probe.X, np.full(EXAMPLES, label), 1.0)
        towards.append(-as_that.gradients(reference.neural_network, hidden=hidden)[2])
    return Trained(moved, np.stack(towards, axis=1), probe.classes, layer.get("weights").is_single())
