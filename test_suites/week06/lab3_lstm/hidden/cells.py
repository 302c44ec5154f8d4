"""What an LSTM computes (Hochreiter and Schmidhuber 1997; Gers et al. 2000), from its weights, in float64.

i, f, g, o = split(x W_ih' + b_ih + h W_hh' + b_hh)
c = sigmoid(f) c + sigmoid(i) tanh(g)
h = sigmoid(o) tanh(c)
"""

from typing import NamedTuple

import numpy as np

from grader.checks import Diagnosis, fail

PARAMETERS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
GATES = {1: "a plain recurrent layer", 3: "a GRU"}


class Weights(NamedTuple):
    """Of one LSTM layer."""

    W_ih: np.ndarray
    W_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


def weights(state, inputs, hidden):
    """The LSTM's weights out of a ``state_dict``, whatever module they stand in.

    Raises:
        CheckFailed: One is missing, or has another shape.
    """
    if not state.names():
        raise fail("The model has no state_dict: it is no torch.nn.Module.", call=state.call)
    rows = 4 * hidden
    shapes = ((rows, inputs), (rows, hidden), (rows,), (rows,))
    return Weights(*(_find(state, name, shape) for name, shape in zip(PARAMETERS, shapes, strict=True)))


def _find(state, name, shape):
    found = [key for key in state.names() if key.rpartition(".")[2] == name]
    if not found:
        raise fail(
            f"The model has no parameter {name}.",
            call=state.call,
            yours=", ".join(key[:40] for key in state.names()[:8]),
            hint="Use torch.nn.LSTM with one layer, or give your own cell's parameters torch's names.",
        )
    if name == PARAMETERS[0] and state.item(found[0]).shape() == (shape[0], 1) != shape:
        raise fail(
            "The LSTM reads one asset at a time.",
            call=state.call,
            where=found[0],
            yours=f"shape {(shape[0], 1)}",
            expected=f"shape {shape}: one input for each asset",
            diagnosis="The network has a single input for all assets; the lab asks for an input for each.",
            diagnosis_id="pooled",
        )
    own, width = state.item(found[0]).shape(), shape[0] // 4
    gates = own[0] / width if own else 0
    diagnosis = f"These are the gates of {GATES[gates]}, not of an LSTM." if gates in GATES else ""
    if diagnosis:
        raise fail(
            "The model is no LSTM.",
            call=state.call,
            where=found[0],
            yours=f"shape {own}",
            expected=f"shape {shape}: four gates of {width} units",
            diagnosis=diagnosis,
            diagnosis_id=f"gates-{gates:.0f}",
        )
    return state.item(found[0]).array(shape)


def states(w, x):
    """Hidden and cell states after each day, (B, T, H) each, from zero."""
    h = c = np.zeros((len(x), w.W_hh.shape[1]))
    hidden, cell = [], []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w.W_ih.T + w.b_ih + h @ w.W_hh.T + w.b_hh, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        hidden.append(h)
        cell.append(c)
    return np.stack(hidden, axis=1), np.stack(cell, axis=1)


def last_hidden(w, x):
    """The hidden state after the last day, (B, H)."""
    return states(w, x)[0][:, -1]


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def slips(w, x):
    """What students hand on instead of the last hidden state: sentence → value."""
    hidden, cell = states(w, x)
    backward = states(w, x[:, ::-1])[0][:, -1]
    return {
        "This is the cell state, not the hidden state.": cell[:, -1],
        "This is the hidden state after the first day: the window is read from its end.": hidden[:, 0],
        "The window is read backwards: the newest day must come last.": backward,
        "This is the mean of all hidden states, not the last one.": hidden.mean(axis=1),
        "Days and windows are swapped: give torch.nn.LSTM batch_first=True.": _swapped(w, x),
    }


def _swapped(w, x):
    """A batch of windows read as if its first axis were the days."""
    return states(w, x.swapaxes(0, 1))[0].swapaxes(0, 1)[:, -1]


def diagnoser(w, x):
    """Names a slip by its numbers."""

    def name(yours, distance, tolerance):
        said = [s for s, value in slips(w, x).items() if distance(yours, [value]) <= tolerance]
        return Diagnosis(said[0], "slip") if len(said) == 1 else None

    return name
