"""An LSTM's step: what it stores, what it shows, and how it goes on."""

import numpy as np

from grader.checks import check, values_match
from test_suites.ps10.ex3_rnn.public import gates
from test_suites.ps10.ex3_rnn.public.gates import GATES, LSTM

HINT_C = "c_t = sigmoid(z_f) * c_prev + sigmoid(z_i) * tanh(z_c)."
HINT_H = "h_t = sigmoid(z_o) * tanh(c_t)."
SIZES = ((4, 3, 5), (2, 6, 4))


class Probe:
    """Two steps of one cell that have nothing to do with each other, asked for once in each layout of the batch."""

    def __init__(self, student, rng, examples, inputs, hidden):
        self.cell = gates.loaded(student, rng, inputs, hidden)
        draw = rng.normal
        self.steps = [
            (
                draw(size=(examples, inputs)),
                rng.uniform(-0.9, 0.9, size=(examples, hidden)),
                draw(size=(examples, hidden)) * 0.8,
            )
            for _ in range(2)
        ]
        self._replies = {}

    def states(self, reading):
        """The student's (h, c) of each step."""
        batch = reading["batch"]
        if batch not in self._replies:
            self._replies[batch] = [self.cell.step(*step, reading) for step in self.steps]
        shape = self.steps[0][1].shape
        return [self.cell.states(reply, shape, reading) for reply in self._replies[batch]]

    def cells(self, reading):
        """The student's cell states and the true ones."""
        own = self.cell.gates(reading)
        yours = [c for _, c in self.states(reading)]
        return yours, [gates.cell_state(own, *step) for step in self.steps]

    def hidden(self, reading):
        """The student's hidden states, and those that its cell states should show."""
        own = self.cell.gates(reading)
        pairs = self.states(reading)
        truth = [
            gates.hidden_state(own, x, h, c.array((len(x), self.cell.hidden)))
            for (x, h, _), (_, c) in zip(self.steps, pairs, strict=True)
        ]
        return [h for h, _ in pairs], truth

    def observed(self, module, reading):
        """(h, c) of a reference's cell with the same gates."""
        cell = module.LSTMCell(self.cell.inputs, self.cell.hidden)
        for name, gate in zip(GATES, self.cell.gates(reading), strict=True):
            setattr(cell, name, np.vstack([gate.W_h, gate.W_x, gate.b]))
        return [tuple(state.copy() for state in cell.forward(*step)) for step in self.steps]


def judge(probes, pick, which, readings, name, hint, evidence, known_mistakes):
    """One state, on all steps of all probes."""

    def compare(reading, probe):
        yours, truth = pick(probe, reading)
        values_match(yours, truth, name=name, hint=hint)

    def explain(reading, evidence=None):
        pairs = [pick(probe, reading) for probe in probes]
        values_match(
            [a for yours, _ in pairs for a in yours],
            [a for _, truth in pairs for a in truth],
            name=name,
            evidence=evidence,
            diagnose=known_mistakes.matcher(
                "rnn",
                lambda module: [step[which] for probe in probes for step in probe.observed(module, reading)],
            ),
            hint=hint,
        )

    explain(readings.find(LSTM, probes, compare, explain=readings.named_first(LSTM, explain)), evidence)


@check("lstm.cell_state")
def test_cell_state(student, rng, readings, evidence, known_mistakes):
    """`LSTMCell.forward` keeps what the forget gate lets through, and adds what the input gate lets in."""
    probes = [Probe(student, rng, *sizes) for sizes in SIZES]
    judge(probes, Probe.cells, 1, readings, "cell states", HINT_C, evidence, known_mistakes)


@check("lstm.hidden_state")
def test_hidden_state(student, rng, readings, evidence, known_mistakes):
    """`LSTMCell.forward` shows tanh of its new cell state through the output gate."""
    probes = [Probe(student, rng, *sizes) for sizes in SIZES]
    judge(probes, Probe.hidden, 0, readings, "hidden states", HINT_H, evidence, known_mistakes)


@check("lstm.sequence")
def test_sequence(student, rng, readings, evidence):
    """Steps go on from each other: each gets the states that the one before gave."""
    probes = []
    for examples, inputs, hidden in SIZES:
        X = rng.normal(size=(6, examples, inputs))
        probes.append((gates.loaded(student, rng, inputs, hidden), X))

    def run(reading, probe):
        cell, X = probe
        shape = (X.shape[1], cell.hidden)
        own = cell.gates(reading)
        h, c = (np.zeros(shape) for _ in range(2))
        true_h, true_c = h, c
        for x in X:
            yours = cell.states(cell.step(x, h, c, reading), shape, reading)
            h, c = (state.array(shape) for state in yours)
            new_c = gates.cell_state(own, x, true_h, true_c)
            true_h, true_c = gates.hidden_state(own, x, true_h, new_c), new_c
        return yours, [true_h, true_c]

    def compare(reading, probe):
        yours, truth = run(reading, probe)
        values_match(yours, truth, name="states after six steps")

    def explain(reading, evidence=None):
        pairs = [run(reading, probe) for probe in probes]
        values_match(
            [a for yours, _ in pairs for a in yours],
            [a for _, truth in pairs for a in truth],
            name="states after six steps",
            evidence=evidence,
            hint="Use the h_prev and c_prev that are given, not those of the last call.",
        )

    explain(readings.find(LSTM, probes, compare, explain=readings.named_first(LSTM, explain)), evidence)
