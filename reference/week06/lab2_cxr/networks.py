"""How the judge asks a network of ours: NumPy in, NumPy out. Not part of what students hand in."""

import numpy as np
import torch


def shapes(build_model, num_classes, in_channels):
    """Name → shape of every parameter and buffer, and the names of the parameters among them."""
    with torch.device("meta"):
        net = build_model(num_classes, in_channels)
    state = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    return state, [name for name, _ in net.named_parameters()]


def draw_weights(rng, build_model, num_classes, in_channels):
    """Values for all parameters and running statistics, so that no layer is near to doing nothing.

    Returns:
        Name → array of float32. Counts of batches are left out.
    """
    weights = {}
    for name, shape in shapes(build_model, num_classes, in_channels)[0].items():
        if not shape:
            continue
        if name.endswith("running_var"):
            weights[name] = rng.uniform(0.5, 2, shape)
        elif name.endswith(("running_mean", "bias")):
            weights[name] = rng.normal(0, 0.3, shape)
        elif len(shape) == 1:
            weights[name] = rng.uniform(0.5, 1.5, shape)
        else:
            weights[name] = rng.standard_normal(shape, np.float32) * (2 / np.prod(shape[1:])) ** 0.5
    return {name: np.asarray(value, np.float32) for name, value in weights.items()}


def network(build_model, weights, num_classes, in_channels, *, training=False):
    """A network with these weights."""
    with torch.device("meta"):  # no initial weights: drawing them takes longer than a forward pass
        net = build_model(num_classes, in_channels).to_empty(device="cpu")
    tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
    counts = {name: torch.tensor(0) for name in net.state_dict() if name.endswith("num_batches_tracked")}
    net.load_state_dict({**tensors, **counts})
    return net.train(training)


def logits(net, X):
    """(N, channels, H, W) → (N, num_classes)."""
    with torch.no_grad():
        return net(torch.from_numpy(X)).numpy()


def gradients(net, X, cotangent, names):
    """The derivative of sum(logits * cotangent) by the parameters of these names."""
    parameters = dict(net.named_parameters())
    total = (net(torch.from_numpy(X)) * torch.from_numpy(cotangent)).sum()
    found = torch.autograd.grad(total, [parameters[n] for n in names], materialize_grads=True)
    return {name: gradient.numpy() for name, gradient in zip(names, found, strict=True)}


def buffer(net, name):
    """One buffer's values."""
    return dict(net.named_buffers())[name].numpy().copy()
