"""An LSTM's weights, in whatever layout they are: the document fixes the names W_i, W_f, W_o, W_c alone.

A gate's weights may be one array for [h, x] or [x, h], either way round, with or without a row for the bias; or
several arrays for x, h and the bias, in a list or a dict. Biases may also be attributes of their own. All sizes of
a probe differ, so that shapes say what is what; only the order of h and x, and which end is the bias, are readings.
"""

import re
from typing import NamedTuple

import numpy as np

from grader.checks import Answer, fail, options
from test_suites.ps10.ex3_rnn.public.answers import arrays, attributes, ready

GATES = ("W_i", "W_f", "W_o", "W_c")
LSTM = options(
    "LSTMCell",
    batch=("in rows", "in columns"),
    order=("[h, x]", "[x, h]"),
    bias=("last", "first"),
    returns=("(h, c)", "(c, h)"),
)
BIAS = re.compile(r"(?:b|bias)_?([ifocg])|([ifocg])_?(?:b|bias)", re.IGNORECASE)
EXPECTED = "(hidden + input, hidden), turned or not; one more row for the bias; or one array each for x and h"


class Gate(NamedTuple):
    """What a gate computes with: z = x W_x + h W_h + b."""

    W_x: np.ndarray
    W_h: np.ndarray
    b: np.ndarray

    def __call__(self, x, h):
        """Z (N, H)."""
        return x @ self.W_x + h @ self.W_h + self.b


class Layout(NamedTuple):
    """A gate's arrays as the student keeps them: the value itself, and its arrays by path."""

    name: str
    kept: object
    parts: dict

    def checked(self, inputs, hidden):
        """Itself, if these can be a gate's weights; raises CheckFailed otherwise."""
        shapes = [part.shape for part in self.parts.values()]
        roles = [role(shape, inputs, hidden) for shape in shapes]
        ways = {"both", "x", "h", "b"} >= set(roles) and (
            ("both" in roles) != ({"x", "h"} <= set(roles)) and len(set(roles)) == len(roles)
        )
        if not ways:
            raise fail(
                f"{self.name} does not have the shape of a gate's weights.",
                call=f"LSTMCell({inputs}, {hidden}).{self.name}",
                yours=", ".join(map(str, shapes)) or "no array",
                expected=f"{EXPECTED}: ({hidden + inputs}, {hidden})",
                hint="A gate sees the last state and the input: _init_weights makes its weights from both sizes.",
            )
        return self

    def drawn(self, rng):
        """New numbers in the same layout, path by path."""
        return {path: rng.normal(size=part.shape) * 0.6 for path, part in self.parts.items()}


def role(shape, inputs, hidden):
    """What an array of this shape is to a gate."""
    if sorted(shape) in ([1, hidden], [hidden]):
        return "b"
    both = {hidden + inputs, hidden + inputs + 1}
    if len(shape) == 2 and hidden in shape and both & set(shape):
        return "both"
    return {(inputs, hidden): "x", (hidden, inputs): "x", (hidden, hidden): "h"}.get(shape, "")


def layouts(cell, inputs, hidden):
    """The four gates' layouts."""
    found = []
    for name in GATES:
        value = cell.get(name).as_it_came()
        found.append(Layout(name, value, arrays(value)).checked(inputs, hidden))
    return found


def rebuilt(value, new, path=""):
    """A nested value with other arrays in it."""
    if path in new:
        return new[path]
    if isinstance(value, dict):
        return {k: rebuilt(v, new, f"{path}[{k!r}]") for k, v in value.items()}
    if isinstance(value, list):
        return [rebuilt(v, new, f"{path}[{i!r}]") for i, v in enumerate(value)]
    return value


def gate(drawn, bias, inputs, hidden, reading):
    """What a reading makes of a gate's arrays, and of a bias beside them (H,)."""
    pieces = {role(array.shape, inputs, hidden): array for array in drawn.values()}
    bias = bias + (pieces["b"].reshape(hidden) if "b" in pieces else 0)
    if "both" not in pieces:
        W_x, W_h = pieces["x"], pieces["h"]
        turned = W_x.shape != (inputs, hidden)
        return Gate(W_x.T, W_h.T, bias) if turned else Gate(W_x, W_h, bias)
    W = pieces["both"]
    W = W if W.shape[1] == hidden else W.T
    if len(W) == hidden + inputs + 1:
        last = reading["bias"] == "last"
        bias, W = bias + W[-1 if last else 0], (W[:-1] if last else W[1:])
    if reading["order"] == "[h, x]":
        return Gate(W[hidden:], W[:hidden], bias)
    return Gate(W[:inputs], W[inputs:], bias)


class Cell(NamedTuple):
    """A cell of the student's, with weights that the judge drew."""

    cell: Answer
    drawn: list
    biases: dict
    inputs: int
    hidden: int

    def gates(self, reading):
        """i, f, o and the candidate, as a reading has them."""
        return [
            gate(drawn, self.biases.get(name, np.zeros(self.hidden)), self.inputs, self.hidden, reading)
            for name, drawn in zip(GATES, self.drawn, strict=True)
        ]

    def step(self, x, h, c, reading):
        """The student's reply to one step, in its batch's layout."""
        given = (x, h, c) if reading["batch"] == "in rows" else (x.T, h.T, c.T)
        reply = self.cell.forward(*given)
        if isinstance(reply.as_it_came(), np.ndarray):  # h alone: c is kept, until the next step
            return Answer(reply.call, [reply.as_it_came(), self.cell.get("cell_state").as_it_came()])
        return reply

    def states(self, reply, shape, reading):
        """(h, c) of a reply, as rows: a pair, or one state and the other as an attribute."""
        wanted = shape if reading["batch"] == "in rows" else shape[::-1]
        found = [a for a in arrays(reply.as_it_came()).values() if a.shape == wanted]
        distinct = [a for i, a in enumerate(found) if not any(np.array_equal(a, b) for b in found[:i])]
        if len(distinct) < 2:
            raise fail(
                "The new states h and c were not found in the result.",
                call=reply.call,
                yours=", ".join(str(a.shape) for a in arrays(reply.as_it_came()).values()) or "no array",
                expected=f"two arrays of shape {wanted}",
                hint="Return (h_t, c_t).",
            )
        pair = distinct[:2] if reading["returns"] == "(h, c)" else distinct[1::-1]
        rows = pair if reading["batch"] == "in rows" else [a.T for a in pair]
        return [Answer(f"{reply.call}, {name}", a) for name, a in zip("hc", rows, strict=True)]


def loaded(student, rng, inputs, hidden):
    """A cell with random weights and biases."""
    cell = ready(student, lambda: student.lstm_cell.LSTMCell(inputs, hidden))
    drawn = []
    for layout in layouts(cell, inputs, hidden):
        new = layout.drawn(rng)
        cell.set(layout.name, rebuilt(layout.kept, new))
        drawn.append(new)
    biases = {}
    for name, value in attributes(cell).items():
        matched = BIAS.fullmatch(name) if isinstance(value, np.ndarray) and value.size == hidden else None
        if matched:
            bias = rng.normal(size=hidden) * 0.6
            cell.set(name, bias.reshape(value.shape))
            letter = (matched[1] or matched[2]).lower()
            biases["W_c" if letter == "g" else f"W_{letter}"] = bias
    return Cell(cell, drawn, biases, inputs, hidden)


def sigmoid(z):
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def cell_state(gates, x, h, c):
    """F c + i tanh(candidate)."""
    i, f, _, candidate = gates
    return sigmoid(f(x, h)) * c + sigmoid(i(x, h)) * np.tanh(candidate(x, h))


def hidden_state(gates, x, h, c_new):
    """O tanh(c), of the new cell state."""
    return sigmoid(gates[2](x, h)) * np.tanh(c_new)
