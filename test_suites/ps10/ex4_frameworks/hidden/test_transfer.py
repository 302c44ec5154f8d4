"""Is the backbone the pretrained one, frozen, thawed when asked, and of use?"""

import numpy as np

from grader.checks import check, fail, reaches
from test_suites.ps10.ex4_frameworks.hidden.given import digits, pretrained, where
from test_suites.ps10.ex4_frameworks.public.frameworks import described, lost, named

EACH = 10
"""Digits of each class to learn from."""

GOOD, SOME = 0.80, 0.60
"""Accuracy on 500 digits: the reference has 0.89 to 0.97 on twelve seeds, random weights 0.84 to 0.90 on five:
that the weights are the pretrained ones is another check's."""

TRIES = 5
"""The best counts: students' training is not seeded, and another correct one had 0.744 in one run of six."""

RANDOM = "The backbone's weights are random: the pretrained ones were never loaded"
ON_MODULES = "requires_grad is set on modules, where it does nothing: it belongs to parameters"
HEAD_TOO = "The head is frozen as well: nothing is left to train"
NOT_IN_OPTIMIZER = "The backbone is thawed, but the optimizer does not have its parameters"
STILL_FROZEN = "The backbone is still frozen after fine-tuning"


@check("transfer.loaded")
def test_loaded(student, reference):
    """The classifier loads the given backbone's weights, every one of them."""
    state, _ = described(student, student.transfer.transfer_learning_classifier(10))
    weights = pretrained(reference)
    found = where(state, weights)
    missing = [name for name, names in found.items() if not names]
    if missing:
        none = len(missing) == len(weights)
        raise fail(
            "The backbone's weights are not those of backbone.npz.",
            call="transfer_learning_classifier(10)",
            yours=f"{len(weights) - len(missing)} of {len(weights)} tensors are the pretrained ones",
            where=f"missing: {', '.join(missing[:4])}{', …' if len(missing) > 4 else ''}",
            diagnosis=RANDOM if none else "",
            diagnosis_id="never-loaded" if none else "",
            hint="load_state_dict with strict=False says nothing where keys have other names; use strict=True.",
        )


@check("transfer.frozen")
def test_frozen(student, reference):
    """Nothing of the backbone is trained at first, and the head is."""
    call = "transfer_learning_classifier(7)"
    model = student.transfer.transfer_learning_classifier(7)
    state, trained = described(student, model)
    found = where(state, pretrained(reference))
    inside = {name for names in found.values() for name in names}
    thawed = sorted(inside.intersection(trained))
    if not trained:
        raise fail("Nothing can be trained.", call=call, diagnosis=HEAD_TOO, diagnosis_id="head-frozen")
    own = sum(state[name].size for name in trained if name in state)
    if thawed or (not inside and own > LARGEST_HEAD):
        marked = named(student.transfer.tool("bench.describe", model), "marked")
        raise fail(
            "The backbone is not frozen.",
            call=call,
            yours=f"requires_grad is True for {', '.join((thawed or sorted(trained))[:4])}, …",
            diagnosis=ON_MODULES if marked else "",
            diagnosis_id="modules-frozen" if marked else "",
            hint="" if marked else "Use backbone.requires_grad_(False), before the head is put on.",
        )


LARGEST_HEAD = 20_000
"""Numbers. Where the pretrained weights aren't there, what is trained is a head if it has no more than that."""


@check("transfer.thawed", seconds=90)
def test_thawed(student, reference, rng, withheld):
    """With unfreeze_at=0 the backbone is trained too."""
    model = student.transfer.transfer_learning_classifier(10)
    before, _ = described(student, model)
    names = [name for names in where(before, pretrained(reference)).values() for name in names]
    (X, y), _ = examples(reference, rng, withheld)
    tuned = tune(student, model, X, y)
    after, trained = described(student, tuned)
    kernels = [name for name in names if name in after and after[name].ndim == 4]
    if not kernels:
        kernels = [name for name, value in after.items() if value.ndim == 4 and name in before]
    if not kernels or all(np.array_equal(before[name], after[name]) for name in kernels):
        thawed = bool(set(kernels).intersection(trained))
        raise fail(
            "The backbone does not change, although it is thawed from the beginning.",
            call="fine_tune_model(model, dataset, unfreeze_at=0)",
            yours=f"{len(kernels)} tensors of convolutions are as they were",
            diagnosis=NOT_IN_OPTIMIZER if thawed else STILL_FROZEN,
            diagnosis_id="thawed",
        )


@check("transfer.accuracy", seconds=300)
def test_accuracy(student, reference, rng, withheld, evidence):
    """Fine-tuned on a hundred digits, it reads others."""
    best = 0.0
    for _ in range(TRIES):
        (X, y), (others, truth) = examples(reference, rng, withheld)
        tuned = tune(student, student.transfer.transfer_learning_classifier(10), X, y)
        answer = student.transfer.tool("bench.logits", tuned, others)
        lost(answer, "The model can't be run after fine_tune_model.")
        right = answer.array((len(truth), 10)).argmax(axis=1) == truth
        best = max(best, float(right.mean()))
        if best >= GOOD:
            break
    reaches(
        "accuracy on 500 digits, from ten of each class",
        best,
        GOOD,
        lower=SOME,
        evidence=evidence,
        hint="Train until the loss on the hundred examples is near zero, with a rate that suits the optimizer.",
    )


def examples(reference, rng, withheld):
    """Ten digits of each class to learn from, and 500 others."""
    images, labels = digits(reference)
    images = images / 255
    learnt = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:EACH] for c in range(10)])
    others = withheld.permutation(np.setdiff1d(np.arange(len(labels)), learnt))[:500]
    return (images[learnt], labels[learnt]), (images[others], labels[others])


def tune(student, model, X, y):
    """The model that fine_tune_model returns, or the one it was given where it returns none."""
    data = student.transfer.tool("bench.dataset", X, y)
    found = student.transfer.fine_tune_model(model, data, 0)
    told = student.transfer.tool("bench.describe", found)
    return model if "lost" in told.names() else found
