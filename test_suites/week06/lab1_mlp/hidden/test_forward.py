"""The forward pass, and the labels that follow from it."""

import numpy as np

from grader.checks import CheckFailed, check, values_match
from test_suites.week06.lab1_mlp.hidden.probes import draw, wide
from test_suites.week06.lab1_mlp.public.forms import as_given


@check("forward.logits", needs=("init.shapes", "init.used"), explained_by="example.logits")
def test_logits(student, reference, rng, evidence, known_mistakes):
    """forward(X) gives the logits: relu(X W1 + b1) W2 + b2."""
    logits_match([draw(rng), draw(rng), draw(rng), wide(rng)], student, reference, evidence, known_mistakes)


@check("forward.batch_sizes", needs="init.used", explained_by="forward.logits")
def test_batch_sizes(student, reference, rng, evidence, known_mistakes):
    """forward(X) takes a batch of any length: a single row, an odd number, many."""
    logits_match([draw(rng, n=n) for n in (1, 17, 101)], student, reference, evidence, known_mistakes)


@check("predict.labels", needs="init.used", explained_by="forward.logits")
def test_labels(student, reference, rng):
    """predict(X) gives the class with the largest logit for each row."""
    for probe in (draw(rng, n=40), draw(rng, n=1)):
        labels_match(probe, probe.net(student.mlp_numpy), probe.net(reference.mlp_numpy).forward(probe.X))


def labels_match(probe, net, logits, cast=lambda X: X):
    """The labels are those of the largest logits: of the true ones, or, where these are wrong, of the net's own.

    Args:
        probe: Its rows are asked for, but for those whose two largest logits are close.
        net: The student's.
        logits: The true ones.
        cast: Turns inputs into the net's precision.
    """
    first, second = np.sort(logits, axis=1)[:, :-3:-1].T
    clear = first - second > 1e-3
    told = net.predict(cast(probe.X[clear]))
    try:
        values_match(told, logits.argmax(axis=1)[clear], name="labels")
    except CheckFailed:
        if not follow(told, net.forward(cast(probe.X[clear])), logits[clear].shape):
            raise


def follow(told, own, shape):
    """Whether labels are those of a student's own logits."""
    try:
        return (told.array(shape[:1], kind="integer") == own.array(shape).argmax(axis=1)).all()
    except CheckFailed:
        return False


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
