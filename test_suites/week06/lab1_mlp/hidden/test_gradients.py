"""Backpropagation, tensor by tensor in the order in which it reaches them."""

from dataclasses import replace

import numpy as np

from grader.checks import check, gradients_match
from test_suites.week06.lab1_mlp.hidden.probes import BACKWARD, Probe, clear_rows, draw, weights, wide
from test_suites.week06.lab1_mlp.hidden.test_loss import STABLE, extreme


@check("gradients.b2", needs="init.used", explained_by=("example.gradients", "forward.logits"))
def test_b2(student, reference, rng, evidence, known_mistakes):
    """gradients(X, y)["b2"] is the derivative of the loss by b2."""
    backward_pass("b2", student, reference, rng, evidence, known_mistakes)


@check("gradients.W2", needs="init.used", explained_by="gradients.b2")
def test_W2(student, reference, rng, evidence, known_mistakes):
    """gradients(X, y)["W2"] is the derivative of the loss by W2."""
    backward_pass("W2", student, reference, rng, evidence, known_mistakes)


@check("gradients.b1", needs="init.used", explained_by=("gradients.b2", "gradients.W2"))
def test_b1(student, reference, rng, evidence, known_mistakes):
    """gradients(X, y)["b1"] is the derivative of the loss by b1."""
    backward_pass("b1", student, reference, rng, evidence, known_mistakes)


@check("gradients.W1", needs="init.used", explained_by=("gradients.b2", "gradients.W2", "gradients.b1"))
def test_W1(student, reference, rng, evidence, known_mistakes):
    """gradients(X, y)["W1"] is the derivative of the loss by W1."""
    backward_pass("W1", student, reference, rng, evidence, known_mistakes)


@check(
    "gradients.batch_sizes",
    needs="init.used",
    explained_by=("gradients.b2", "gradients.W2", "gradients.b1", "gradients.W1"),
)
def test_batch_sizes(student, reference, rng, evidence, known_mistakes):
    """The gradients are right for a batch of any length: a single row, an odd number, many."""
    probes = [
        draw(rng, n=1, feature="a batch of one row"),
        draw(rng, n=17, feature="a batch of an odd length"),
        draw(rng, n=64, feature="a batch of 64 rows"),
    ]
    on_probes(probes, BACKWARD, student, reference, evidence, known_mistakes)


@check(
    "gradients.blank_row",
    needs="init.used",
    explained_by=("gradients.b2", "gradients.W2", "gradients.b1", "gradients.W1"),
)
def test_blank_row(student, reference, rng, evidence, known_mistakes):
    """An input row of zeros, with zero biases, gives finite and right gradients."""
    probe = draw(rng)
    params = {**probe.params, "b1": np.zeros_like(probe.params["b1"])}
    X = clear_rows(rng, params, len(probe.X))
    blank = X.copy()
    blank[rng.integers(len(X))] = 0.0
    probes = [Probe(params, X, probe.y), Probe(params, blank, probe.y, "a batch with a row of zeros")]
    # b1 is left out: at exactly 0 a ReLU has no derivative, and any number from 0 to 1 will do
    smooth = ("b2", "W2", "W1")
    on_probes(probes, smooth, student, reference, evidence, known_mistakes, compared=smooth)


@check(
    "gradients.large_network",
    needs="init.used",
    explained_by=("gradients.b2", "gradients.W2", "gradients.b1", "gradients.W1"),
    seconds=8,
    slow="Does gradients() move one parameter after the other? Backpropagation needs one pass for all of them.",
)
def test_large_network(student, reference, rng, evidence):
    """Two hundred thousand parameters take one backward pass, not one forward pass each."""
    sizes = int(rng.integers(760, 800)), int(rng.integers(250, 270)), 10
    n = int(rng.integers(12, 20))
    params = weights(rng, *sizes)
    probe = Probe(params, clear_rows(rng, params, n, clear=1e-4), rng.integers(10, size=n))
    on_probes([probe], BACKWARD, student, reference, evidence, None)


@check(
    "gradients.stable",
    needs="init.used",
    explained_by=("gradients.b2", "gradients.W2", "gradients.b1", "gradients.W1"),
)
def test_stable(student, reference, rng, evidence, known_mistakes):
    """Logits of ±10,000 give finite and right gradients."""
    on_probes(
        [extreme(rng, reference)], BACKWARD, student, reference, evidence, known_mistakes, tolerance=STABLE
    )


def backward_pass(name, student, reference, rng, evidence, known_mistakes):
    """One tensor on three probes; the other tensors help to name what is wrong with it."""
    on_probes(
        [draw(rng), draw(rng), draw(rng), wide(rng)], name, student, reference, evidence, known_mistakes
    )


def on_probes(probes, about, student, reference, evidence, known_mistakes, *, compared=BACKWARD, **options):
    """The gradients that a check is about, on every probe."""
    cases = [p.case(reference.mlp_numpy) for p in probes]
    gradients_match(
        [p.net(student.mlp_numpy).gradients(p.X, p.y) for p in probes],
        [replace(case, expected={name: case.expected[name] for name in compared}) for case in cases],
        of=about,
        any_factor=student.mlp_numpy.by_instructor,
        evidence=evidence,
        diagnose=known_mistakes
        and known_mistakes.matcher(
            "mlp_numpy", lambda module: [p.gradients(module) for p in probes], pairs=True
        ),
        **options,
    )
