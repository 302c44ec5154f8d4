"""Questions to any network, and classifiers made from weights: run beside the student's code, on its side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray


def state(net: Any) -> dict[str, object]:
    """What a network registers.

    Returns:
        ``is_module``; ``parameters``, ``frozen`` (those that can't be trained) and ``buffers``: name → shape.
    """
    if not isinstance(net, torch.nn.Module):
        return {"is_module": False, "parameters": {}, "frozen": {}, "buffers": {}}
    return {
        "is_module": True,
        "parameters": {n: list(p.shape) for n, p in net.named_parameters() if p.requires_grad},
        "frozen": {n: list(p.shape) for n, p in net.named_parameters() if not p.requires_grad},
        "buffers": {n: list(b.shape) for n, b in net.named_buffers()},
    }


def load_state(net: torch.nn.Module, tensors: dict[str, ArrayLike]) -> None:
    """Copy values into parameters and buffers by name; those that are not named stay as they are."""
    net.load_state_dict({name: torch.as_tensor(value) for name, value in tensors.items()}, strict=False)


def buffers(net: torch.nn.Module, names: Sequence[str]) -> dict[str, object]:
    """Some of its buffers' values."""
    values = dict(net.named_buffers())
    return {name: values[name] for name in names}


def gradients(
    net: torch.nn.Module, X: ArrayLike, cotangent: ArrayLike, names: Sequence[str]
) -> dict[str, object]:
    """The derivative of sum(net(X) * cotangent) by some of the parameters; zeros where it does not reach.

    Raises:
        RuntimeError: There is none at all: the computation left autograd's graph.
    """
    parameters = dict(net.named_parameters())
    total = (net(torch.as_tensor(X)) * torch.as_tensor(cotangent)).sum()
    found = torch.autograd.grad(total, [parameters[n] for n in names], materialize_grads=True)
    return dict(zip(names, found, strict=True))


def predictor(weight: ArrayLike, bias: float, levels: int = 0) -> Callable[[ArrayLike], NDArray[np.float64]]:
    """A logistic classifier of images, to be handed to code that takes a function.

    Args:
        weight: One number for each pixel.
        bias: Added to the weighted sum of pixels.
        levels: Probabilities are rounded to multiples of 1 / levels; 0: they are not.

    Returns:
        Images, stacked along the first axis → their probabilities, (N,) of float64.
    """
    w = np.array(weight, dtype=np.float64).ravel()

    def predict(images: ArrayLike) -> NDArray[np.float64]:
        X = np.asarray(images, dtype=np.float64).reshape(-1, w.size)
        p = 1 / (1 + np.exp(-(X @ w + bias)))
        return np.asarray(np.round(p * levels) / levels if levels else p)

    return predict
