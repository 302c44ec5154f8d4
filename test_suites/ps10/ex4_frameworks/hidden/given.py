"""What the checks take from the given files: the backbone, classifiers on it, digits."""

from pathlib import Path

import numpy as np

from test_suites.ps10.ex4_frameworks.public.frameworks import CLASSES


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
    """A ModelServer of a classifier whose head is drawn here, and that classifier's weights."""
    weights = weights_of_a_classifier(reference, rng)
    return load_server(student, weights), weights


def load_server(student, weights):
    """A ModelServer of a classifier with these weights, saved in train mode as after an epoch."""
    student.server.tool("bench.save", student.server.tool("bench.classifier", weights, CLASSES), "model.pt")
    return student.server.ModelServer("model.pt")
