"""One step of a recurrent cell."""

import numpy as np

from grader.checks import check, values_match
from test_suites.ps10.ex3_rnn.public.cells import CELL, Steps, Weights, steps

HINT = "h_t = tanh(x_t W_ih + h_prev W_hh + b_h), from the h_prev that was given."

WORKED = Steps(
    Weights(
        np.array([[0.5, -1.0], [1.0, 0.0], [-0.5, 0.25]]), np.array([[0.0, 1.0], [-0.5, 0.5]]), np.ones(2)
    ),
    [np.array([[1.0, 0.0, 2.0]])],
    [np.array([[0.5, -0.5]])],
)
"""By hand: x W_ih = (-0.5, -0.5), h W_hh = (0.25, 0.25), so both states are tanh(0.75) = 0.6351."""


@check("rnn.step")
def test_step(student, reference, rng, readings, evidence, known_mistakes):
    """`RNNCell.forward` makes one step: tanh of the input's part, the last state's part and the bias."""
    probes = [steps(rng, 4, 3, 5), WORKED, steps(rng, 3, 5, 2)]

    def observe(module):
        return [state for probe in probes for state in probe.observed(module)]

    def compare(reading, probe):
        values_match(probe.asked(student, reading), probe.observed(reference.rnn), name="states")

    def explain(reading, evidence=None):
        values_match(
            [state for probe in probes for state in probe.asked(student, reading)],
            observe(reference.rnn),
            name="states",
            evidence=evidence,
            diagnose=known_mistakes.matcher("rnn", observe),
            hint=HINT,
        )

    explain(readings.find(CELL, probes, compare, explain=readings.named_first(CELL, explain)), evidence)
