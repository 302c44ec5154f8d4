"""Is the backbone frozen, thawed when asked, and of use?"""

import numpy as np

from grader.checks import check, fail, reaches
from test_suites.ps10.ex4_frameworks.public.frameworks import (
    described,
    digits,
    in_pytorch,
    lost,
    pretrained,
    where,
)

EACH = 10
"""Digits of each class to learn from."""

GOOD, SOME = 0.80, 0.60
"""Accuracy on 500 digits, 20 seeds: the reference 0.92 to 0.96, its head alone 0.87 to 0.91, a head on random
weights at most 0.45."""


def examples(reference, rng, withheld):
    """Ten digits of each class to learn from, and 500 others."""
    images, labels = digits(reference)
    images = images / 255
    learnt = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:EACH] for c in range(10)])
    others = withheld.permutation(np.setdiff1d(np.arange(len(labels)), learnt))[:500]
    return (images[learnt], labels[learnt]), (images[others], labels[others])


@check("transfer.frozen")
def test_frozen(student, reference):
    """Nothing of the backbone is trained at first, and the head is."""
    in_pytorch(student.transfer)
    state, trained = described(student, student.transfer.transfer_learning_classifier(7))
    found = where(state, pretrained(reference))
    inside = {name for names in found.values() for name in names}
    thawed = sorted(inside.intersection(trained))
    if not trained:
        raise fail("Nothing can be trained: the head is frozen too.", call="transfer_learning_classifier(7)")
    own = sum(state[name].size for name in trained if name in state)
    if thawed or (not inside and own > 20_000):
        raise fail(
            "The backbone is not frozen.",
            call="transfer_learning_classifier(7)",
            yours=f"requires_grad is True for {', '.join((thawed or sorted(trained))[:4])}, …",
            hint="requires_grad belongs to parameters: setting it on a module does nothing. "
            "Use module.requires_grad_(False), or set it on each of module.parameters().",
        )


@check("transfer.thawed", seconds=90)
def test_thawed(student, reference, rng, withheld):
    """With unfreeze_at=0 the backbone is trained too."""
    in_pytorch(student.transfer)
    model = student.transfer.transfer_learning_classifier(10)
    before, _ = described(student, model)
    names = [name for names in where(before, pretrained(reference)).values() for name in names]
    (X, y), _ = examples(reference, rng, withheld)
    tuned = tune(student, model, X, y)
    after, _ = described(student, tuned)
    kernels = [name for name in names if name in after and after[name].ndim == 4]
    if not kernels:
        kernels = [name for name, value in after.items() if value.ndim == 4 and name in before]
    if not kernels or all(np.array_equal(before[name], after[name]) for name in kernels):
        raise fail(
            "The backbone does not change, although it is thawed from the beginning.",
            call="fine_tune_model(model, dataset, unfreeze_at=0)",
            yours=f"{len(kernels)} tensors of convolutions are as they were",
            hint="An optimizer trains the parameters that it was given: add those that you thaw (add_param_group).",
        )


@check("transfer.accuracy", seconds=90)
def test_accuracy(student, reference, rng, withheld, evidence):
    """Fine-tuned on a hundred digits, it reads others."""
    in_pytorch(student.transfer)
    (X, y), (others, truth) = examples(reference, rng, withheld)
    tuned = tune(student, student.transfer.transfer_learning_classifier(10), X, y)
    answer = student.transfer.tool("bench.logits", tuned, others)
    lost(answer, "The model can't be run after fine_tune_model.")
    right = answer.array((len(truth), 10)).argmax(axis=1) == truth
    reaches(
        "accuracy on 500 digits, from ten of each class",
        float(right.mean()),
        GOOD,
        lower=SOME,
        evidence=evidence,
        hint="Train until the loss on the hundred examples is near zero, with a rate that suits the optimizer.",
    )


def tune(student, model, X, y):
    """The model that fine_tune_model returns, or the one it was given where it returns none."""
    data = student.transfer.tool("bench.dataset", X, y)
    found = student.transfer.fine_tune_model(model, data, 0)
    told = student.transfer.tool("bench.describe", found)
    return model if "lost" in told.names() else found
