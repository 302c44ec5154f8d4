"""The whole network: forward, and one step back through all layers."""

from grader.checks import Answer, CheckFailed, check, values_match
from test_suites.ps10.ex1_network.hidden.probes import NETWORK, draw_network


@check("network.forward")
def test_forward(student, reference, rng, readings, evidence, known_mistakes):
    """forward(X) passes X through all layers, and gives each class's probability."""
    probes = [draw_network(rng), draw_network(rng, (4, 6, 3), n=5), draw_network(rng, (3, 8, 6, 5, 4), n=1)]
    answers = [probe.net(student.network).forward(probe.X) for probe in probes]

    def expected(module, probe, reading):
        return probe.net(module, reading["hidden"]).forward(probe.X.copy())

    def compare(reading, number):
        truth = expected(reference.neural_network, probes[number], reading)
        values_match(answers[number], truth, name="probabilities")

    def explain(reading):
        def observe(module):
            return [expected(module, probe, reading) for probe in probes]

        values_match(
            answers,
            observe(reference.neural_network),
            name="probabilities",
            evidence=evidence,
            diagnose=known_mistakes.matcher("neural_network", observe),
            hint="Each layer's output is the next one's input; hidden layers are relu, the last one is softmax.",
        )

    readings.find(NETWORK, range(len(probes)), compare, explain=readings.named_first(NETWORK, explain))


@check("network.gradients")
def test_gradients(student, reference, rng, readings, evidence, known_mistakes):
    """backward(X, y) moves every layer by the gradient of the cross-entropy."""
    probes = [
        draw_network(rng),
        draw_network(rng, (4, 6, 3), n=9, rate=0.3),
        draw_network(rng, (3, 6, 5, 4), n=7),
    ]
    asked = {}

    def found(labels, number):
        if (labels, number) not in asked:
            try:
                arrays = probes[number].gradients(student.network, labels)
                asked[labels, number] = [
                    Answer(f"-Δ{n} / learning_rate", a) for n, a in zip(names(number), arrays, strict=True)
                ]
            except CheckFailed as failure:
                asked[labels, number] = failure
        if isinstance(asked[labels, number], CheckFailed):
            raise asked[labels, number]
        return asked[labels, number]

    def names(number):
        depth = len(probes[number].params)
        return [f"layers[{i}].{name}" for i in reversed(range(depth)) for name in ("weights", "bias")]

    def expected(module, number, reading):
        n = len(probes[number].X)
        factor = {"averaged over the batch": 1, "summed over the batch": n}.get(reading["gradients"], 1 / n)
        return [factor * array for array in probes[number].gradients(module, hidden=reading["hidden"])]

    def compare(reading, number):
        truth = expected(reference.neural_network, number, reading)
        values_match(found(reading["labels"], number), truth, name="gradients")

    def explain(reading):
        def observe(module):
            return [array for number in range(len(probes)) for array in expected(module, number, reading)]

        values_match(
            [answer for number in range(len(probes)) for answer in found(reading["labels"], number)],
            observe(reference.neural_network),
            name="gradients",
            evidence=evidence,
            diagnose=known_mistakes.matcher("neural_network", observe),
            hint="The gradient by the last layer's Z is p - y. Compare each layer with a numerical gradient.",
        )

    readings.find(NETWORK, range(len(probes)), compare, explain=readings.named_first(NETWORK, explain))
