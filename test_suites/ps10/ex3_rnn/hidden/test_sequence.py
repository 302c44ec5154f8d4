"""An RNN over a whole sequence."""

from typing import NamedTuple

import numpy as np

from grader.checks import Answer, CheckFailed, check, fail, options, values_match
from test_suites.ps10.ex3_rnn.public.answers import arrays, far, ready
from test_suites.ps10.ex3_rnn.public.cells import Weights, loaded, own, states, weights

RNN = options(
    "RNN",
    axes=("(T, N, D)", "(N, T, D)", "(T, D)", "(T, D, N)", "(T, D, 1)"),
    W_hh=("as h @ W_hh", "as W_hh @ h"),
    outputs=(
        "of its layer",
        "softmax of its layer",
        "before its activation",
        "softmax before its activation",
    ),
)
HINT = "The state starts at 0, goes from step to step, and the output layer reads it."


class Sequence(NamedTuple):
    """A probe: X (T, N, D) in canonical order, and the sizes of the outputs."""

    w: Weights
    X: np.ndarray
    n_out: int
    W_out: np.ndarray
    b_out: np.ndarray

    def given(self, axes):
        """The probe's input as a reading has it; readings of one sequence get the first."""
        return {
            "(T, N, D)": self.X,
            "(N, T, D)": self.X.swapaxes(0, 1),
            "(T, D)": self.X[:, 0],
            "(T, D, N)": self.X.swapaxes(1, 2),
            "(T, D, 1)": self.X[:, 0, :, None],
        }[axes]

    def used(self, axes):
        """X (T, N, D) of the examples that a reading is given."""
        return self.X[:, :1] if axes in {"(T, D)", "(T, D, 1)"} else self.X

    def new(self, student, reading):
        """The student's RNN with the probe's weights, and its output layer."""
        inputs, hidden = self.w.W_ih.shape
        net = ready(student, lambda: student.rnn.RNN(inputs, hidden, self.n_out))
        loaded(net.get("rnn_cell"), self.w, {"W_hh": reading["W_hh"]})
        layer = net.get("output_layer")
        turned = layer.get("weights").shape() == self.W_out.T.shape
        layer.set("weights", self.W_out.T if turned else self.W_out)
        bias = layer.get("bias").shape()
        layer.set("bias", self.b_out.reshape(bias if np.prod(bias) == self.n_out else (1, self.n_out)))
        return net, layer

    def expected(self, layer, reading):
        """The outputs (T, N, O) that the student's own layer makes of the true states."""
        hidden = states(self.w, self.used(reading["axes"]))
        linear = hidden @ self.W_out + self.b_out
        if "before" in reading["outputs"]:
            outputs = linear
        else:
            outputs = np.stack([through(layer, h, self.n_out) for h in hidden])
        return softmax(outputs) if reading["outputs"].startswith("softmax") else outputs

    def observed(self, module):
        """The outputs of a reference's RNN."""
        net = module.RNN(*self.w.W_ih.shape, self.n_out)
        net.rnn_cell.__dict__.update(own(module.RNNCell, self.w).__dict__)
        net.output_layer.weights, net.output_layer.bias = self.W_out.copy(), self.b_out[None].copy()
        return net.forward(self.X)


def through(layer, h, n_out):
    """What the student's layer makes of states (N, H), as rows (N, O)."""
    try:
        return layer.forward(h).array((len(h), n_out))
    except CheckFailed:
        return layer.forward(h.T).array((n_out, len(h))).T


def softmax(z):
    """Along the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def fitted(answer, truth):
    """The outputs in a reply, and the true ones in its form: all steps or the last, in any order of axes.

    All sizes differ, so that a shape says which axis is which. Of several arrays the nearest is taken: an RNN may
    hand on its states as well.
    """
    found = list(arrays(answer.as_it_came()).values())
    if isinstance(answer.as_it_came(), list):
        same = [a for a in answer.as_it_came() if isinstance(a, np.ndarray)]
        if len(same) == len(answer.as_it_came()) == len(truth) and len({a.shape for a in same}) == 1:
            found.insert(0, np.stack(same))
    forms = [(array, form) for array in found for form in shaped(truth, array.shape)]
    if not forms:
        raise fail(
            "No outputs were found in the result.",
            call=answer.call,
            yours=f"shapes {', '.join(str(array.shape) for array in found) or 'none'}",
            expected=f"(T, N, outputs) = {truth.shape}, or the last step's {truth.shape[1:]}",
            hint="Return one output for each step, or the last one.",
        )
    array, form = min(forms, key=lambda pair: far(*pair))
    return Answer(answer.call, array), form


def shaped(truth, shape):
    """The true outputs in each form that has this shape."""
    steps, examples, _ = truth.shape
    forms = [truth, truth.swapaxes(0, 1), truth.swapaxes(1, 2), truth[-1], truth[-1].T]
    if examples == 1:
        forms += [truth[:, 0], truth[-1, 0], truth[:, 0, :, None], truth.transpose(0, 2, 1)]
    unique = {form.shape: form for form in reversed(forms)}
    return [unique[shape]] if shape in unique and steps else []


def sequences(rng, sizes=((5, 3, 4, 6, 2), (4, 2, 3, 5, 7))):
    """Probes of T, N, D, H, O that all differ; the output's bias keeps a ReLU from being dead."""
    return [
        Sequence(
            weights(rng, D, H),
            rng.normal(size=(T, N, D)),
            n_out,
            rng.normal(size=(H, n_out)) * 0.5,
            rng.uniform(0.5, 1.5, size=n_out),
        )
        for T, N, D, H, n_out in sizes
    ]


@check("rnn.sequence")
def test_sequence(student, rng, readings, evidence, known_mistakes):
    """`RNN.forward` starts from 0, hands each state to the next step, and gives its layer's outputs."""
    probes = sequences(rng)
    asked = {}

    def usable(probe, layer):
        """Where the student's Layer gives nothing, the reference's stands in."""
        through(layer, np.zeros((3, probe.w.W_hh.shape[0])), probe.n_out)

    try:
        usable(probes[0], probes[0].new(student, RNN[0])[1])
    except CheckFailed:
        student.stand_in("neural_network")

    def outputs(reading, number):
        key = reading["axes"], reading["W_hh"], number
        if key not in asked:
            net, layer = probes[number].new(student, reading)
            asked[key] = net.forward(probes[number].given(reading["axes"])), layer
        reply, layer = asked[key]
        return fitted(reply, probes[number].expected(layer, reading))

    def compare(reading, number):
        yours, truth = outputs(reading, number)
        values_match(yours, truth, name="outputs", hint=HINT)

    def explain(reading, evidence=None):
        pairs = [outputs(reading, number) for number in range(len(probes))]
        values_match(
            [yours for yours, _ in pairs],
            [truth for _, truth in pairs],
            name="outputs",
            evidence=evidence,
            diagnose=known_mistakes.matcher("rnn", lambda module: [p.observed(module) for p in probes]),
            hint=HINT,
        )

    found = readings.find(RNN, range(len(probes)), compare, explain=readings.named_first(RNN, explain))
    explain(found, evidence)
