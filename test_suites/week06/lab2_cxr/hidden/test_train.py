"""Training on simulated films drawn for this attempt; their labels stay with the judge."""

import numpy as np

from grader.checks import check, fail, reaches
from test_suites.week06.lab2_cxr.hidden.measures import auroc
from test_suites.week06.lab2_cxr.public.test_interface import probabilities

FILMS, EPOCHS = 320, 10
FLOOR = 0.85
"""Reference, 25 draws: 0.994 to 1.000. Adam at 1e-4 in batches of 64, from PyTorch's own initial weights, the
slowest that still learns: 0.975 to 0.995."""
SAME = 1e-4
"""A probability again, from another batch: float32 sums in another order (the reference: 1e-6)."""


def few_films(reference, rng, count):
    """A small training set of the first hospital."""
    return reference.hospitals.draw_cohort(rng, np.zeros(count, int))


@check("train.learns", needs="train.probabilities", seconds=180)
def test_learns(student, reference, rng, evidence):
    """After 10 epochs of 320 films the network tells new patients' films apart."""
    films = few_films(reference, rng, FILMS)
    tests = reference.hospitals.draw_cohort(rng, np.repeat([0, 1], 200))
    net = student.train.train(films.images, films.labels, epochs=EPOCHS, seed=int(rng.integers(1000)))
    p = probabilities(student, net, tests.images)
    value = auroc(tests.labels, p)
    if value < 1 - FLOOR:
        raise fail(
            "The network has learnt the opposite: it calls the healthy sick.",
            yours=f"an AUROC of {value:.3f}",
            expected=f"at least {FLOOR}",
            hint="predict gives the probability of label 1.",
        )
    hint = "Do images and labels stay together when you shuffle? Does every batch end with a step?"
    reaches("AUROC on 400 new films", value, FLOOR, evidence=evidence, hint=hint)


@check("train.seeded", needs="train.probabilities", seconds=60)
def test_seeded(student, reference, rng):
    """The same seed gives the same network, and another seed another one."""
    films = few_films(reference, rng, 48)
    tests = few_films(reference, rng, 32).images
    seed = int(rng.integers(1000))

    def trained(seed):
        net = student.train.train(films.images, films.labels, epochs=1, seed=seed)
        return probabilities(student, net, tests)

    first, second, other = trained(seed), trained(seed), trained(seed + 1)
    gap = float(np.abs(first - second).max())
    if gap > SAME:
        raise fail(
            "Training twice with the same seed gives two networks.",
            call=f"train(images, labels, epochs=1, seed={seed})",
            yours=f"probabilities differ by up to {gap:.2g}",
            expected="the same probabilities",
            hint="Seed what draws the initial weights and what shuffles, inside train.",
        )
    if np.array_equal(first, other):
        raise fail(
            "Another seed gives the same network.",
            call=f"train(images, labels, epochs=1, seed={seed + 1})",
            hint="Initial weights and shuffling should depend on the seed that is passed.",
        )


@check("predict.independent", needs="train.probabilities", seconds=60)
def test_independent(student, reference, rng, evidence):
    """An image's probability depends on the image alone: not on the others, their order or their number."""
    films = few_films(reference, rng, 48)
    net = student.train.train(films.images, films.labels, epochs=1, seed=0)
    tests = few_films(reference, rng, 40).images
    order = rng.permutation(40)
    whole = probabilities(student, net, tests)
    for what, rows in (
        ("asked again", np.arange(40)),
        ("in another order", order),
        ("among fewer images", order[:7]),
        ("alone", order[:1]),
    ):
        again = student.train.predict(net, tests[rows])
        gap = float(np.abs(again.array((len(rows),)) - whole[rows]).max())
        evidence.measure(f"largest change of a probability, {what}", gap, limit=SAME)
        if gap > SAME:
            raise fail(
                f"An image's probability changes when it is {what}.",
                call=again.call,
                yours=f"a change of {gap:.2g}",
                expected="the same probability",
                hint="Call model.eval() before predicting, keep the order, and use nothing of the batch.",
            )
