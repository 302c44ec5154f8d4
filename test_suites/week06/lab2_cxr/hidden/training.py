"""One training of the student's network on the study, and all that the judge measures of it."""

from typing import NamedTuple

import numpy as np

from grader.checks import CheckFailed
from test_suites.week06.lab2_cxr.hidden.measures import auroc, crossed_gap, in_and_out, shift
from test_suites.week06.lab2_cxr.public.test_interface import probabilities

EPOCHS, SEED, MOST_EPOCHS = 6, 0, 10
"""``run_study.py``'s own, where results.json says nothing that can be read."""


class Run(NamedTuple):
    """What the judge measured of a network that the student's code trained.

    Attributes:
        epochs, seed: How it was trained.
        scores: Of the test films, as they are.
        aurocs: At the first hospital and at the second.
        value: The AUROC on new films of the first hospital; of real films, on those of the test.
        pair: The scores of the same films without and with the mark; ``None`` for real films.
        signs: Of reading the mark: ``gap`` and ``shift``; empty for real films.
        audited: What the student's audit says of it: ``evidence`` and ``exploits_artifact``; ``None`` if nothing.
    """

    epochs: int
    seed: int
    scores: np.ndarray
    aurocs: tuple[float, float]
    value: float
    pair: tuple[np.ndarray, np.ndarray] | None
    signs: dict[str, float]
    audited: tuple[float, bool] | None


def settings(documents):
    """The epochs and the seed of results.json; those of ``run_study.py`` if it can't be read."""
    try:
        results = documents.results.json()
        epochs, seed = results.item("epochs").whole(1), results.item("seed").whole(0)
    except CheckFailed:
        return EPOCHS, SEED
    return min(epochs, MOST_EPOCHS), seed


def trained(student, films, tests, epochs, seed, new=None):
    """Train the student's network on the study, measure it, and have it audited by the student's audit."""
    net = student.train.train(films.images, films.labels, epochs=epochs, seed=seed)
    scores = probabilities(student, net, tests.images)
    aurocs = in_and_out(tests, scores)
    value = aurocs[0] if new is None else auroc(new.labels, probabilities(student, net, new.images))
    pair, signs = None, {}
    if tests.patients is not None:
        nobody = np.zeros_like(tests.labels)
        pair = tuple(
            probabilities(student, net, tests.patients.films(tests.labels, marked))
            for marked in (nobody, nobody + 1)
        )
        signs = {"gap": abs(crossed_gap(tests, scores)), "shift": abs(shift(*pair))}
    return Run(epochs, seed, scores, aurocs, value, pair, signs, _audited(student, net, tests))


def _audited(student, net, tests):
    """A broken audit is the audit's failure, in the checks that are about it."""
    try:
        predict = student.train.get("train", "predict", "predict")
        classify = student.train.tool("asked", predict, net)
        answer = student.audit.audit(classify, tests.images, tests.labels, tests.hospital)
        evidence = answer.item("evidence")
        score = (evidence.item("score") if evidence.names() else evidence).number()
        return score, answer.item("exploits_artifact").flag()
    except CheckFailed:
        return None
