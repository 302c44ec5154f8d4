"""A network with one hidden layer, in NumPy."""

from .network import MLP, cross_entropy, softmax

__all__ = ["MLP", "cross_entropy", "softmax"]
