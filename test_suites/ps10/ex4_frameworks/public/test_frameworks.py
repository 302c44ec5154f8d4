"""The pretrained backbone, one training step, one prediction."""

import numpy as np

from grader.checks import check, fail, values_match
from test_suites.ps10.ex4_frameworks.public.frameworks import (
    described,
    draw_digits,
    in_pytorch,
    predicted,
    pretrained,
    server_of,
    true_logits,
    where,
)

CLOSE = 1e-3
"""Confidences: float32 is off by 2e-6, and weights in half precision are no bug; the least bug by 0.05."""


@check("transfer.loaded")
def test_loaded(student, reference):
    """The classifier loads the given backbone's weights, every one of them."""
    in_pytorch(student.transfer)
    state, _ = described(student, student.transfer.transfer_learning_classifier(10))
    weights = pretrained(reference)
    found = where(state, weights)
    missing = [name for name, names in found.items() if not names]
    if missing:
        raise fail(
            "The backbone's weights are not those of backbone.npz.",
            call="transfer_learning_classifier(10)",
            yours=f"{len(weights) - len(missing)} of {len(weights)} tensors are the pretrained ones",
            where=f"missing: {', '.join(missing[:4])}{', …' if len(missing) > 4 else ''}",
            hint="load_state_dict with strict=False says nothing where keys have other names; use strict=True.",
        )


@check("transfer.head")
def test_head(student, rng):
    """The head has one output for each class, whatever their number."""
    in_pytorch(student.transfer)
    for classes, count in ((10, 3), (7, 5), (2, 1)):
        model = student.transfer.transfer_learning_classifier(classes)
        X = rng.uniform(size=(count, 1, 16, 16))
        student.transfer.tool("bench.logits", model, X).array((count, classes))


@check("trainer.step")
def test_step(student, rng):
    """A call of train_step makes the step that PyTorch makes, and the next one too."""
    in_pytorch(student.trainer)
    weights = {
        "W1": rng.normal(size=(5, 4)),
        "b1": rng.normal(size=5),
        "W2": rng.normal(size=(3, 5)),
        "b2": rng.normal(size=3),
    }
    probes = [(rng.normal(size=(n, 4)), rng.integers(0, 3, size=n)) for n in (6, 7, 8)]
    side = student.trainer
    model = side.tool("bench.network", weights)
    optimizer = side.tool("bench.optimizer", model, 0.25, 0.5)
    trainer = side.CustomTrainer(model, optimizer, side.tool("bench.loss", "CrossEntropyLoss"))
    truth = true_steps(weights, probes)
    for number, ((X, y), expected) in enumerate(zip(probes, truth, strict=True)):
        trainer.train_step(X.astype(np.float32), y)
        told = side.tool("bench.describe", model).item("state")
        names = ("0.weight", "0.bias", "2.weight", "2.bias")
        hint = (
            "The first step is right, a later one is not: are the gradients set to zero?"
            if number
            else "The order is: zero_grad, loss, backward, step."
        )
        values_match([told.item(name) for name in names], expected, name="weights", hint=hint)


def true_steps(weights, probes):
    """The weights after each step of SGD with momentum 0.5 at a rate of 0.25, by PyTorch in float64."""
    import torch

    tensors = [torch.tensor(weights[name], requires_grad=True) for name in ("W1", "b1", "W2", "b2")]
    optimizer = torch.optim.SGD(tensors, lr=0.25, momentum=0.5)
    W1, b1, W2, b2 = tensors
    after = []
    for X, y in probes:
        optimizer.zero_grad()
        logits = torch.tanh(torch.tensor(X.astype(np.float32)).double() @ W1.T + b1) @ W2.T + b2
        torch.nn.functional.cross_entropy(logits, torch.tensor(y)).backward()
        optimizer.step()
        after.append([t.detach().numpy().copy() for t in tensors])
    return after


@check("server.predict")
def test_predict(student, reference, rng):
    """ModelServer.predict gives the labels of a trained classifier: the same each time it is asked."""
    server, weights = server_of(student, reference, rng)
    images = draw_digits(reference, rng, 6)
    truth = true_logits(reference, weights, images[:, None] / 255)
    for _ in range(2):
        answer = server.predict(images.tolist())
        right, far = predicted(answer, truth)
        if not right or (far > CLOSE and wrong_model(answer, truth)):
            raise fail(
                "predict does not give what the model gives.",
                call="ModelServer.predict(6 images)",
                how_far=f"confidences are off by up to {far:.2g}",
                hint="Is the model in eval mode, and are pixels brought from 0…255 to 0…1 exactly once?",
            )


def wrong_model(answer, truth):
    """Whether confidences fit neither the probabilities nor the logits: not the softmax is missing, but more."""
    from test_suites.ps10.ex4_frameworks.public.frameworks import CLASSES, prediction

    _, confidences = prediction(answer.value, len(truth), answer.call)
    if confidences.shape[-1] != CLASSES or confidences.ndim != 2:
        return True
    centred = confidences - confidences.mean(axis=1, keepdims=True)
    return bool(np.abs(centred - (truth - truth.mean(axis=1, keepdims=True))).max() > CLOSE)
