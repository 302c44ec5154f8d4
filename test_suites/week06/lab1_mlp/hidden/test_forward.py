"""The forward pass, and the labels that follow from it."""

import numpy as np

from grader.checks import check, values_match
from test_suites.week06.lab1_mlp.hidden.own import judged, net_at, with_own
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
def test_labels(student, reference, rng, evidence, known_mistakes):
    """predict(X) gives the class with the largest logit for each row."""
    labels_match(rng, net_at(student.mlp_numpy), reference, evidence, known_mistakes)


def labels_match(rng, at, reference, evidence, known_mistakes):
    """The labels of many rows and of one; rows whose two largest logits are close are left out.

    Args:
        rng: Draws the rows.
        at: Gives the student's net with the weights of a probe, and what turns inputs into its precision.
        reference: Computes the true labels.
        evidence: Starts anew where the student's own logits are what counts.
        known_mistakes: Name nothing here.
    """
    for probe in (draw(rng, n=40), draw(rng, n=1)):
        first, second = np.sort(probe.net(reference.mlp_numpy).forward(probe.X), axis=1)[:, :-3:-1].T
        X = probe.X[first - second > 1e-3]
        net, cast = at(probe)
        told = net.predict(cast(X))
        judged(
            lambda labels, _diagnose, told=told: values_match(told, labels, name="labels"),
            lambda module, probe=probe, X=X: probe.net(module).predict(X),
            with_own(at, "forward"),
            reference,
            evidence,
            known_mistakes,
            otherwise="predict does not give the class with the largest of the logits that your forward gives.",
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
