"""Objects on either side: a student's behind an ``Answer``, or one of the reference's and its mutants."""

from dataclasses import dataclass

import numpy as np

from grader.checks import Answer, CheckFailed, Handle, fail

SPELLED = {"weights": ("weights", "W", "w", "weight"), "bias": ("bias", "b", "biases")}
"""What layers inside a network that is mapped may call their parameters: no mapping says."""


@dataclass(frozen=True)
class Mapped:
    """A layer behind the lab's names, which a mapping spells: its parameters are read and set together."""

    answer: Answer

    def __getattr__(self, name):
        """What the layer has, by the lab's name."""
        return getattr(self.answer, name)


@dataclass(frozen=True)
class Inner:
    """A layer inside a network that is mapped: it has names and a layout of its own."""

    answer: Answer

    @property
    def call(self):
        """How it is had."""
        return self.answer.call

    def find(self, name):
        """The parameter's own name, and what it holds."""
        for spelled in SPELLED[name][:-1]:
            try:
                return spelled, self.answer.get(spelled)
            except CheckFailed:
                continue
        return SPELLED[name][-1], self.answer.get(SPELLED[name][-1])


def layer_of(module, *arguments):
    """A new layer on the side of ``module``."""
    layer = module.Layer(*arguments)
    return Mapped(layer) if getattr(module, "mapped", False) else layer


def put(target, **values):
    """Assign weights (in, out) and bias (1, out); each side gets a copy of its own."""
    if isinstance(target, Mapped):
        target.answer.set("params", {name: np.squeeze(value) for name, value in values.items()})
        return
    for name, value in values.items():
        if isinstance(target, Inner):
            spelled, held = target.find(name)
            target.answer.set(spelled, _as(np.array(value), held.shape()))
        elif isinstance(target, Answer):
            target.set(name, np.array(value))
        else:
            setattr(target, name, np.array(value))


def taken(target, name, shape):
    """A parameter as an array; axes of length one don't matter."""
    if isinstance(target, Mapped):
        return target.answer.get("params").item(name).array().reshape(shape)
    if isinstance(target, Inner):
        array = target.find(name)[1].array()
        return array.T if name == "weights" and array.shape == shape[::-1] else array.reshape(shape)
    if not isinstance(target, Answer):
        return np.array(getattr(target, name)).reshape(shape)
    answer = target.get(name)
    squeezed = tuple(n for n in shape if n != 1)
    if tuple(n for n in answer.shape() if n != 1) == squeezed:
        return answer.array(answer.shape()).reshape(shape)
    return answer.array(shape)


def weights_of(layer):
    """A student's layer's weights, as they are."""
    return layer.find("weights")[1] if isinstance(layer, Inner) else layer.get("weights")


def _as(value, shape):
    """A parameter in a layout of the student's; all sizes differ."""
    if value.shape == shape:
        return value
    return value.T if value.shape == shape[::-1] else value.reshape(shape)


def layers_of(net, room=None, *, mapped=None):
    """The layers of a network, the first one first.

    Args:
        net: The student's, or the reference's.
        room: The module that the student's network is of.
        mapped: Whether its layers have names of their own; by default, whether the room is mapped.
    """
    if not isinstance(net, Answer):
        return net.layers
    own = room is not None and getattr(room, "mapped", False)
    answer = (net.get("m") if own else net).get("layers")
    handles = (
        [part for part in answer.as_it_came() if isinstance(part, Handle)]
        if isinstance(answer.as_it_came(), list)
        else []
    )
    if not handles:
        raise fail(
            "The network has no layers.",
            call=answer.call,
            expected="a list of Layer objects",
            hint="Append one Layer for each two neighbours of layer_sizes to self.layers.",
        )
    layers = [Answer(f"{answer.call}[{i}]", handle, room) for i, handle in enumerate(handles)]
    return [Inner(layer) for layer in layers] if (own if mapped is None else mapped) else layers
