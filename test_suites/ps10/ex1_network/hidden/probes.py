"""Layers and networks with weights of the judge's, and what goes through them.

All sizes of a probe differ, so that nothing that is transposed or summed along the wrong axis fits by chance. No
pre-activation is near 0, where a ReLU has a kink, and gradients stay below 5, which is where some work clips them.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from grader.checks import Answer, fail, options
from test_suites.ps10.ex1_network.public.objects import layer_of, layers_of, put, taken

CLEAR = 0.02
"""No pre-activation of a ReLU is nearer to 0."""
LARGEST = 5.0
"""Of the elements of a true gradient."""

LAYER = options("Layer.backward", gradients=("summed over the batch", "averaged over the batch"))
NETWORK = options(
    "NeuralNetwork",
    hidden=("relu", "sigmoid"),
    labels=("one-hot", "class numbers"),
    gradients=("averaged over the batch", "summed over the batch", "averaged over the batch twice"),
)


@dataclass(frozen=True)
class LayerProbe:
    """A layer, a batch X, and the gradient that comes back to it."""

    activation: str
    weights: np.ndarray
    bias: np.ndarray
    X: np.ndarray
    d_output: np.ndarray
    rate: float

    def layer(self, module):
        """The layer on the side of ``module``."""
        layer = layer_of(module, *self.weights.shape, self.activation)
        put(layer, weights=self.weights, bias=self.bias)
        return layer

    def backward(self, module):
        """One step's gradients by the weights and the bias, seen in their update, and that by the input."""
        layer = self.layer(module)
        layer.forward(self.X.copy())
        d_input = layer.backward(self.d_output.copy(), self.rate)
        return {
            "weights": (self.weights - taken(layer, "weights", self.weights.shape)) / self.rate,
            "bias": (self.bias - taken(layer, "bias", self.bias.shape)) / self.rate,
            "input": d_input,
        }


def draw_layer(rng, activation="relu", n=None, rate=1.0):
    """A layer in which every gradient is small, and no pre-activation is near 0."""
    while True:
        n_in, n_out, rows = rng.permutation([3, 4, 5, 6, 7])[:3]
        rows = rows if n is None else n
        probe = LayerProbe(
            activation,
            rng.normal(size=(n_in, n_out)),
            rng.normal(size=(1, n_out)) / 2,
            rng.normal(size=(rows, n_in)),
            rng.normal(size=(rows, n_out)) * 0.4,
            rate,
        )
        Z = probe.X @ probe.weights + probe.bias
        clear = np.abs(Z).min() > CLEAR and 0.25 <= (Z > 0).mean() <= 0.75 and np.abs(Z).max() < 6
        if clear and np.abs(probe.X.T @ probe.d_output).max() < LARGEST:
            return probe


@dataclass(frozen=True)
class NetworkProbe:
    """A network, a batch X with its classes, and a rate."""

    sizes: tuple[int, ...]
    params: tuple[tuple[np.ndarray, np.ndarray], ...]
    X: np.ndarray
    classes: np.ndarray
    rate: float

    def net(self, module, hidden="relu"):
        """The network on the side of ``module``; the reference's hidden layers do as a reading says."""
        net = module.NeuralNetwork(list(self.sizes))
        layers = layers_of(net, module)
        if len(layers) != len(self.params):
            raise fail(
                "The network has the wrong number of layers.",
                call=f"len(NeuralNetwork({list(self.sizes)}).layers)",
                yours=str(len(layers)),
                expected=str(len(self.params)),
            )
        for layer, (weights, bias) in zip(layers, self.params, strict=True):
            put(layer, weights=weights, bias=bias)
        if not isinstance(net, Answer):
            for layer in layers[:-1]:
                layer.activation = hidden
        return net

    def targets(self, labels):
        """The classes as a reading has them."""
        return np.eye(self.sizes[-1])[self.classes] if labels == "one-hot" else self.classes.copy()

    def gradients(self, module, labels="one-hot", hidden="relu"):
        """What one step does to each layer's weights and bias, over the rate: the last layer first."""
        net = self.net(module, hidden)
        net.forward(self.X.copy())
        net.backward(self.X.copy(), self.targets(labels), self.rate)
        found = []
        for layer, (weights, bias) in zip(layers_of(net, module), self.params, strict=True):
            moved_bias = (bias - taken(layer, "bias", bias.shape)) / self.rate
            found += [moved_bias, (weights - taken(layer, "weights", weights.shape)) / self.rate]
        return found[::-1]

    def clear(self):
        """No pre-activation of a hidden layer is near 0, and none of its neurons is always or never active."""
        A = self.X
        for weights, bias in self.params[:-1]:
            Z = A @ weights + bias
            on = (Z > 0).mean(axis=0)
            if (
                np.abs(Z).min() < CLEAR
                or not 0.25 <= on.mean() <= 0.75
                or (len(Z) > 3 and (on == 0).sum() > 1)
            ):
                return False
            A = np.maximum(Z, 0)
        return np.abs(A @ self.params[-1][0] + self.params[-1][1]).max() < 5


def draw_network(rng, sizes=(5, 7, 4, 3), n=6, rate=1.0):
    """A network of He's weights and a batch for it."""
    while True:
        params = tuple(
            (rng.normal(size=(i, o)) * np.sqrt(2 / i), rng.normal(size=(1, o)) * 0.3)
            for i, o in itertools.pairwise(sizes)
        )
        probe = NetworkProbe(
            sizes, params, rng.normal(size=(n, sizes[0])), rng.integers(sizes[-1], size=n), rate
        )
        if probe.clear() and (n == 1 or len(set(probe.classes)) > 1):
            return probe
