"""What runs beside the code of the bonus challenges: it looks at networks, draws from them, and gathers maps."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import TensorDataset

LARGEST = 4096
"""Maps that are gathered at most."""
DEEPEST = 5
"""Levels of objects in which a network's weights are looked for."""
NOISE = ("NOISE", "noise_dim", "noise_size", "latent_dim", "latent_size", "z_dim", "input_dim")
"""How the size of the noise is often called."""
DRAWS = ("generate", "sample", "generate_samples", "sample_points", "draw")
"""How a method is often called that draws as many points as it is told."""
FORWARD = ("forward", "predict", "__call__")


def in_torch(gan):
    """Whether the generator is PyTorch's."""
    return isinstance(getattr(gan, "generator", None), nn.Module)


def parameters(gan):
    """All weights of both networks: ``generator`` and ``discriminator`` → one array each; what has none is left out."""
    found = {}
    for name in ("generator", "discriminator"):
        arrays = [np.asarray(array, dtype=np.float64).ravel() for array in _weights(getattr(gan, name, None))]
        if arrays:
            found[name] = np.concatenate(arrays)
    return found


def _weights(value, depth=0):
    """The arrays of a network: a module's parameters, or what an object, a dict or a list holds."""
    if isinstance(value, nn.Module):
        yield from (p.detach().cpu().numpy() for p in value.parameters())
    elif isinstance(value, torch.Tensor):
        yield value.detach().cpu().numpy()
    elif isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            yield value
    elif depth < DEEPEST:
        if isinstance(value, dict):
            parts = list(value.values())
        elif isinstance(value, list | tuple):
            parts = value
        else:
            parts = list(getattr(value, "__dict__", {}).values())
        for part in parts:
            yield from _weights(part, depth + 1)


def points(gan, count):
    """Points (count, 2) by each way to draw them that works: its name → array."""
    ways = {
        "its own": lambda: next(getattr(gan, name) for name in DRAWS if hasattr(gan, name))(count),
        "normal": lambda: _generated(gan, np.random.standard_normal((count, _noise_size(gan)))),
        "uniform": lambda: _generated(gan, np.random.uniform(-1, 1, (count, _noise_size(gan)))),
        "positive": lambda: _generated(gan, np.random.uniform(0, 1, (count, _noise_size(gan)))),
    }
    drawn = {}
    for name, draw in ways.items():
        try:
            with torch.no_grad():
                made = draw()
            made = made.detach().cpu().numpy() if isinstance(made, torch.Tensor) else np.asarray(made)
            made = made.astype(np.float64).reshape(count, 2)
        except Exception:  # another way may work
            continue
        if np.isfinite(made).all():
            drawn[name] = made
    return drawn


def _noise_size(gan):
    for holder in (gan, gan.generator):
        for name in NOISE:
            if isinstance(getattr(holder, name, None), int):
                return getattr(holder, name)
    if isinstance(gan.generator, nn.Module):
        return next(m.in_features for m in gan.generator.modules() if isinstance(m, nn.Linear))
    return next(array.shape[0] for array in _weights(gan.generator) if array.ndim == 2)


def _generated(gan, noise):
    if isinstance(gan.generator, nn.Module):
        return gan.generator.eval()(torch.as_tensor(noise, dtype=torch.float32))
    return next(getattr(gan.generator, name) for name in FORWARD if hasattr(gan.generator, name))(noise)


def transformer(weights, vocab_size):
    """The given ``Transformer`` with these weights."""
    from attention_model import Transformer

    model = Transformer(vocab_size)
    model.load_state_dict({name: torch.as_tensor(value).float() for name, value in weights.items()})
    return model.eval()


def maps(found, length):
    """All maps (length, length) of what was returned and of the open figures: an array (n, length, length)."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    parts = found if isinstance(found, list | tuple) else [found]
    figures = [part for part in parts if isinstance(part, Figure)]
    gathered = list(_arrays(found, length))
    for figure in dict.fromkeys([*figures, *map(plt.figure, plt.get_fignums())]):
        for axis in figure.axes:
            drawn = [image.get_array() for image in axis.images]
            drawn += [mesh.get_array() for mesh in axis.collections if mesh.get_array() is not None]
            for values in drawn:
                array = np.ma.getdata(values)
                square = array.reshape(length, length) if array.size == length**2 else array
                gathered += _arrays(square, length)
    gathered = gathered[:LARGEST]
    return np.array(gathered, dtype=np.float64).reshape(len(gathered), length, length)


def _arrays(found, length):
    if isinstance(found, torch.Tensor):
        found = found.detach().cpu().numpy()
    if isinstance(found, np.ndarray) and found.dtype.kind == "f":
        if found.ndim >= 2 and found.shape[-2:] == (length, length):
            yield from found.reshape(-1, length, length)
        return
    parts = found.values() if isinstance(found, dict) else found if isinstance(found, list | tuple) else ()
    for part in parts:
        yield from _arrays(part, length)


def dataset(X, y):
    """A ``TensorDataset`` of inputs, float32, and class numbers."""
    return TensorDataset(X.float(), y.long())
