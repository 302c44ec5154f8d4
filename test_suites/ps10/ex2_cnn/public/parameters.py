"""A layer's filters and bias, found by their shapes and written in place."""

from typing import NamedTuple

import numpy as np

from grader.checks import fail

ONE_KERNEL = "One kernel serves all channels"


class Found(NamedTuple):
    """An array that an object keeps."""

    path: str
    array: np.ndarray


class Form(NamedTuple):
    """How filters (F, C, k, k) are stored: their axes in the order of ``axes``, perhaps in one matrix."""

    axes: tuple[int, ...]
    shape: tuple[int, ...]

    def stored(self, filters):
        """(F, C, k, k) → as they are stored."""
        return np.ascontiguousarray(filters.transpose(self.axes)).reshape(self.shape)

    def usual(self, stored, size):
        """As they are stored → (F, C, k, k) of ``size``."""
        transposed = np.reshape(stored, [size[axis] for axis in self.axes])
        return transposed.transpose(np.argsort(self.axes))


def forms(size, layout):
    """All the ways to store filters (F, C, k, k)."""
    F, C, k, _ = size
    wide = (1, 2, 3) if "CHW" in layout else (2, 3, 1)
    whole = [(0, 1, 2, 3), (0, 2, 3, 1), (2, 3, 1, 0), (1, 0, 2, 3)]
    return [
        *(Form(axes, tuple(size[axis] for axis in axes)) for axes in whole),
        Form((0, *wide), (F, C * k * k)),
        Form((*wide, 0), (C * k * k, F)),
    ]


def kept(proxy, thing):
    """All arrays that an object on the student's side keeps, by their paths."""
    answer = proxy.tool("inspection.arrays", thing)
    return {path: answer.item(path).array() for path in answer.names() if answer.item(path).is_finite()}


def find_filters(arrays, size, layout, call):
    """The filters among a layer's arrays, and their form.

    Raises:
        CheckFailed: Nothing has such a shape.
    """
    for form in forms(size, layout):
        fitting = [Found(p, a) for p, a in arrays.items() if a.shape == form.shape]
        if fitting:
            return first(fitting, ("filters", "weights", "kernels", "W")), form
    F, _, k, _ = size
    single = any(a.shape in {(F, k, k), (k, k, F), (F, 1, k, k)} for a in arrays.values())
    raise fail(
        "After forward, the layer has no filters of the right shape.",
        call=call,
        expected=f"filters of shape {size}: filters, channels, rows, columns, in any order",
        yours=", ".join(f"{path} {array.shape}" for path, array in list(arrays.items())[:6]) or "no arrays",
        diagnosis=ONE_KERNEL if single else "",
        diagnosis_id="one-kernel" if single else "",
        hint="" if single else "The first forward says how many channels there are: make the filters there.",
    )


def find_bias(arrays, count, call):
    """The bias among a layer's arrays: one number a filter.

    Raises:
        CheckFailed: There is none.
    """
    fitting = [Found(p, a) for p, a in arrays.items() if a.size == count == max(a.shape, default=0)]
    if not fitting:
        raise fail("After forward, the layer has no bias.", call=call, expected=f"{count} numbers in bias")
    return first(fitting, ("bias", "biases", "b"))


def first(found, names):
    """The one that is called as expected, else the first."""
    return min(found, key=lambda f: names.index(last(f.path)) if last(f.path) in names else len(names))


def last(path):
    """The last part of a path."""
    return path.rpartition(".")[2]
