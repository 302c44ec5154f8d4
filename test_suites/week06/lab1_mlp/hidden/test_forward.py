"""The forward pass, and the labels that follow from it."""

import numpy as np

from grader.checks import check, values_match
from test_suites.week06.lab1_mlp.hidden.probes import draw
from test_suites.week06.lab1_mlp.public.forms import as_given


@check("forward.logits", needs="init.shapes")
def test_logits(student, reference, rng, evidence, known_mistakes):
    """forward(X) gives the logits: relu(X W1 + b1) W2 + b2."""
    logits_match([draw(rng) for _ in range(3)], student, reference, evidence, known_mistakes)


@check("forward.batch_sizes", needs="forward.logits")
def test_batch_sizes(student, reference, rng, evidence, known_mistakes):
    """forward(X) takes a batch of any length: a single row, an odd number, many."""
    logits_match([draw(rng, n=n) for n in (1, 17, 101)], student, reference, evidence, known_mistakes)


@check("predict.labels", needs="forward.logits")
def test_labels(student, reference, rng):
    """predict(X) gives the class with the largest logit for each row."""
    for probe in (draw(rng, n=40), draw(rng, n=1)):
        logits = probe.net(reference.mlp_numpy).forward(probe.X)
        first, second = np.sort(logits, axis=1)[:, :-3:-1].T
        X = probe.X[first - second > 1e-3]
        values_match(
            probe.net(student.mlp_numpy).predict(X),
            logits.argmax(axis=1)[first - second > 1e-3],
            name="labels",
        )


def logits_match(probes, student, reference, evidence, known_mistakes):
    """The logits on every probe; a mapped repository may give probabilities, or their logarithms."""

    def given(module):
        return [p.net(module).forward(p.X.copy()) for p in probes]

    answers, logits = given(student.mlp_numpy), given(reference.mlp_numpy)
    values_match(
        answers,
        as_given(student.mlp_numpy, answers, logits, evidence),
        name="logits",
        evidence=evidence,
        diagnose=known_mistakes.matcher("mlp_numpy", given, pairs=True),
        hint="Compute Z = X W1 + b1, then H = max(Z, 0), then H W2 + b2, and compare the shapes on the way.",
    )
