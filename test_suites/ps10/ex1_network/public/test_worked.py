"""Numbers that you can work out on paper, and the shapes of things."""

import numpy as np

from grader.checks import CheckFailed, check, fail, values_match
from test_suites.ps10.ex1_network.public.objects import layer_of, layers_of, put, taken

X = np.array([[1.0, 2.0], [-1.0, 0.5]])
WEIGHTS = np.array([[0.5, -1.0, 1.0], [0.25, 1.0, -2.0]])
BIAS = np.array([[0.5, 0.0, 1.0]])
Z = np.array([[1.5, 1.0, -2.0], [0.125, 1.5, -1.0]])
"""X W + b: 1 * 0.5 + 2 * 0.25 + 0.5 = 1.5, and so on."""
RELU = np.array([[1.5, 1.0, 0.0], [0.125, 1.5, 0.0]])
SIGMOID = np.array([[0.8175745, 0.7310586, 0.1192029], [0.5312094, 0.8175745, 0.2689414]])
SOFTMAX = np.array([[0.6109751, 0.3705751, 0.0184498], [0.1894037, 0.749106, 0.0614904]])


@check("example.layer")
def test_layer(student, known_mistakes):
    """A layer of the worked example gives X W + b, and its ReLU."""

    def forward(module):
        layer = layer_of(module, 2, 3, "relu")
        put(layer, weights=WEIGHTS, bias=BIAS)
        return [layer.forward(X.copy())]

    values_match(
        forward(student.layer),
        [RELU],
        name="outputs",
        diagnose=known_mistakes.matcher("neural_network", forward),
        hint="test_worked.py has Z = X W + b, and the outputs: find the first number that differs from yours.",
    )


@check("layer.activate")
def test_activate(student, known_mistakes):
    """activate(Z) is ReLU, sigmoid or softmax, as the layer was told."""
    for activation, expected in (("relu", RELU), ("sigmoid", SIGMOID), ("softmax", SOFTMAX)):

        def activations(module, activation=activation):
            return [module.Layer(2, 3, activation).activate(Z.copy())]

        values_match(
            activations(student.layer),
            [expected],
            name=f"values of {activation}",
            diagnose=known_mistakes.matcher("neural_network", activations),
        )


@check("network.sizes")
def test_sizes(student):
    """NeuralNetwork([6, 5, 4, 3]) has three layers, with weights of these sizes."""
    sizes = [6, 5, 4, 3]
    layers = layers_of(student.network.NeuralNetwork(sizes), student.network)
    if len(layers) != len(sizes) - 1:
        raise fail(
            "The network has the wrong number of layers.",
            call=f"len(NeuralNetwork({sizes}).layers)",
            yours=str(len(layers)),
            expected=str(len(sizes) - 1),
            hint="A layer lies between two sizes: four sizes make three layers.",
        )
    for layer, n_in, n_out in zip(layers, sizes, sizes[1:], strict=False):
        first = taken(layer, "weights", (n_in, n_out))
        taken(layer, "bias", (1, n_out))
        if not first.std() > 0:
            raise fail(
                "All weights of a layer are the same.",
                call=f"{layer.call}.weights",
                hint="Neurons that begin alike stay alike: draw the weights at random.",
            )


@check("example.losses")
def test_losses(student):
    """Of two predictions, both losses are smaller for the better one (labels one-hot, or class numbers)."""
    classes = np.array([0, 2])
    one_hot = np.eye(3)[classes]
    better = np.array([[0.8, 0.1, 0.1], [0.2, 0.2, 0.6]])
    worse = np.array([[0.3, 0.4, 0.3], [0.5, 0.25, 0.25]])
    for name, forms in (("cross_entropy", (one_hot, classes)), ("mse", (one_hot,))):
        of_better, of_worse = losses(student, name, forms, (better, worse))
        if not 0 < of_better < of_worse:
            raise fail(
                f"The {name} does not say which prediction is better.",
                call=f"LossFunctions.{name}(y_true, y_pred)",
                yours=f"{of_better:.4g} for the better one, {of_worse:.4g} for the worse one",
                expected="both above 0, the better one's smaller",
                hint="A loss is a number that gets smaller as predictions get better.",
            )


def losses(student, name, forms, predictions):
    """The loss of each prediction, with labels in the first form that is taken."""
    for labels in forms:
        try:
            asked = [student.losses.LossFunctions().ask(name, (labels, p), {}) for p in predictions]
        except CheckFailed:
            if labels is forms[-1]:
                raise
        else:
            return [answer.number() for answer in asked]
    raise AssertionError("there is at least one form of labels")
