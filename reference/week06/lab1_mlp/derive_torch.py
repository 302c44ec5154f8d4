"""What follows from a mapped port's forward pass, where autograd does the rest; the others are in ``derive``."""

import torch
from torch.nn import functional as F


def loss(X, y, *, forward):
    """Mean softmax cross-entropy."""
    return F.cross_entropy(forward(X), y)


def gradients(X, y, *, net, loss):
    """By autograd, of the port's own loss, in the order of its parameters."""
    return torch.autograd.grad(loss(X, y), list(net.m.parameters()))


def predict(X, *, forward):
    """The class with the largest output."""
    return forward(X).argmax(dim=1)
