"""SimpleCNN's parameters, found by their shapes, and what the network that was asked for makes of them."""

import itertools
from typing import NamedTuple

import numpy as np

from grader.checks import ask, fail, options
from test_suites.ps10.ex2_cnn.public.layouts import LAYOUTS, alone, sent
from test_suites.ps10.ex2_cnn.public.parameters import Found, first, forms, last

CNN = options("SimpleCNN", layout=LAYOUTS, labels=("class numbers", "one-hot rows"))
FILTERS, UNITS = (32, 64), 128
SIZES = (3, 5, 2, 4, 7, 1)
"""Of a filter: the document doesn't say."""
LARGEST = 400_000
WEIGHTS = ("filters", "weights", "weight", "W", "kernels")
BIASES = ("bias", "biases", "b")
GRADIENT = ("d", "grad", "v_", "m_", "vel", "mom", "cache")


class Network(NamedTuple):
    """The four layers with parameters, as the reference has them, and where they are.

    Attributes:
        paths: Layer → the path of its weights.
        biases: Layer → the path of its bias; of those that have one.
        weights: Layer → filters (F, C, k, k), or a matrix (in, out).
    """

    paths: dict[str, str]
    biases: dict[str, str]
    weights: dict[str, np.ndarray]


LAYERS = ("conv of 32", "conv of 64", "dense of 128", "dense of the classes")


def make(student, layout, shape, n_classes):
    """A SimpleCNN for images (C, H, W), with its weights made: one forward pass has been done."""
    channels, height, width = shape
    net = student.cnn.SimpleCNN(shape if "CHW" in layout else (height, width, channels), n_classes)
    net.forward(sent(np.random.default_rng(0).uniform(size=(2, *shape)), layout))
    return net


def kept(student, net):
    """All arrays that are not larger than any of the network's weights may be; finite or not."""
    answer = student.cnn.tool("inspection.arrays", net, LARGEST)
    return {path: np.asarray(answer.item(path).as_it_came(), dtype=np.float64) for path in answer.names()}


def find(arrays, layout, channels, n_classes, call):
    """The network's parameters.

    Raises:
        CheckFailed: A layer that was asked for isn't there.
    """
    paths, weights = {}, {}
    before = channels
    for layer, count in zip(LAYERS, FILTERS, strict=False):
        for k in SIZES:
            size = (count, before, k, k)
            fitting = [(f, _shaped(arrays, {f.shape})) for f in forms(size, layout)]
            fitting = [(form, found) for form, found in fitting if found]
            if fitting:
                form, found = fitting[0]
                chosen = first(found, WEIGHTS)
                paths[layer], weights[layer] = chosen.path, form.usual(chosen.array, size)
                break
        else:
            raise missing(f"convolution of {count} filters, each over {before} channels", arrays, call)
        before = count
    flat = [
        Found(p, a)
        for p, a in arrays.items()
        if a.ndim == 2
        and UNITS in a.shape
        and a.size // UNITS % FILTERS[1] == 0
        and a.size > UNITS * n_classes
    ]
    if not flat:
        raise missing(f"dense layer of {UNITS} units behind Flatten", arrays, call)
    last_shapes = {(UNITS, n_classes), (n_classes, UNITS)}
    end = _shaped(arrays, last_shapes)
    if not end:
        raise missing(f"dense layer from {UNITS} to {n_classes} units", arrays, call)
    for layer, found in zip(LAYERS[2:], (flat, end), strict=True):
        chosen = first(_weighty(found), WEIGHTS)
        paths[layer] = chosen.path
        rows_first = chosen.array.shape[0] == UNITS if layer == LAYERS[3] else chosen.array.shape[1] == UNITS
        weights[layer] = chosen.array if rows_first else chosen.array.T
    biases = {}
    for layer, count in zip(LAYERS, (*FILTERS, UNITS, n_classes), strict=True):
        holder = paths[layer].rpartition(".")[0]
        near = [
            Found(p, a)
            for p, a in arrays.items()
            if p.rpartition(".")[0] == holder
            and a.size == count == max(a.shape, default=0)
            and not last(p).lower().startswith(GRADIENT)
        ]
        if near:
            biases[layer] = first(near, BIASES).path
    return Network(paths, biases, weights)


def _shaped(arrays, shapes):
    return _weighty([Found(p, a) for p, a in arrays.items() if a.shape in shapes])


def _weighty(found):
    """Those that are not gradients by their name, if there are any."""
    return [f for f in found if not last(f.path).lower().startswith(GRADIENT)] or found


def missing(what, arrays, call):
    """The failure of a network that lacks a layer."""
    shapes = [f"{path} {array.shape}" for path, array in arrays.items() if array.ndim in {2, 4}]
    return fail(
        f"The network has no {what}.",
        call=call,
        yours=", ".join(shapes[:8]) or "no weights",
        expected="convolutions of 32 and of 64 filters, dense layers of 128 and of n_classes units",
    )


def paddings(network, shape):
    """The paddings of the two convolutions that lead to the first dense layer's size.

    Raises:
        CheckUndecided: None does.
    """
    sizes = [network.weights[layer].shape[2] for layer in LAYERS[:2]]
    wanted = len(network.weights[LAYERS[2]])
    fitting = []
    for pads in itertools.product(*[range(k) for k in sizes]):
        ends = []
        for length in shape[1:]:
            now = length
            for k, p in zip(sizes, pads, strict=True):
                now = (now + 2 * p - k + 1) // 2
            ends.append(now)
        if FILTERS[1] * ends[0] * ends[1] == wanted:
            fitting.append(pads)
    if not fitting:
        raise ask(
            f"The first dense layer has {wanted} inputs, which no padding explains with pools of 2.",
            expected="two convolutions with stride 1, each before a pool of 2",
        )
    return fitting


def outputs(cnn, network, biases, X, shape):
    """What the network that was asked for says, in every legal reading: reading → (N, n_classes).

    Args:
        cnn: The reference's module, or a mistaken one.
        network: The student's parameters.
        biases: Layer → its bias.
        X: Images (N, C, H, W).
        shape: (C, H, W).
    """
    found = {}
    for pads, flipped in itertools.product(paddings(network, shape), (False, True)):
        now = X
        for layer, p in zip(LAYERS, pads, strict=False):
            filters = network.weights[layer]
            conv = cnn.Conv2D(len(filters), filters.shape[2], 1, p)
            conv.filters = filters[:, :, ::-1, ::-1] if flipped else filters
            conv.bias = biases[layer]
            now = cnn.MaxPool2D().forward(np.maximum(conv.forward(now), 0))
        for order in ("CHW", "HWC"):
            rows = (now if order == "CHW" else np.moveaxis(now, 1, -1)).reshape(len(X), -1)
            hidden = rows @ network.weights[LAYERS[2]] + biases[LAYERS[2]]
            for units in (np.maximum(hidden, 0), hidden):
                logits = units @ network.weights[LAYERS[3]] + biases[LAYERS[3]]
                key = (pads, flipped, order, units is hidden)
                found[*key, "logits"] = logits
                found[*key, "probabilities"] = softmax(logits)
    return found


def softmax(logits):
    """Along each row."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def says(net, X, layout, n_classes):
    """What the student's network says of images (N, C, H, W): (N, n_classes), and the call."""
    if alone(layout):
        answers = [net.forward(sent(x[None], layout)) for x in X]
        rows = [answer.fitted((n_classes,)) for answer in answers]
        return np.array(rows), answers[0].call
    answer = net.forward(sent(X, layout))
    return answer.array((len(X), n_classes)), answer.call


def batch(X, layout):
    """Images (N, C, H, W) for train: a batch in any layout."""
    return X if "CHW" in layout else np.ascontiguousarray(np.moveaxis(X, 1, -1))


def labelled(y, reading, n_classes=10):
    """Class numbers as a reading has them."""
    return y if reading["labels"] == "class numbers" else np.eye(n_classes)[y]
