"""The losses, in each form that the document leaves open."""

import numpy as np

from grader.checks import CheckFailed, check, options, values_match

CROSS_ENTROPY = options(
    "LossFunctions.cross_entropy", labels=("one-hot", "class numbers"), batch=("averaged", "summed")
)
MSE = options(
    "LossFunctions.mse", batch=("averaged", "summed"), outputs=("averaged", "summed"), half=("no", "yes")
)


@check("loss.cross_entropy")
def test_cross_entropy(student, reference, rng, readings, evidence, known_mistakes):
    """cross_entropy(y_true, y_pred) is the mean of -log of each true class's probability."""
    probes = []
    for n, classes in ((4, 3), (7, 5), (1, 6)):
        y_pred = np.exp(rng.normal(size=(n, classes)))
        probes.append((rng.integers(classes, size=n), y_pred / y_pred.sum(axis=1, keepdims=True)))

    def asked(reading):
        return [
            student.losses.LossFunctions().cross_entropy(
                np.eye(p.shape[1])[y] if reading["labels"] == "one-hot" else y, p
            )
            for y, p in probes
        ]

    def factor(reading, number):
        return len(probes[number][0]) if reading["batch"] == "summed" else 1

    def truths(module, reading):
        """By one-hot rows, as the mistakes' own."""
        return [
            factor(reading, i) * module.LossFunctions.cross_entropy(np.eye(p.shape[1])[y], p)
            for i, (y, p) in enumerate(probes)
        ]

    find_loss(CROSS_ENTROPY, asked, truths, readings, reference, evidence, known_mistakes, "cross-entropy")


@check("loss.mse")
def test_mse(student, reference, rng, readings, evidence, known_mistakes):
    """mse(y_true, y_pred) is the mean of the squared differences."""
    probes = [(rng.normal(size=shape), rng.normal(size=shape)) for shape in ((4, 3), (7, 5), (2, 6))]

    def asked(_reading):
        return [student.losses.LossFunctions().mse(y, p) for y, p in probes]

    def factor(reading, shape):
        factor = shape[0] if reading["batch"] == "summed" else 1
        factor *= shape[1] if reading["outputs"] == "summed" else 1
        return factor / 2 if reading["half"] == "yes" else factor

    def truths(module, reading):
        return [factor(reading, y.shape) * module.LossFunctions.mse(y, p) for y, p in probes]

    find_loss(MSE, asked, truths, readings, reference, evidence, known_mistakes, "mean squared error")


def find_loss(choices, asked, truths, readings, reference, evidence, known_mistakes, name):
    """The one form in which all losses agree; each form of the labels is asked for once."""
    answers = {}

    def of(reading):
        form = reading["labels"] if "labels" in dict(reading.choices) else ""
        if form not in answers:
            try:
                answers[form] = asked(reading)
            except CheckFailed as failure:
                answers[form] = failure
        if isinstance(answers[form], CheckFailed):
            raise answers[form]
        return answers[form]

    def compare(reading, number):
        values_match(of(reading)[number], truths(reference.neural_network, reading)[number], name=name)

    def explain(reading):
        def observe(module):
            return [np.asarray(value) for value in truths(module, reading)]

        values_match(
            of(reading),
            observe(reference.neural_network),
            name=name,
            evidence=evidence,
            diagnose=known_mistakes.matcher("neural_network", observe),
        )

    readings.find(choices, range(3), compare, explain=readings.named_first(choices, explain))
