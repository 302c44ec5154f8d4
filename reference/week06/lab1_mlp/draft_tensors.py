"""Where arrays are: in an object, in what a call gives."""

import sys

import numpy as np


def to_array(value):
    """An array of floats, from an array, a tensor or nested lists; raises ValueError for anything else."""
    detach = getattr(value, "detach", None)
    array = np.asarray(detach().cpu().numpy() if detach else value)
    if array.dtype.kind != "f":
        raise ValueError(array.dtype)
    return array.astype(float)


def arrays(value, path, depth=4):
    """Every array of floats in an object: the expression that leads there, its shape."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.nn.Module):
        yield from ((_path(path, name), tuple(p.shape)) for name, p in value.named_parameters())
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield path, value.shape
        if value.ndim == 3 and path.count("[") < 3:
            yield from ((f"{path}[{i}]", part.shape) for i, part in enumerate(value))
    elif isinstance(value, dict | list | tuple | np.ndarray) and depth:
        numbers = None if isinstance(value, dict) else as_numbers(value)
        if numbers is not None:
            yield path, numbers.shape
        else:
            items = value.items() if isinstance(value, dict) else enumerate(value)
            for key, part in items:
                yield from arrays(part, f"{path}[{key!r}]", depth - 1)
    elif hasattr(value, "__dict__") and depth and type(value).__module__ not in ("builtins", "numpy"):
        for name, part in vars(value).items():
            yield from arrays(part, f"{path}.{_public(value, name)}", depth - 1)


def parts(value, path=""):
    """The arrays in a call's result; the last of a tuple or a dict first, for it is the output."""
    numbers = None if isinstance(value, dict) else as_numbers(value)
    if numbers is not None:
        yield path, numbers
    elif isinstance(value, list | tuple):
        for i in (-1, *range(len(value) - 1)) if value else ():
            yield from parts(value[i], f"{path}[{i}]")
    elif isinstance(value, dict):
        for key in list(value)[::-1]:
            yield from parts(value[key], f"{path}[{key!r}]")


def as_numbers(value):
    """An array of floats, or ``None``."""
    try:
        array = to_array(value)
    except (ValueError, TypeError, RuntimeError, AttributeError):
        return None
    return array if array.ndim and array.size else None


def alike(shape):
    """The shapes that a mapping takes for one of the lab's."""
    return {shape, shape[::-1], (1, *shape), (*shape, 1)} if len(shape) == 1 else {shape, shape[::-1]}


def one_each(there, shapes):
    """A path for each tensor, if there is one of a fitting shape for every tensor.

    Args:
        there: Path → shape.
        shapes: Name → the lab's shape.
    """
    found = {n: next((p for p, own in there.items() if own in alike(s)), None) for n, s in shapes.items()}
    return found if all(found.values()) else None


def _path(path, name):
    """``net.0.weight`` of a module → ``m.net[0].weight``."""
    for step in name.split("."):
        path += f"[{step}]" if step.isdigit() else f".{step}"
    return path


def _public(value, name):
    """A property's name in place of the private attribute behind it."""
    bare = name.lstrip("_")
    is_property = isinstance(getattr(type(value), bare, None), property)
    return bare if bare != name and is_property and type(value).__dict__.get(bare).fset else name
