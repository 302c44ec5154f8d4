"""Gradients of RNNCell.backward, wherever it leaves them.

Each step back is made on its own: weights and states are the judge's, forward is called again, and what comes from
the next step in time is the true gradient. So a cell needs no stack of its own, and a wrong step spoils no other.

A cell may return its gradients, keep them under any name, add them up over steps, or learn at once. They are found
by their shapes, which all differ.
"""

import itertools
from typing import NamedTuple

import numpy as np

from grader.checks import Answer, ask, fail
from test_suites.ps10.ex3_rnn.public.answers import arrays, attributes, far, handles
from test_suites.ps10.ex3_rnn.public.cells import Weights, loaded, new, own, sent, states, weights

PARAMETERS = ("W_ih", "W_hh", "b_h")
STATE = "h_prev"
NEAR = 1e-3
"""As far as single precision goes."""
SMALL = 0.15
"""Of the gradients that come in: all sums stay far below 5, at which clipping is usual."""


class Passage(NamedTuple):
    """A probe: X (T, N, D), and dL/dh of each step by its own output, (T, N, H)."""

    w: Weights
    X: np.ndarray
    d_output: np.ndarray
    d_last: np.ndarray

    def steps(self):
        """From the last step to the first: x_t, h_(t-1), and the true dL/dh_t by the next step and the output."""
        h = states(self.w, self.X)
        before = np.concatenate([np.zeros_like(h[:1]), h[:-1]])
        d_next = self.d_last
        for t in reversed(range(len(self.X))):
            yield self.X[t], before[t], d_next, self.d_output[t]
            d_next = ((d_next + self.d_output[t]) * (1 - h[t] ** 2)) @ self.w.W_hh.T

    def observed(self, module):
        """All gradients of a reference's cell: name → one array a step."""
        found = {name: [] for name in (*PARAMETERS, STATE)}
        cell = own(module.RNNCell, self.w)
        for x, h_prev, d_next, d_output in self.steps():
            cell.forward(x, h_prev)
            d_prev, gradients = cell.backward(d_next, d_output)
            for name in PARAMETERS:
                found[name].append(np.reshape(gradients[name], np.shape(getattr(self.w, name))))
            found[STATE].append(d_prev)
        return found


def passages(rng):
    """Two probes with other numbers of examples; all their sizes differ."""
    drawn = []
    for T, N, D, H in ((3, 4, 2, 5), (4, 2, 3, 6)):
        d_output = rng.normal(size=(T, N, H)) * SMALL
        d_last = rng.normal(size=(N, H)) * SMALL
        drawn.append(Passage(weights(rng, D, H), rng.normal(size=(T, N, D)), d_output, d_last))
    return drawn


class Seen(NamedTuple):
    """What one probe has shown: a path → its value after each step, and how the weights moved."""

    returned: list
    kept: list
    moved: dict
    opaque: bool
    call: str


def asked(student, passage, reading):
    """Go back through a passage with the student's cell."""
    mapped = student.rnn_cell.mapped
    cell = new(student, passage.w, reading)
    returned, kept, moved, opaque, call = [], [], {name: [] for name in PARAMETERS}, False, ""
    for x, h_prev, d_next, d_output in passage.steps():
        loaded(cell, passage.w, reading, mapped=mapped)
        cell.forward(sent(x, reading), sent(h_prev, reading))
        before = parameters(cell, mapped=mapped)
        reply = cell.backward(sent(d_next, reading), sent(d_output, reading))
        call = reply.call
        returned.append(arrays(reply.as_it_came()))
        own_attributes = {k: v for k, v in attributes(cell, mapped=mapped).items() if k not in PARAMETERS}
        kept.append(arrays(own_attributes))
        opaque = opaque or handles(reply.as_it_came()) or handles(own_attributes)
        for name, value in parameters(cell, mapped=mapped).items():
            moved[name].append(before[name] - value)
    return Seen(returned, kept, moved, opaque, call)


def parameters(cell, *, mapped):
    """The cell's weights as they are now."""
    if mapped:
        now = cell.get("params")
        return {name: now.item(name).array() for name in PARAMETERS}
    return {name: cell.get(name).array() for name in PARAMETERS}


def series(found):
    """The values of each path that is there after every step: as they are, and as what each step added."""
    for path in found[0]:
        values = [step[path] for step in found if path in step]
        if (
            len(values) == len(found)
            and len({v.shape for v in values}) == 1
            and values[0].dtype.kind in "fiu"
        ):
            yield values
            yield [values[0], *(b - a for a, b in itertools.pairwise(values))]


def canonical(array, name, passage, reading):
    """An array in the layout of the truth; ``None`` if it can't be this gradient."""
    inputs, hidden = passage.w.W_ih.shape
    rows = (passage.X.shape[1], hidden)
    if name == "W_ih":
        if array.shape == (inputs, hidden):
            return array
        return array.T if array.shape == (hidden, inputs) else None
    if name == "W_hh":
        turned = reading["W_hh"] != "as h @ W_hh"
        return None if array.shape != (hidden, hidden) else array.T if turned else array
    if name == "b_h":
        return array.reshape(hidden) if array.shape in {(hidden,), (1, hidden), (hidden, 1)} else None
    wanted = rows if reading["batch"] == "in rows" else rows[::-1]
    return None if array.shape != wanted else array if reading["batch"] == "in rows" else array.T


def candidates(seen, name, passage, reading):
    """Every series of arrays that can be this gradient: what is returned first, then what is kept, then moves."""
    for found in (seen.returned, seen.kept):
        fits = [[canonical(a, name, passage, reading) for a in values] for values in series(found)]
        fits = [values for values in fits if all(a is not None for a in values)]
        if fits:
            yield from fits
            return
    moved = seen.moved.get(name)
    if moved and any(np.abs(step).max() > 0 for step in moved):
        yield [canonical(step, name, passage, reading) for step in moved]


def nearest(seen, name, passage, reading, truth, scale):
    """The candidate that is the truth times a scale, or else the nearest of those that are what one step gave.

    ``None`` where there is none. That a step's gradient is what it added to a sum must fit to be believed.
    """
    found = [[a / scale for a in values] for values in candidates(seen, name, passage, reading)]
    best = min(found, key=lambda values: farthest(values, truth), default=None)
    if best is None or farthest(best, truth) <= NEAR:
        return best
    return min(found[::2], key=lambda values: farthest(values, truth))


def farthest(values, truth):
    """The largest error of all steps."""
    return max(far(a, b) for a, b in zip(values, truth, strict=True))


def learnt_at_once(seen, passage, reading):
    """Whether gradients of the weights show by the weights' moves alone, and by which rate."""
    shown = [name for name in PARAMETERS if any(np.abs(step).max() > 0 for step in seen.moved[name])]
    if not shown:
        return None
    truth = true(passage)
    rates = []
    for name in shown:
        step = np.stack([canonical(a, name, passage, reading) for a in seen.moved[name]]).ravel()
        right = np.stack(truth[name]).ravel()
        rates.append(float(step @ right / (right @ right)))
    return float(np.median(rates))


def true(passage):
    """The true gradients, by name: one array a step."""
    found = {name: [] for name in (*PARAMETERS, STATE)}
    for x, h_prev, d_next, d_output in passage.steps():
        h = np.tanh(x @ passage.w.W_ih + h_prev @ passage.w.W_hh + passage.w.b_h)
        dz = (d_next + d_output) * (1 - h**2)
        found["W_ih"].append(x.T @ dz)
        found["W_hh"].append(h_prev.T @ dz)
        found["b_h"].append(dz.sum(axis=0))
        found[STATE].append(dz @ passage.w.W_hh.T)
    return found


def gradients(seen, passage, reading):
    """Name → one array a step, or ``None``; and how they are scaled: the sum over the examples, or their mean.

    The scale is one for all weights: the one by which more of them are right.
    """
    truth = true(passage)
    examples = passage.X.shape[1]
    rate = learnt_at_once(seen, passage, reading)
    scales = {"": 1.0, "the mean over the examples": 1.0 / examples}
    if rate is not None and rate > 0:
        scales["weights that move at once"] = rate
    best = None
    for convention, scale in scales.items():
        found = {name: nearest(seen, name, passage, reading, truth[name], scale) for name in PARAMETERS}
        right = sum(v is not None and farthest(v, truth[n]) <= NEAR for n, v in found.items())
        if best is None or right > best[0]:
            best = right, found, convention
    _, found, convention = best
    found[STATE] = nearest(seen, STATE, passage, reading, truth[STATE], 1.0)
    return found, convention


def answers(seen, name, found):
    """The gradient's steps as answers.

    Raises:
        CheckFailed: It is nowhere, and there is nothing that the judge can't look into.
    """
    if found[name] is not None:
        return [Answer(f"{seen.call}, {name}", array) for array in found[name]]
    raise fail(
        f"No gradient of {name} was found.",
        call=seen.call,
        hint="Return the gradients, or keep them as attributes of the cell; each has its parameter's shape.",
    )


def undecided(seen, name):
    """A question for a person, where a gradient may be in an object that the judge can't look into."""
    return ask(
        f"The gradient of {name} was not found, but an object was returned or kept that may hold it.",
        call=seen.call,
    )
