"""Questions to a network, and classifiers made from weights: asked beside the student's code, in its sandbox."""

import numpy as np
import torch


def state(net):
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


def load_state(net, tensors):
    """Copy values into parameters and buffers by name; those that are not named stay as they are."""
    net.load_state_dict({name: torch.as_tensor(value) for name, value in tensors.items()}, strict=False)


def buffers(net, names):
    """Some of its buffers' values."""
    values = dict(net.named_buffers())
    return {name: values[name] for name in names}


def gradients(net, X, cotangent, names):
    """The derivative of sum(net(X) * cotangent) by some of the parameters; zeros where it does not reach.

    Returns:
        Name → derivative; or ``lost``: there is none at all, for the computation left autograd's graph.
    """
    parameters = dict(net.named_parameters())
    total = (net(torch.as_tensor(X)) * torch.as_tensor(cotangent)).sum()
    try:
        found = torch.autograd.grad(total, [parameters[n] for n in names], materialize_grads=True)
    except RuntimeError as error:
        return {"lost": f"RuntimeError: {error}"[:300]}
    return dict(zip(names, found, strict=True))


def asked(predict, net):
    """A trained network as a function for an audit: images → probabilities, by the student's ``predict``."""
    return lambda images: predict(net, images)


def predictor(weight, bias, levels=0):
    """A logistic classifier of images, to be handed to code that takes a function.

    Args:
        weight: One number for each pixel.
        bias: Added to the weighted sum of pixels.
        levels: Probabilities are rounded to multiples of 1 / levels; 0: they are not.

    Returns:
        Images, stacked along the first axis → their probabilities, (N,) of float64.
    """
    w = np.array(weight, dtype=np.float64).ravel()

    def predict(images):
        X = np.asarray(images, dtype=np.float64).reshape(-1, w.size)
        p = 1 / (1 + np.exp(-(X @ w + bias)))
        return np.asarray(np.round(p * levels) / levels if levels else p)

    return predict
