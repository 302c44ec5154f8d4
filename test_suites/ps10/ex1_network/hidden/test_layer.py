"""One layer: forward, and one step back."""

import numpy as np

from grader.checks import Answer, check, fail, values_match
from test_suites.ps10.ex1_network.hidden.probes import LAYER, draw_layer


@check("layer.relu")
def test_relu(student, reference, rng, evidence, known_mistakes):
    """forward(X) of a ReLU layer gives max(XW + b, 0)."""
    forward_matches("relu", student, reference, rng, evidence, known_mistakes)


@check("layer.sigmoid")
def test_sigmoid(student, reference, rng, evidence, known_mistakes):
    """forward(X) of a sigmoid layer gives 1 / (1 + exp(-(XW + b)))."""
    forward_matches("sigmoid", student, reference, rng, evidence, known_mistakes)


@check("layer.softmax")
def test_softmax(student, reference, rng, evidence, known_mistakes):
    """forward(X) of a softmax layer gives each row's probabilities, which sum to 1."""
    forward_matches("softmax", student, reference, rng, evidence, known_mistakes)


@check("layer.grad_weights")
def test_grad_weights(student, reference, rng, readings, evidence, known_mistakes):
    """Backward moves the weights by -learning_rate times their gradient."""
    step_matches("weights", student, reference, rng, readings, evidence, known_mistakes)


@check("layer.grad_bias")
def test_grad_bias(student, reference, rng, readings, evidence, known_mistakes):
    """Backward moves the bias by -learning_rate times its gradient, scaled as that of the weights."""
    step_matches("bias", student, reference, rng, readings, evidence, known_mistakes)


@check("layer.grad_input")
def test_grad_input(student, reference, rng, evidence, known_mistakes):
    """Backward returns the gradient by the layer's input, of the weights before their update."""
    probes = draw_steps(rng)

    def returned(module):
        return [probe.backward(module)["input"] for probe in probes]

    values_match(
        returned(student.layer),
        returned(reference.neural_network),
        name="input gradient",
        evidence=evidence,
        diagnose=known_mistakes.matcher("neural_network", returned),
        hint="It is dZ W^T, with dZ = d_output * f'(Z): compute it before the weights change.",
    )


@check("layer.derivative")
def test_derivative(student, reference, rng):
    """activation_derivative gives f'(Z), from Z or from the activation: as backward calls it."""
    for activation in ("relu", "sigmoid"):
        probe = draw_layer(rng, activation)
        layer = probe.layer(student.layer)
        A = layer.forward(probe.X).array((len(probe.X), probe.weights.shape[1]))
        Z = probe.X @ probe.weights + probe.bias
        truth = probe.layer(reference.neural_network).activation_derivative(Z)
        of_Z, of_A = (layer.activation_derivative(argument) for argument in (Z, A))
        if not any(np.abs(answer.array(Z.shape) - truth).max() < 1e-4 for answer in (of_Z, of_A)):
            values_match(
                of_Z,
                truth,
                name=f"derivative of {activation}",
                hint="ReLU: 1 where Z > 0, else 0. Sigmoid: s (1 - s), with s = sigmoid(Z).",
            )


def forward_matches(activation, student, reference, rng, evidence, known_mistakes):
    """The outputs of three layers; one of them gets a batch of a single row."""
    probes = [draw_layer(rng, activation, n=n) for n in (None, None, 1)]

    def outputs(module):
        return [probe.layer(module).forward(probe.X.copy()) for probe in probes]

    values_match(
        outputs(student.layer),
        outputs(reference.neural_network),
        name="outputs",
        evidence=evidence,
        diagnose=known_mistakes.matcher("neural_network", outputs),
        hint="Compute Z = X @ weights + bias, then the activation, and return it.",
    )


def draw_steps(rng):
    """Steps of ReLU and sigmoid layers, at two rates and with batches of different sizes."""
    return [
        draw_layer(rng, "relu", rate=1.0),
        draw_layer(rng, "sigmoid", rate=1.0),
        draw_layer(rng, "relu", n=9, rate=0.3),
        draw_layer(rng, "sigmoid", n=8, rate=0.3),
    ]


def step_matches(name, student, reference, rng, readings, evidence, known_mistakes):
    """The gradient by one parameter, seen in its update; the same scale for all of them, at any rate."""
    probes = draw_steps(rng)
    steps = [probe.backward(student.layer) for probe in probes]
    found = [Answer(f"-Δ{name} / learning_rate", step[name]) for step in steps]

    def scaled(module, probe, reading, of=name):
        factor = 1 / len(probe.X) if reading["gradients"].startswith("averaged") else 1
        return probe.backward(module)[of] * factor

    def scale_of_weights(reading):
        """Whether the weights' gradients are scaled so: then the bias's have to be, too."""
        truths = [scaled(reference.neural_network, probe, reading, "weights") for probe in probes]
        return all(np.abs(s["weights"] - t).max() < 1e-4 for s, t in zip(steps, truths, strict=True))

    scales = [reading for reading in readings.left(LAYER) if scale_of_weights(reading)]

    def compare(reading, number):
        if scales and reading not in scales:
            raise fail("The weights' gradients are scaled otherwise.")
        values_match(found[number], scaled(reference.neural_network, probes[number], reading), name=what)

    def explain(reading):
        def observe(module):
            return [scaled(module, probe, reading) for probe in probes]

        values_match(
            found,
            observe(reference.neural_network),
            name=what,
            evidence=evidence,
            diagnose=known_mistakes.matcher("neural_network", observe),
            hint=hint,
        )

    what = f"{name} gradient"
    hint = "With dZ = d_output * f'(Z): " + (
        "the weights' gradient is X^T dZ." if name == "weights" else "the bias's is the sum of dZ's rows."
    )
    if not any(answer.array().any() for answer in found):
        raise fail(
            f"backward leaves the {name} as they were.",
            call="layer.backward(d_output, learning_rate)",
            hint="Layer.backward updates the layer: there is no other place where the learning rate is known.",
        )
    readings.find(LAYER, range(len(probes)), compare, explain=readings.named_first(LAYER, explain))
