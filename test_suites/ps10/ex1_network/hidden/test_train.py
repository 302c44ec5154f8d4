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

from grader.checks import CheckFailed, Diagnosis, ask, check, fail
from test_suites.ps10.ex1_network.hidden.probes import NETWORK, NetworkProbe
from test_suites.ps10.ex1_network.public.objects import layers_of, taken, weights_of

EXAMPLES, CLASSES = 19, 10
LEAST_USED = 12
"""Of the examples, where a third is kept for validation and a short last batch is dropped."""
OWN, OTHERS = 0.6, 0.45
"""Shares of the examples that move as their own label says. Over 30 seeds 0.95 to 1 (rates 0.001 to 0.3), and with
shuffled labels 0.32 at most."""
EXCHANGED = 0.25
"""Of the examples, by which counts of labels may differ where examples have those of others."""
SHUFFLED = Diagnosis("The rows are shuffled, and their labels are not.", "labels-not-shuffled")
SAME = 1e-5
"""Of a row's factors, relative: in one step. The examples of the next one differ by 1e-3, at a rate of 0.01."""
EPOCHS, LEFT = 120, 0.5
"""How much of the loss of guessing may be left after so many epochs. Over 30 seeds the reference (rate 0.01) has
0.02 left at most, at a rate of 0.001 0.38, with sigmoid layers 0.14; a single epoch leaves 0.69 at least, and
shuffled labels 0.91."""
SAME_IN_SINGLE, CLEAR_IN_SINGLE = 1e-4, 0.2
"""In single precision, where only the larger elements of a row are exact enough."""
START = 1.2, 3.0
"""The loss before training: neither good already, nor so bad that it takes long to be undone."""


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

    def labels(self):
        """The label that each used example moved as, along its gradient or (Adam) its signs; and its own."""
        moved = self.moved[:, None]
        likely = np.maximum(_cosine(moved, self.towards), _cosine(moved, np.sign(self.towards))).argmax(
            axis=1
        )
        return likely[self.used], self.classes[self.used]

    def own_label(self):
        """The share of the used examples that moved as their own label says, rather than another."""
        moved_as, own = self.labels()
        return float((moved_as == own).mean()) if len(own) else 0.0

    def exchanged(self):
        """Whether there are as many of each label as there should be: examples have those of others."""
        counts = [np.bincount(labels, minlength=CLASSES) for labels in self.labels()]
        return bool(np.abs(counts[0] - counts[1]).sum() <= EXCHANGED * len(self.used))

    def largest_step(self):
        """How many examples, at most, were in one step at the first weights; for Adam, in any one step."""
        factors, same = [], SAME_IN_SINGLE if self.single else SAME
        for i in self.used:
            along = self.towards[i, self.classes[i]]
            active = np.abs(along) > (CLEAR_IN_SINGLE if self.single else 1e-3) * np.abs(along).max()
            for kind, ratio in enumerate(
                (self.moved[i] / np.where(active, along, 1), self.moved[i] * np.sign(along))
            ):
                mean = ratio[active].mean()
                if np.ptp(ratio[active]) <= same * abs(mean):
                    factors.append((kind, mean))
        sizes = [
            sum(k == kind and abs(f - factor) <= same * abs(factor) for k, f in factors)
            for kind, factor in factors
        ]
        return max(sizes, default=0)


def _cosine(a, b):
    """Of the angle between vectors along the last axis; 0 where one has no length."""
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return (a * b).sum(axis=-1) / np.where(lengths > 0, lengths, 1)


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
        found = run.largest_step()
        evidence.measure(f"largest step, in batches of {batch_size}", found, limit=batch_size)
        if run.single and found != batch_size:
            raise ask(
                "Your weights are in single precision, in which these batches can't be told apart.", call=call
            )
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
    runs = [trained(student, reference, rng, readings, batch_size) for batch_size in (4, 5)]
    share = min(run.own_label() for run in runs)
    evidence.measure(
        "share of the examples that move as their own label says", share, limit=OWN, better="higher"
    )
    if share < OTHERS:
        raise fail(
            "Examples are trained with other examples' labels, or away from their own.",
            call="train(X, y, epochs=1, batch_size=4)",
            yours=f"{share:.0%} of the examples move as their own label says",
            expected="nearly all",
            **(
                {"diagnosis": SHUFFLED.sentence, "diagnosis_id": SHUFFLED.id}
                if all(run.exchanged() for run in runs)
                else {}
            ),
            hint="Draw one order = np.random.permutation(len(X)), and take both X[order] and y[order].",
        )
    if share < OWN:
        raise ask("Some examples move as their label says, and some do not.", yours=f"{share:.0%}")


@check("train.learns")
def test_learns(student, reference, rng, readings, evidence):
    """Training on three clouds of points takes most of the loss away."""
    classes = np.arange(60) % 3
    hidden = readings.left(NETWORK)[0]["hidden"]

    def loss(probe, params):
        net = NetworkProbe(probe.sizes, tuple(params), probe.X, classes, 1.0)
        outputs = net.net(reference.neural_network, hidden).forward(probe.X)
        return reference.neural_network.LossFunctions.cross_entropy(classes, outputs)

    while True:
        centres = rng.permutation([[2.0, 0.0, 1.0, 0.0], [-1.0, 2.0, 0.0, 1.0], [-1.0, -2.0, -1.0, -1.0]])
        X = centres[classes] + rng.normal(size=(60, 4)) * 0.4
        probe = NetworkProbe((4, 16, 3), he(rng, (4, 16, 3)), X, classes, 1.0)
        if START[0] < loss(probe, probe.params) < START[1]:
            break
    net = in_their_labels(student, readings, probe, EPOCHS, 8)
    learnt = [
        (taken(layer, "weights", w.shape), taken(layer, "bias", b.shape))
        for layer, (w, b) in zip(layers_of(net, student.network), probe.params, strict=True)
    ]
    left = loss(probe, learnt) / np.log(3)
    evidence.measure("loss after training, of that of guessing", left, limit=LEFT)
    if not left <= LEFT:
        raise fail(
            "Training leaves most of the loss.",
            call=f"train(X, y, epochs={EPOCHS}, batch_size=8) with 60 examples in three clouds",
            yours=f"{left:.2f} of the loss of guessing, log 3",
            expected=f"at most {LEFT}",
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
    (first, bias), *others = he(rng, sizes)
    smaller = first / 2, bias  # steps are larger beside it, which single precision needs
    probe = NetworkProbe(
        sizes,
        (smaller, *others),
        np.diag(rng.uniform(3, 5, EXAMPLES)),
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
    return Trained(moved, np.stack(towards, axis=1), probe.classes, weights_of(layer).is_single())
