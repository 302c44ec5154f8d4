"""Ways to make a net: of each class, of layers that are put together, and of functions that say so."""

import inspect
import itertools
import sys

from .draft_calls import arguments, is_theirs
from .draft_tensors import arrays
from .draft_trial import SIZES
from .draft_words import LAYERS, made_with, says

BY_PLACE = (
    "n_in, n_hidden, n_out",
    LAYERS,
    "n_in, [n_hidden], n_out",
    "n_in, n_out, [n_hidden]",
    "n_in, n_out, n_hidden",
    "n_hidden, n_in, n_out",
    f"{LAYERS}, ['relu', 'softmax']",
    f"{LAYERS}, 'ReLU'",
    "",
)
"""Where the arguments' names say nothing."""


def makers(module, *, ports):
    """Expressions that may make a net, the likeliest first.

    Args:
        module: The student's file.
        ports: Whether PyTorch modules are wanted; else anything but those.
    """
    own = [v for v in vars(module).values() if callable(v) and is_theirs(v, module)]
    classes = [v for v in own if inspect.isclass(v) and is_port(v) == ports]
    functions = [v for v in own if inspect.isfunction(v) and says(v.__name__, "init create make build param")]
    for thing in (*classes[::-1], *functions):
        named = [given for reading in made_with() for given in arguments(thing, reading)]
        yield from (f"{thing.__name__}({given})" for given in dict.fromkeys((*named, *BY_PLACE)))
    yield from _of_layers(classes)


def is_port(thing):
    """Whether a class is a PyTorch module."""
    torch = sys.modules.get("torch")
    return torch is not None and issubclass(thing, torch.nn.Module)


def _of_layers(classes):
    """A net of layers: ``Net([Dense(n_in, n_hidden), ReLU(), Dense(n_hidden, n_out)])``, or added one by one."""
    layers = [c for c in classes if _is_layer(c)]
    bare = [c.__name__ for c in classes if _made(c) is not None]
    hidden = [name for name in bare if says(name, "relu")]
    last = [name for name in bare if says(name, "softmax") and not says(name, "loss entropy")]
    for layer, relu in itertools.product((c.__name__ for c in layers), hidden):
        stack = [f"{layer}(n_in, n_hidden)", f"{relu}()", f"{layer}(n_hidden, n_out)"]
        for stacked in ([*stack, *(f"{name}()" for name in last)], stack):
            for net in classes:
                adds = [n for n in dir(net) if n.lower() in {"add", "add_layer", "addlayer", "append"}]
                yield f"{net.__name__}([{', '.join(stacked)}])"
                yield f"{net.__name__}({', '.join(stacked)})"
                for add in adds:
                    added = ", ".join(f"n.{add}({one})" for one in stacked)
                    yield f"[n := {net.__name__}(), {added}, n][-1]"


def _is_layer(thing):
    made = _made(thing, SIZES["n_in"], SIZES["n_hidden"])
    sizes = {SIZES["n_in"], SIZES["n_hidden"]}
    return made is not None and any(set(shape) == sizes for _, shape in arrays(made, "m", 2))


def _made(thing, *given):
    try:
        return thing(*given)
    except BaseException:  # whatever a stranger's constructor does
        return None
