"""Conv2D and MaxPool2D: forward, and the true gradients."""

import numpy as np

from grader.checks import Answer, CheckFailed, check, fail, values_match
from grader.checks.failure import MappingMismatchError
from grader.checks.tolerances import Tolerance
from test_suites.ps10.ex2_cnn.hidden.layers import (
    arrays_in,
    conv_probes,
    nearest,
)
from test_suites.ps10.ex2_cnn.public.layouts import CONV, POOL, alone, as_batch, received, sent

GRADIENT = Tolerance(double=1e-6, single=1e-4, certain=1e-4)
"""By the draft's measurement: correct work 1e-15, in float32 4e-7; the least bug 0.33."""


def of(reference, reading, probe):
    """What is true of a probe in a reading."""
    return probe.observe(
        reference.cnn, flipped=reading["kernels"] == "flipped", single=alone(reading["layout"])
    )


def matched(known_mistakes, probes, reading, name, scales):
    """Names a bug, from one of the results on all probes."""

    def observe(module):
        how = {"flipped": reading["kernels"] == "flipped", "single": alone(reading["layout"])}
        return [
            scale * probe.observe(module, **how)[name] for probe, scale in zip(probes, scales, strict=True)
        ]

    return known_mistakes.matcher("cnn", observe)


@check("conv.forward")
def test_forward(student, reference, rng, readings, known_mistakes, evidence):
    """Conv2D's output is right, for any stride and padding, on images that are not square."""
    probes = conv_probes(rng)

    def explain(reading):
        outputs = [probe.forward(student, reading["layout"]) for probe in probes]
        failures = []
        # Of a wrong output, filters as they are and flipped are about as far: a bug is looked for in both.
        alike = [r for r in readings.left(CONV) if r["layout"] == reading["layout"] and r != reading]
        for each in (reading, *alike):
            try:
                values_match(
                    outputs,
                    [of(reference, each, probe)["output"] for probe in probes],
                    name="output",
                    evidence=evidence if each is reading else None,
                    diagnose=matched(known_mistakes, probes, each, "output", [1.0] * len(probes)),
                    hint="Each filter sums over the window and all channels; its bias is added once.",
                )
            except CheckFailed as failure:
                failures.append(failure)
        raise next((f for f in failures if f.finding.diagnosis), failures[0])

    readings.find(
        CONV,
        probes,
        lambda reading, probe: values_match(
            probe.forward(student, reading["layout"]),
            of(reference, reading, probe)["output"],
            name="output",
        ),
        explain=explain,
    )


def gradients_are_right(name, student, reference, rng, readings, known_mistakes, evidence):
    """One of the gradients, on all probes, in one reading."""
    probes = conv_probes(rng)

    def seen(reading, probe):
        """The student's gradient, the true one, and the factor that the layer has on both."""
        truth = of(reference, reading, probe)
        asked = probe.ask(student, reading["layout"])
        return nearest(asked, name, truth, 1 if alone(reading["layout"]) else len(probe.X))

    def output_is_right(reading):
        """Whether forward agrees in this reading: then backward has to agree in it, too."""
        try:
            for probe in probes:
                values_match(
                    probe.ask(student, reading["layout"]).output, of(reference, reading, probe)["output"]
                )
        except (CheckFailed, MappingMismatchError):
            return False
        return True

    forward = [reading for reading in readings.left(CONV) if output_is_right(reading)]

    def compare(reading, probe):
        if forward and reading not in forward:
            raise fail("Forward has another reading.")
        yours, true, _ = seen(reading, probe)
        values_match(yours, true, name=f"gradient of {name}", tolerance=GRADIENT)

    def explain(reading):
        found = [seen(reading, probe) for probe in probes]
        values_match(
            [yours for yours, _, _ in found],
            [true for _, true, _ in found],
            name=f"gradient of {name}",
            tolerance=GRADIENT,
            evidence=evidence,
            diagnose=matched(known_mistakes, probes, reading, name, [scale for _, _, scale in found]),
            hint="Check it against differences: move one number by 1e-5, and see what sum(d_output · out) does.",
        )

    readings.find(CONV, probes, compare, explain=explain)


@check("conv.grad_filters")
def test_filters(student, reference, rng, readings, known_mistakes, evidence):
    """Conv2D's backward pass gives the true gradient of its filters."""
    gradients_are_right("filters", student, reference, rng, readings, known_mistakes, evidence)


@check("conv.grad_bias")
def test_bias(student, reference, rng, readings, known_mistakes, evidence):
    """Conv2D's backward pass gives the true gradient of its bias."""
    gradients_are_right("bias", student, reference, rng, readings, known_mistakes, evidence)


@check("conv.grad_input")
def test_input(student, reference, rng, readings, known_mistakes, evidence):
    """Conv2D's backward pass hands on the true gradient of its input."""
    gradients_are_right("input", student, reference, rng, readings, known_mistakes, evidence)


@check("pool.backward")
def test_pool(student, reference, rng, readings, known_mistakes, evidence):
    """MaxPool2D sends each gradient to where the maximum was; windows that overlap add up."""
    probes = []
    for N, C, H, W, size, stride in ((2, 3, 4, 6, 2, 2), (3, 2, 7, 9, 3, 2), (2, 2, 5, 4, 2, 1)):
        values = np.linspace(-2, 1, N * C * H * W)  # no ties; many windows are negative throughout
        X = rng.permutation(values).reshape(N, C, H, W)
        rows, columns = ((length - size) // stride + 1 for length in (H, W))
        probes.append((X, rng.uniform(0.5, 1.5, size=(N, C, rows, columns)), size, stride))

    def observe(module, probe, *, single=False):
        X, d_output, size, stride = probe
        pool = module.MaxPool2D(size, stride)
        pool.forward(X[:1].copy() if single else X.copy())
        return pool.backward(d_output[:1].copy() if single else d_output.copy())

    def ask(reading, probe):
        X, d_output, size, stride = probe
        layout = reading["layout"]
        pool = student.pool.MaxPool2D(size, stride)
        pooled = pool.forward(sent(X, layout))
        shape = (1 if alone(layout) else len(X), *d_output.shape[1:])
        received(pooled, shape, layout)
        answer = pool.backward(sent(d_output, layout))
        wanted = sent(X, layout).shape
        found = [array for array in arrays_in(answer.as_it_came()) if array.shape == wanted]
        if not found:
            raise fail(
                "backward returns no gradient of X.", call=answer.call, expected=f"an array of shape {wanted}"
            )
        return Answer(answer.call, as_batch(found[0], layout))

    def expected(reading, probe):
        return observe(reference.cnn, probe, single=alone(reading["layout"]))

    def explain(reading):
        single = alone(reading["layout"])
        values_match(
            [ask(reading, probe) for probe in probes],
            [expected(reading, probe) for probe in probes],
            name="gradient of X",
            evidence=evidence,
            diagnose=known_mistakes.matcher(
                "cnn", lambda module: [observe(module, probe, single=single) for probe in probes]
            ),
            hint="Where windows overlap, one number can be the maximum of several: its gradients add up.",
        )

    readings.find(
        POOL,
        probes,
        lambda reading, probe: values_match(
            ask(reading, probe), expected(reading, probe), name="gradient of X"
        ),
        explain=explain,
    )
