"""The weights of an LSTM's gates."""

import itertools

import numpy as np

from grader.checks import check, fail
from test_suites.ps10.ex3_rnn.public.answers import ready
from test_suites.ps10.ex3_rnn.public.gates import layouts


@check("lstm.weights")
def test_weights(student):
    """`LSTMCell` has four gates with random weights of their own, for the last state and the input."""
    for inputs, hidden in ((3, 5), (6, 4)):
        cell = ready(student, lambda sizes=(inputs, hidden): student.lstm_cell.LSTMCell(*sizes))
        gates = layouts(cell, inputs, hidden)
        for gate in gates:
            for part in gate.parts.values():
                if not np.isfinite(part).all():
                    raise fail(f"{gate.name} has numbers that are none.", call=f"{cell.call}.{gate.name}")
            largest = max(gate.parts.values(), key=lambda part: part.size)
            if np.ptp(largest) == 0:
                raise fail(
                    f"The weights of {gate.name} are all the same.",
                    call=f"{cell.call}.{gate.name}",
                    yours=f"{largest.flat[0]:.3g}",
                    hint="Units that begin alike stay alike: draw the weights at random.",
                )
        for one, other in itertools.combinations(gates, 2):
            pairs = zip(one.parts.values(), other.parts.values(), strict=False)
            if all(np.array_equal(a, b) for a, b in pairs):
                raise fail(
                    f"{one.name} and {other.name} begin with the same weights.",
                    call=cell.call,
                    hint="Call _init_weights() once for each gate, and draw new numbers in it.",
                )
