"""SimpleCNN: the layers that were asked for, in their order, all of them trained, and what it comes to."""

from pathlib import Path

import numpy as np

from grader.checks import Answer, CheckFailed, check, fail, reaches, values_match
from grader.checks.failure import MappingMismatchError
from test_suites.ps10.ex2_cnn.hidden.network import (
    CNN,
    LAYERS,
    batch,
    find,
    kept,
    labelled,
    make,
    outputs,
    says,
)

SHAPE, CLASSES = (3, 16, 20), 7
"""Not square, and no size that another layer has."""
DIGIT = (1, 16, 16)
GOOD, FAIR = 0.75, 0.50
"""Accuracy on 300 digits: the reference has 0.91 to 0.95 on nine seeds, loops with plain momentum 0.87 and 0.91."""


@check("cnn.architecture")
def test_architecture(student, readings):
    """SimpleCNN has convolutions of 32 and 64 filters, then dense layers of 128 and n_classes units."""

    def compare(reading, _):
        net = make(student, reading["layout"], SHAPE, CLASSES)
        find(kept(student, net), reading["layout"], SHAPE[0], CLASSES, net.call)
        says(net, np.zeros((1, *SHAPE)), reading["layout"], CLASSES)

    readings.find(CNN, [None], compare)


@check("cnn.forward")
def test_forward(student, reference, rng, readings, known_mistakes, evidence):
    """SimpleCNN.forward is convolution, ReLU and pool, twice, then two dense layers."""
    X = rng.uniform(size=(5, *SHAPE))
    asked = {}

    def ask(layout):
        """The student's answer, its network, and the biases that it was given."""
        if layout not in asked:
            net = make(student, layout, SHAPE, CLASSES)
            network = find(kept(student, net), layout, SHAPE[0], CLASSES, net.call)
            biases = {}
            for layer in LAYERS:
                count = network.weights[layer].shape[0 if layer in LAYERS[:2] else 1]
                biases[layer] = np.zeros(count)
                if layer in network.biases:
                    signs = np.where(np.arange(count) % 2, 1.0, -1.0)
                    biases[layer] = signs * rng.uniform(0.2, 0.6, size=count)
                    student.cnn.tool("inspection.write", net, network.biases[layer], biases[layer])
            yours, call = says(net, X, layout, CLASSES)
            asked[layout] = yours, call, network, biases
        return asked[layout]

    def nearest(layout):
        yours, call, network, biases = ask(layout)
        legal = outputs(reference.cnn, network, biases, X, SHAPE)
        key = min(legal, key=lambda k: np.abs(legal[k] - yours).max() / np.abs(legal[k]).max())
        return Answer(call, yours), legal[key]

    def compare(reading, _):
        values_match(*nearest(reading["layout"]), name="output")

    def explain(reading):
        _, _, network, biases = ask(reading["layout"])

        def observe(module):
            net = module.SimpleCNN(SHAPE, CLASSES)
            net.forward(X)
            own = [layer for layer in net.layers if hasattr(layer, "bias")]
            for layer, name in zip(own, LAYERS, strict=True):
                attribute = "filters" if hasattr(layer, "filters") else "weights"
                setattr(layer, attribute, network.weights[name])
                layer.bias = biases[name]
            return [net.forward(X)]

        yours, true = nearest(reading["layout"])
        values_match(
            [yours],
            [true],
            name="output",
            evidence=evidence,
            diagnose=known_mistakes.matcher("cnn", observe),
            hint="Conv(32) -> ReLU -> MaxPool -> Conv(64) -> ReLU -> MaxPool -> Flatten -> Dense(128) -> Dense(n).",
        )

    readings.find(CNN, [None], compare, explain=explain)


@check("cnn.trains")
def test_trains(student, reference, rng, readings):
    """train() changes the weights of every layer, filters, too."""
    X, y = digits(reference, rng, 48)

    def compare(reading, _):
        layout = reading["layout"]
        net = make(student, layout, DIGIT, 10)
        before = kept(student, net)
        network = find(before, layout, DIGIT[0], 10, net.call)
        images, labels = batch(X, layout), labelled(y, reading)
        net.train(images[:32], labels[:32], images[32:], labels[32:])
        after = kept(student, net)
        still = []
        for layer in LAYERS:
            path = network.paths[layer]
            if path not in after or not np.isfinite(after[path]).all():
                raise fail(
                    "Training ends in NaN or infinity.", call="train(…)", where=path, hint="A smaller rate?"
                )
            if after[path].shape == before[path].shape and np.array_equal(after[path], before[path]):
                still.append(layer)
        if still:
            named = (
                ONLY_DENSE if set(still) == set(LAYERS[:2]) else NOTHING if len(still) == len(LAYERS) else ""
            )
            raise fail(
                "Training leaves weights as they were.",
                call="train(X_train, y_train, X_val, y_val)",
                yours=f"no change: {', '.join(still)}",
                diagnosis=named,
                diagnosis_id="untrained" if named else "",
                hint="" if named else "Hand every layer's gradients to the optimiser.",
            )

    readings.find(CNN, [None], compare)


ONLY_DENSE = "The filters are not trained: only the dense layers learn"
NOTHING = "No weight changes in training: the gradients are not used"


@check("cnn.digits", seconds=240)
def test_digits(student, reference, withheld, readings, evidence):
    """After train() on 400 digits of 16x16 pixels, SimpleCNN reads digits that it has never seen."""
    X, y = digits(reference, withheld, 800)
    best, failure = -1.0, None
    for reading in readings.left(CNN):
        layout = reading["layout"]
        try:
            net = make(student, layout, DIGIT, 10)
            images, labels = batch(X, layout), labelled(y, reading)
            net.train(images[:400], labels[:400], images[400:500], labels[400:500])
            found = np.concatenate([says(net, part, layout, 10)[0] for part in np.split(X[500:], 6)])
        except (CheckFailed, MappingMismatchError) as raised:
            failure = failure or raised
            continue
        best = max(best, float((found.argmax(axis=1) == y[500:]).mean()))
        if best >= FAIR:
            break
    if best < 0:
        raise failure
    reaches(
        "accuracy on 300 unseen digits",
        best,
        GOOD,
        lower=FAIR,
        evidence=evidence,
        hint="He's first weights, Adam, a few epochs; a digit that is mirrored or upside down is another one.",
    )


def digits(reference, rng, count):
    """Real digits, enlarged to 16x16: images (count, 1, 16, 16) from 0 to 1, and what they show."""
    with np.load(Path(reference.cnn.__file__).with_name("digits.npz")) as file:
        rows = rng.choice(len(file["labels"]), count, replace=False)
        small, labels = file["images"][rows], file["labels"][rows]
    images = small.reshape(-1, 8, 8).repeat(2, axis=1).repeat(2, axis=2) / 16
    return images[:, None], labels.astype(np.int64)
