"""The recurrence h_t = tanh(x_t W_ih + h_(t-1) W_hh + b_h), and how a cell may read it.

The document's formula is W_ih @ x_t with W_ih (in, h): rows and columns, and both ways round W_hh, are legal.
Which way round W_ih is, its shape says; so all sizes of a probe differ.
"""

from typing import NamedTuple

import numpy as np

from grader.checks import options
from test_suites.ps10.ex3_rnn.public.answers import of_shape, ready, turned

CELL = options("RNNCell", batch=("in rows", "in columns"), W_hh=("as h @ W_hh", "as W_hh @ h"))


class Weights(NamedTuple):
    """Of a cell: W_ih (D, H), W_hh (H, H), b_h (H,)."""

    W_ih: np.ndarray
    W_hh: np.ndarray
    b_h: np.ndarray


def weights(rng, inputs, hidden):
    """Weights that let a state neither vanish nor saturate."""
    drawn = (rng.normal(size=shape) * 0.6 for shape in ((inputs, hidden), (hidden, hidden), (hidden,)))
    return Weights(*drawn)


def loaded(cell, w, reading, *, mapped=False):
    """Give a cell these weights, each in the layout of its own."""
    W_hh = w.W_hh if reading["W_hh"] == CELL[0]["W_hh"] else w.W_hh.T
    if mapped:
        cell.set("params", {"W_ih": w.W_ih, "W_hh": W_hh, "b_h": w.b_h})
        return cell
    inputs, hidden = w.W_ih.shape
    cell.set("W_ih", w.W_ih if cell.get("W_ih").shape() != (hidden, inputs) else w.W_ih.T)
    cell.set("W_hh", W_hh)
    bias = cell.get("b_h").shape()
    cell.set("b_h", w.b_h.reshape(bias if np.prod(bias) == hidden else (1, hidden)))
    return cell


def new(student, w, reading):
    """A cell of the student's with these weights."""
    module = student.rnn_cell
    cell = ready(student, lambda: module.RNNCell(*w.W_ih.shape))
    return loaded(cell, w, reading, mapped=module.mapped)


def sent(rows, reading):
    """Rows as the reading has them."""
    return rows if reading["batch"] == "in rows" else rows.T


def back(answer, shape, reading):
    """The first array of a reply that fits, as rows (N, H)."""
    if reading["batch"] == "in rows":
        return of_shape(answer, shape)
    return turned(of_shape(answer, shape[::-1]))


class Steps(NamedTuple):
    """Steps of one cell that have nothing to do with each other: xs[k] (N, D) and hs[k] (N, H)."""

    weights: Weights
    xs: list
    hs: list

    def asked(self, student, reading):
        """The student's states, as rows."""
        cell = new(student, self.weights, reading)
        given = [(sent(x, reading), sent(h, reading)) for x, h in zip(self.xs, self.hs, strict=True)]
        return [back(cell.forward(x, h), self.hs[0].shape, reading) for x, h in given]

    def observed(self, module):
        """The states of a reference's cell."""
        cell = own(module.RNNCell, self.weights)
        return [cell.forward(x, h).copy() for x, h in zip(self.xs, self.hs, strict=True)]


def own(make, w):
    """A cell of the reference with these weights."""
    cell = make(*w.W_ih.shape)
    cell.W_ih, cell.W_hh, cell.b_h = w.W_ih.copy(), w.W_hh.copy(), w.b_h[None].copy()
    return cell


def steps(rng, examples, inputs, hidden, number=2):
    """A probe; states are between -1 and 1, as a tanh's are."""
    xs = [rng.normal(size=(examples, inputs)) for _ in range(number)]
    hs = [rng.uniform(-0.9, 0.9, size=(examples, hidden)) for _ in range(number)]
    return Steps(weights(rng, inputs, hidden), xs, hs)


def states(w, X):
    """All states (T, N, H) after 0, for X (T, N, D)."""
    found = [np.zeros((X.shape[1], len(w.W_hh)))]
    for x in X:
        found.append(np.tanh(x @ w.W_ih + found[-1] @ w.W_hh + w.b_h))
    return np.stack(found[1:])
