"""The loss: its value, where it starts, and how it bears large logits."""

import numpy as np

from grader.checks import CheckFailed, Tolerance, check, fail, values_match
from test_suites.week06.lab1_mlp.hidden.probes import Probe, draw, images, single
from test_suites.week06.lab1_mlp.public.forms import log_softmax

STABLE = Tolerance(double=5e-5, single=1e-2, certain=1e-2)
"""For logits of ten thousand: float32 keeps three digits of them."""
APART = 800.0
"""Between two such logits: exp(-800) is 0 in any precision, and one class of a row is certain."""


@check("loss.value", needs="init.used", explained_by=("example.loss", "forward.logits"))
def test_value(student, reference, rng, evidence, known_mistakes):
    """loss(X, y) is the softmax cross-entropy, averaged over the batch."""
    probes = [draw(rng), draw(rng), draw(rng, n=1)]

    def losses(module):
        return [p.net(module).loss(p.X.copy(), p.y.copy()) for p in probes]

    losses_match(
        losses(student.mlp_numpy),
        losses(reference.mlp_numpy),
        lambda: [of_logits(p.net(student.mlp_numpy).forward(p.X), p, len(p.params["b2"])) for p in probes],
        evidence=evidence,
        diagnose=known_mistakes.matcher("mlp_numpy", losses),
        hint="For each row take -log of the probability of its true class; then the mean over the batch.",
    )


def losses_match(told, true, own, *, evidence, **options):
    """The losses are the true ones, or, where the logits are wrong, those of the student's own logits.

    Args:
        told: The student's, one for each probe.
        true: The reference's.
        own: Computes, here, the losses of the student's own logits.
        evidence: Gets the largest error.
        options: Of ``values_match``.
    """
    try:
        values_match(told, true, name="loss", evidence=evidence, **options)
    except CheckFailed as failure:
        evidence.forget()
        try:
            values_match(told, own(), name="loss", evidence=evidence)
        except CheckFailed:
            raise failure from None


def of_logits(logits, probe, classes):
    """The mean cross-entropy of a student's logits, computed here."""
    log_p = log_softmax(logits.array((len(probe.y), classes)))
    return -log_p[np.arange(len(probe.y)), probe.y].mean()


@check("loss.at_start", needs="loss.value")
def test_at_start(student, reference, rng, lab, evidence):
    """A new net knows nothing: its loss on real digits is about log(10)."""
    X, y = images(reference, lab, rng, 200)
    net = student.mlp_numpy.MLP(X.shape[1], 32, 10, seed=int(rng.integers(1000)))
    told = net.loss(X, y)
    excess = told.number() - np.log(10)
    evidence.measure("first loss above log(10)", excess, limit=1.0)
    if not excess <= 1.0:
        raise fail(
            "A new net's loss on real digits is far above that of knowing nothing.",
            call=told.call,
            yours=f"{told.number():.3g}",
            expected="about log(10) = 2.30",
            hint="Large first weights make a net sure of wrong answers: scale them with sqrt(2 / fan_in).",
        )


@check("loss.stable", needs="loss.value")
def test_stable(student, reference, rng, evidence, known_mistakes):
    """Logits of ±10,000 give the right loss, neither infinity nor NaN."""
    probe = extreme(rng, reference)

    def loss(module):
        return [probe.net(module).loss(probe.X.copy(), probe.y.copy())]

    values_match(
        loss(student.mlp_numpy),
        loss(reference.mlp_numpy),
        name="loss",
        tolerance=STABLE,
        evidence=evidence,
        diagnose=known_mistakes.matcher("mlp_numpy", loss),
        hint="Subtract each row's largest logit before exp: softmax stays the same, exp can't overflow.",
    )


def extreme(rng, reference):
    """Logits of up to ±10,000; labels are the largest and the smallest in turn.

    In each row they are far apart, and so are the rows' largest.
    """
    apart = 0.0
    while apart < APART:
        probe = draw(rng, n=12)
        logits = probe.net(reference.mlp_numpy).forward(probe.X)
        gaps = np.diff(np.sort(logits, axis=1), axis=1).min(axis=1)
        rows = np.argsort(-gaps)[:3]
        scale = 1e4 / np.abs(logits[rows]).max()
        apart = scale * min(gaps[rows].min(), np.diff(np.sort(logits[rows].max(axis=1))).min())
    params = {**probe.params, **{name: single(probe.params[name] * scale) for name in ("W2", "b2")}}
    y = np.where(np.arange(3) % 2, logits[rows].argmax(axis=1), logits[rows].argmin(axis=1))
    return Probe(params, probe.X[rows], y)
