"""The loss: its value, where it starts, and how it bears large logits."""

import numpy as np

from grader.checks import Tolerance, check, fail, values_match
from test_suites.week06.lab1_mlp.hidden.own import judged, net_at, with_own
from test_suites.week06.lab1_mlp.hidden.probes import Probe, draw, images, single

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
        losses,
        probes,
        net_at(student.mlp_numpy),
        reference,
        evidence,
        known_mistakes,
        hint="For each row take -log of the probability of its true class; then the mean over the batch.",
    )


def losses_match(observe, probes, at, reference, evidence, known_mistakes, **options):
    """The losses on all probes.

    Args:
        observe: Gets them from a module of ours.
        probes: Of which.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        reference: Computes the true ones.
        evidence: Gets the largest error.
        known_mistakes: Name a bug.
        options: ``passed``, and the hint.
    """
    answers = []
    for probe in probes:
        net, cast = at(probe)
        answers.append(net.loss(cast(probe.X), probe.y))
    hint = options.pop("hint")

    def compare(expected, diagnose):
        values_match(answers, expected, name="loss", evidence=evidence, diagnose=diagnose, hint=hint)

    judged(
        compare,
        observe,
        with_own(at, "forward"),
        reference,
        evidence,
        known_mistakes,
        otherwise="Your loss is not the mean cross-entropy of the logits that your own forward gives.",
        **options,
    )


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


@check("loss.stable", needs="init.used", explained_by=("forward.logits", "loss.value"))
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
