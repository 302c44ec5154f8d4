"""Probes of Conv2D and MaxPool2D, and how what comes back is read."""

from dataclasses import dataclass, field

import numpy as np

from grader.checks import Answer, CheckFailed, fail
from test_suites.ps10.ex2_cnn.public.layouts import alone, as_batch, received, sent
from test_suites.ps10.ex2_cnn.public.parameters import find_bias, find_filters, kept

SHAPE_HINT = "(height + 2 padding - size) // stride + 1 rows, and columns in the same way from the width."
NEAR = 1e-3
"""Scaled. Gradients of correct work are within 1e-15, in float32 4e-7; the least bug is off by 0.33."""


@dataclass(frozen=True)
class Asked:
    """What one layer said on one probe, arrays as the reference has them.

    Attributes:
        output: (N, F, rows, columns), as an answer.
        backward: The call.
        gradients: Name → everything with the shape of that gradient that backward returned, or left behind.
        steps: Name → by how much backward itself lowered that parameter, if it did.
    """

    output: Answer
    backward: str
    gradients: dict[str, list[np.ndarray]]
    steps: dict[str, np.ndarray]


@dataclass
class ConvProbe:
    """Images, filters and a gradient for one convolution.

    Attributes:
        X: (N, C, H, W).
        filters: (F, C, k, k).
        bias: (F,).
        d_output: (N, F, rows, columns).
    """

    X: np.ndarray
    filters: np.ndarray
    bias: np.ndarray
    d_output: np.ndarray
    stride: int
    padding: int
    asked: dict[str, Asked | CheckFailed] = field(default_factory=dict)

    def ask(self, student, layout):
        """What the student's layer says in this layout; asked once.

        Raises:
            CheckFailed: It raised, or has no filters.
        """
        if layout not in self.asked:
            try:
                self.asked[layout] = self._ask(student, layout)
            except CheckFailed as failure:
                self.asked[layout] = failure
        found = self.asked[layout]
        if isinstance(found, CheckFailed):
            raise found
        return found

    def forward(self, student, layout):
        """The output alone: for a layer whose backward may be missing."""
        conv, _, _, _ = self._made(student, layout)
        return self._output(conv.forward(sent(self.X, layout)), layout)

    def observe(self, module, *, flipped=False, single=False):
        """Output and gradients by a module of ours: a dict like ``gradients``, with ``output``."""
        turn = (slice(None), slice(None), slice(None, None, -1), slice(None, None, -1))
        own = self.filters[turn] if flipped else self.filters
        X, d_output = (self.X[:1], self.d_output[:1]) if single else (self.X, self.d_output)
        conv = module.Conv2D(self.filters.shape[0], self.filters.shape[2], self.stride, self.padding)
        conv.forward(X)
        conv.filters, conv.bias = own.copy(), self.bias.copy()
        output = conv.forward(X.copy())
        d_input = conv.backward(d_output.copy())
        d_filters = conv.d_filters[turn] if flipped else conv.d_filters
        return {"output": output, "filters": d_filters, "bias": conv.d_bias, "input": d_input}

    def _made(self, student, layout):
        conv = student.conv.Conv2D(self.filters.shape[0], self.filters.shape[2], self.stride, self.padding)
        conv.forward(sent(self.X, layout))
        arrays = kept(student.conv, conv)
        filters, form = find_filters(arrays, self.filters.shape, layout, conv.call)
        bias = find_bias(arrays, len(self.bias), conv.call)
        student.conv.tool("inspection.write", conv, filters.path, form.stored(self.filters))
        student.conv.tool("inspection.write", conv, bias.path, self.bias)
        return conv, filters.path, form, bias.path

    def _output(self, answer, layout):
        shape = (1 if alone(layout) else len(self.X), *self.d_output.shape[1:])
        return Answer(answer.call, received(answer, shape, layout, hint=SHAPE_HINT))

    def _ask(self, student, layout):
        conv, filters, form, bias = self._made(student, layout)
        output = self._output(conv.forward(sent(self.X, layout)), layout)
        before = kept(student.conv, conv)
        answer = conv.backward(sent(self.d_output, layout))
        after = kept(student.conv, conv)
        candidates = [
            *arrays_in(answer.as_it_came()),
            *(a for p, a in after.items() if p not in before or not np.array_equal(a, before[p])),
        ]
        image = sent(self.X, layout).shape
        size = self.filters.shape
        gradients = {
            "filters": [form.usual(a, size) for a in candidates if a.shape == form.shape],
            "bias": [a.ravel() for a in candidates if a.size == size[0] == max(a.shape, default=0)],
            "input": [as_batch(a, layout) for a in candidates if a.shape == image],
        }
        steps = {}
        if filters in after and not np.array_equal(after[filters], before[filters]):
            steps["filters"] = form.usual(before[filters] - after[filters], size)
        if bias in after and not np.array_equal(after[bias], before[bias]):
            steps["bias"] = (before[bias] - after[bias]).ravel()
        return Asked(output, answer.call, gradients, steps)


def draw_conv(rng, N, C, H, W, F, k, stride, padding):
    """A probe of these sizes; sums of gradients stay below 5, since clipping there is usual."""
    rows, columns = ((size + 2 * padding - k) // stride + 1 for size in (H, W))
    X = rng.uniform(-1, 1, size=(N, C, H, W))
    d_output = rng.uniform(-1, 1, size=(N, F, rows, columns))
    d_output *= 4 / max(4.0, *np.abs(d_output).sum(axis=(0, 2, 3)))
    return ConvProbe(
        X,
        rng.uniform(-1, 1, size=(F, C, k, k)),
        rng.choice([-1, 1], size=F) * rng.uniform(0.5, 1, size=F),
        d_output,
        stride,
        padding,
    )


def conv_probes(rng):
    """Windows that overlap, strides of 1 and 2, with and without padding, never square; all divide exactly."""
    return [
        draw_conv(rng, 2, 3, 5, 7, 4, 2, 1, 0),
        draw_conv(rng, 3, 2, 7, 9, 4, 3, 2, 1),
        draw_conv(rng, 4, 2, 6, 4, 5, 3, 1, 1),
    ]


def arrays_in(value):
    """All arrays of what was returned: alone, in a tuple, or in a dict."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and np.isfinite(value).all():
        return [np.asarray(value, dtype=np.float64)]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [array for part in parts for array in arrays_in(part)]


def apart(yours, true):
    """The scaled error."""
    return float(np.abs(yours - true).max() / np.abs(true).max())


def nearest(asked, name, truth, examples):
    """What came back for a gradient and is nearest to the true one.

    A layer may average its parameters' gradients, and may learn at once: then its step is a gradient, too. Both
    factors are those of its filters.

    Args:
        asked: What the layer said.
        name: ``filters``, ``bias`` or ``input``.
        truth: All true gradients, of the sum over the batch.
        examples: How many there are in the batch.

    Returns:
        The student's, the true one, and the factor that the student's layer has on both.

    Raises:
        CheckFailed: Nothing of that shape came back.
    """
    scale = 1.0 if name == "input" else _factor(asked, truth["filters"], examples)
    choices = [(array, scale) for array in asked.gradients[name]]
    rate = _rate(asked, truth["filters"])
    if rate and name in asked.steps:
        choices.append((asked.steps[name] / rate, 1.0))
    if not choices:
        raise fail(
            f"backward gives no gradient of the {name}: nothing of its shape is returned or kept.",
            call=asked.backward,
            expected=f"an array of the {name}'s shape",
            hint="Return the gradient of X; keep those of filters and bias in the layer, under any name.",
        )
    array, scale = min(choices, key=lambda choice: apart(choice[0], choice[1] * truth[name]))
    return Answer(asked.backward, array), scale * truth[name], scale


def _factor(asked, truth, examples):
    """What this layer multiplies its parameters' gradients by: 1, or 1/N or N, as its filters show."""
    for each in (1.0, 1.0 / examples, float(examples)):
        if any(apart(found, each * truth) < NEAR for found in asked.gradients["filters"]):
            return each
    return 1.0


def _rate(asked, truth):
    """The factor of a step that backward made itself; 0 if it made none, or not against the gradient."""
    if "filters" not in asked.steps:
        return 0.0
    step = asked.steps["filters"]
    rate = float((step * truth).sum() / (truth**2).sum())
    return rate if rate > 0 and apart(step, rate * truth) < NEAR else 0.0
