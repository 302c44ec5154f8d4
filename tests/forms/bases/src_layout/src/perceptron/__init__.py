"""A perceptron in plain Python."""

from .model import Perceptron, accuracy

__all__ = ["Perceptron", "accuracy"]
