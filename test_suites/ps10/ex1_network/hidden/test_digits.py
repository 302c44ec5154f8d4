"""train_mnist_classifier(): which network it makes, and how well that reads digits it has never seen."""

import itertools

from grader.checks import Answer, CheckFailed, Handle, check, fail, reaches
from test_suites.ps10.ex1_network.hidden.digits import normalised, split
from test_suites.ps10.ex1_network.public.objects import layers_of, weights_of

SIZES = [784, 128, 64, 10]
FLOOR = 0.85
"""Of the withheld digits. On 12 seeds the reference has 0.95 to 0.99 of the course's own 360."""
DEEPEST = 3


@check("mnist.network", seconds=120)
def test_network(student, reference, rng, lab):
    """train_mnist_classifier() trains a network of 784, 128, 64 and 10."""
    brought, _, _ = split(lab, reference.mnist_loader, rng)
    net = classifier(student, brought)
    layers = layers_of(net, student.mnist, mapped=student.network.mapped)
    found = [weights_of(layer).shape() for layer in layers]
    wanted = list(itertools.pairwise(SIZES))
    if found != wanted and found != [shape[::-1] for shape in wanted]:
        raise fail(
            "The network that was trained has other sizes.",
            call="train_mnist_classifier()",
            yours=f"weights of {', '.join(map(str, found))}",
            expected=", ".join(map(str, wanted)),
        )


@check("mnist.accuracy", seconds=120)
def test_accuracy(student, reference, rng, lab, evidence):
    """The network that train_mnist_classifier() returns reads 85 % of digits that it has never seen."""
    brought, images, labels = split(lab, reference.mnist_loader, rng)
    net = classifier(student, brought)
    accuracy, form = read(net, normalised(images, brought["x_train"]), labels)
    if form != "/ 255":
        evidence.note(f"Your network reads digits best with pixels {form}: so they were given.")
    reaches(
        f"accuracy on {len(labels)} withheld digits",
        accuracy,
        FLOOR,
        evidence=evidence,
        hint="Pixels from 0 to 1? First weights of about sqrt(2 / n_in), not 0.01? Enough epochs?",
    )


def read(net, forms, labels):
    """The largest share of digits that the network reads right, and the form of the pixels in which it does.

    Raises:
        CheckFailed: It has no answer in any form.
    """
    found, failures = [], []
    for form, X in forms.items():
        try:
            answers = net.forward(X).array((len(X), 10))
        except CheckFailed as failure:
            failures.append(failure)
        else:
            found.append((float((answers.argmax(axis=1) == labels).mean()), form))
    if not found:
        raise failures[0]
    return max(found)


def classifier(student, brought):
    """The network somewhere in what train_mnist_classifier() returns."""
    student.mnist.bring("mnist.npz", **brought)
    answer = student.mnist.train_mnist_classifier()
    for handle in handles(answer.as_it_came()):
        net = Answer("the trained network", handle, student.mnist)
        try:
            layers_of(net, student.mnist)
        except CheckFailed:
            continue
        return net
    raise fail(
        "train_mnist_classifier() returns no network.",
        call=answer.call,
        expected="the trained NeuralNetwork, alone or with whatever else you like",
        hint="return network, accuracy",
    )


def handles(value, depth=DEEPEST):
    """All objects in nested lists and dicts."""
    if isinstance(value, Handle):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [handle for part in parts for handle in handles(part, depth - 1)] if depth else []
