"""What the checks of Exercise 4 share: classifiers of known weights, and how answers are read."""

import json
import re
from pathlib import Path

import numpy as np

from grader.checks import ask, fail

CLASSES = 10
TENSORFLOW = re.compile(r"^\s*(?:import|from)\s+(?:tensorflow|keras)\b", re.MULTILINE)


def in_pytorch(module):
    """Hands work in TensorFlow to a person: it is legal, and can't be run here."""
    if TENSORFLOW.search(module.source):
        raise ask("This is written in TensorFlow, which is not run here. A person looks at it.")


def described(student, model):
    """The state of a model, name → array, and the names of what is trained."""
    told = student.transfer.tool("bench.describe", model)
    lost(told, "The model can't be looked at.", hint="Return an nn.Module.")
    state = told.item("state")
    trained = told.item("trained").value
    names = [str(name) for name in trained] if isinstance(trained, list) else []
    return {name: state.item(name).array() for name in state.names()}, names


def lost(answer, headline, hint=""):
    """Fails if a tool says that something could not be done."""
    if isinstance(answer.value, dict) and "lost" in answer.value:
        raise fail(headline, call=answer.call, yours=str(answer.value["lost"])[:200], hint=hint)


def pretrained(reference):
    """The backbone's weights, name → array, without the counters of batches."""
    weights = reference.backbone.pretrained_weights()
    return {name: value.double().numpy() for name, value in weights.items() if value.is_floating_point()}


def where(state, weights):
    """For each tensor of the backbone the names under which a model has one that is equal, bit by bit."""
    return {
        name: [n for n, held in state.items() if held.shape == value.shape and np.array_equal(held, value)]
        for name, value in weights.items()
    }


def weights_of_a_classifier(reference, rng):
    """The state of ``bench.classifier``: pretrained, with a head that is drawn, name → array."""
    weights = {
        f"0.{name}": value.double().numpy() for name, value in reference.backbone.pretrained_weights().items()
    }
    features = reference.backbone.FEATURES
    weights["2.weight"] = rng.normal(size=(CLASSES, features))
    weights["2.bias"] = rng.normal(size=CLASSES)
    return weights


def true_logits(reference, weights, images):
    """What that classifier makes of images (N, 1, 16, 16), in eval mode and float64."""
    import torch

    backbone = reference.backbone.Backbone().double()
    backbone.load_state_dict(reference.backbone.pretrained_weights())
    backbone.eval()
    with torch.no_grad():
        features = backbone(torch.tensor(images, dtype=torch.float64)).numpy()
    head, bias = (weights[name].astype(np.float32).astype(np.float64) for name in ("2.weight", "2.bias"))
    return features @ head.T + bias


def softmax(logits):
    """Probabilities of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def digits(reference):
    """The packaged digits: images (1797, 1, 16, 16) from 0 to 255, whole numbers, and labels."""
    with np.load(Path(reference.backbone.__file__).with_name("digits.npz")) as file:
        images = file["images"].reshape(-1, 1, 8, 8).repeat(2, axis=2).repeat(2, axis=3)
        return np.rint(images * (255 / 16)).astype(np.int64), file["labels"].astype(np.int64)


def draw_digits(reference, rng, count):
    """Images (count, 16, 16) of whole numbers from 0 to 255."""
    images, _ = digits(reference)
    return images[rng.permutation(len(images))[:count], 0]


def server_of(student, reference, rng):
    """A ModelServer of a classifier whose weights are drawn here, and those weights."""
    in_pytorch(student.server)
    weights = weights_of_a_classifier(reference, rng)
    student.server.tool("bench.save", student.server.tool("bench.classifier", weights, CLASSES), "model.pt")
    return student.server.ModelServer("model.pt"), weights


def prediction(found, count, call):
    """Labels (N,) or None, confidences (N, C) or (N,): whatever way ``predict`` arranges and names them.

    Args:
        found: Plain data: a dict, a pair, a list of a dict for each image, or probabilities alone.
        count: How many images were asked for.
        call: What was asked, for the message.
    """
    if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
        found = {key: [one.get(key) for one in found] for key in found[0]}
    arrays = []
    for part in _parts(found, count):
        try:
            array = np.asarray(part)
        except ValueError:
            continue
        if array.dtype.kind in "fiu" and (array.ndim or count == 1):
            arrays.append(array.reshape(-1) if array.ndim == 0 else array)
    labels = [a for a in arrays if a.dtype.kind in "iu" and a.shape == (count,)]
    tables = [a for a in arrays if a.dtype.kind == "f" and a.shape == (count, CLASSES)]
    largest = [a for a in arrays if a.dtype.kind == "f" and a.shape == (count,)]
    if not tables and not largest:
        raise fail(
            "No confidences were found in what predict returned.",
            call=call,
            yours=json.dumps(found)[:200] if isinstance(found, list | dict) else type(found).__name__,
            expected=f"labels ({count},) and confidences ({count}, {CLASSES})",
        )
    confidences = np.asarray((tables or largest)[0], dtype=np.float64)
    if labels:
        return labels[0].astype(np.int64), confidences
    return (confidences.argmax(axis=1) if tables else None), confidences


def _parts(found, count):
    """What may be labels or confidences."""
    if isinstance(found, dict):
        return [part for value in found.values() for part in _parts(value, count)]
    if isinstance(found, list | tuple):
        if len(found) == count and not any(isinstance(one, dict | np.ndarray) for one in found):
            flat = [found]
            return flat if count > 1 else [found, *found]
        return [part for value in found for part in _parts(value, count)]
    return [found]


def predicted(answer, truth):
    """Compare a prediction with the true logits: which labels, and are the confidences a softmax of them?

    Returns:
        Whether the labels are right, and how far the confidences are off at most.
    """
    labels, confidences = prediction(answer.value, len(truth), answer.call)
    return judged(labels, confidences, truth)


def judged(labels, confidences, truth):
    """As ``predicted``, of labels and confidences."""
    p = softmax(truth)
    expected = p if confidences.ndim == 2 else p.max(axis=1)
    error = np.abs(confidences - expected)
    far = float(error.max()) if np.isfinite(error).all() else float("inf")
    return labels is None or np.array_equal(labels, truth.argmax(axis=1)), far
