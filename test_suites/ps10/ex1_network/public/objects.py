"""Objects on either side: a student's behind an ``Answer``, or one of the reference's and its mutants."""

import numpy as np

from grader.checks import Answer, Handle, fail


def put(target, **values):
    """Assign attributes; each side gets a copy of its own."""
    for name, value in values.items():
        if isinstance(target, Answer):
            target.set(name, np.array(value))
        else:
            setattr(target, name, np.array(value))


def taken(target, name, shape):
    """An attribute as an array; axes of length one don't matter."""
    if not isinstance(target, Answer):
        return np.array(getattr(target, name)).reshape(shape)
    answer = target.get(name)
    squeezed = tuple(n for n in shape if n != 1)
    if tuple(n for n in answer.shape() if n != 1) == squeezed:
        return answer.array(answer.shape()).reshape(shape)
    return answer.array(shape)


def layers_of(net, room=None):
    """The layers of a network, the first one first; ``room`` is the module that the student's network is of."""
    if not isinstance(net, Answer):
        return net.layers
    answer = net.get("layers")
    handles = (
        [part for part in answer.value if isinstance(part, Handle)] if isinstance(answer.value, list) else []
    )
    if not handles:
        raise fail(
            "The network has no layers.",
            call=answer.call,
            expected="a list of Layer objects",
            hint="Append one Layer for each two neighbours of layer_sizes to self.layers.",
        )
    return [Answer(f"{answer.call}[{i}]", handle, room) for i, handle in enumerate(handles)]
