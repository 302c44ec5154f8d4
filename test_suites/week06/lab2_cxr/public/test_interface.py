"""The lab's interface: what each function takes and gives, on films that are easy to read."""

import numpy as np

from grader.checks import CheckFailed, check, fail


def easy_films(rng, count):
    """Noise; every second film has a bright square, and that is the disease."""
    images = rng.integers(40, 100, (count, 32, 32), dtype=np.uint8)
    labels = np.arange(count) % 2
    images[labels == 1, 18:24, 8:14] += 120
    return images, labels


def probabilities(student, net, images):
    """The student's predictions, which must be one number from 0 to 1 for each image."""
    try:
        answer = student.train.predict(net, images)
    except CheckFailed as error:
        if "more than 1 value per channel" not in error.finding.yours:
            raise
        raise fail(
            "predict leaves the network in training mode.",
            call=error.finding.call,
            yours=error.finding.yours,
            diagnosis="BatchNorm normalises by the batch: model.eval() is missing in predict.",
            diagnosis_id="training-mode",
        ) from None
    p = answer.array((len(images),))
    if p.min() < 0 or p.max() > 1:
        raise fail(
            "These are no probabilities.",
            call=answer.call,
            yours=f"from {p.min():.3g} to {p.max():.3g}",
            expected="numbers between 0 and 1",
            hint="The network gives logits; the sigmoid of a logit is a probability.",
        )
    return p


@check("model.shapes")
def test_shapes(student, rng):
    """build_model(num_classes, in_channels) gives a network from (N, in_channels, H, W) to (N, num_classes)."""
    for num_classes, in_channels, height, width in ((1, 1, 32, 32), (3, 2, 45, 38)):
        net = student.model.build_model(num_classes=num_classes, in_channels=in_channels)
        X = rng.standard_normal((4, in_channels, height, width), dtype=np.float32)
        net.eval().forward(X).array((4, num_classes))


@check("train.probabilities")
def test_probabilities(student, rng):
    """Predictions are probabilities: one number from 0 to 1 for each image, for a single image too."""
    images, labels = easy_films(rng, 64)
    net = student.train.train(images, labels, epochs=3, seed=0)
    for count in (64, 1):
        probabilities(student, net, images[:count])


@check("audit.answer")
def test_answer(student, rng):
    """An audit reports in_auroc, out_auroc, exploits_artifact and evidence."""
    images, labels = easy_films(rng, 400)
    hospital = rng.permutation(400) % 2
    classify = student.audit.tool("predictor", rng.standard_normal((32, 32)) / 1000, 0.0)
    answer = student.audit.audit(classify, images, labels, hospital)
    names = ("in_auroc", "out_auroc", "exploits_artifact", "evidence")
    for name in names[:2]:
        answer.item(name, names=names).number()
    answer.item("exploits_artifact", names=names).flag("exploits_artifact must be True or False.")
    evidence = answer.item("evidence", names=names)
    (evidence.item("score") if evidence.names() else evidence).number()
