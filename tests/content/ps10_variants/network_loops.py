"""Loops over examples, Adam in train, and steps that are taken by lists of tuples."""

import math

import numpy as np


class Layer:
    """One example at a time."""

    def __init__(self, input_size, output_size, activation="relu"):
        self.weights = np.random.randn(input_size, output_size) * 0.01
        self.bias = np.zeros((1, output_size))
        self.activation = activation

    def forward(self, X):
        """Row by row."""
        self.inputs = X
        self.z = np.array([x @ self.weights + self.bias[0] for x in X])
        return self.activate(self.z)

    def activate(self, Z):
        """Row by row."""
        rows = []
        for z in Z:
            if self.activation == "relu":
                rows.append(np.maximum(0, z))
            elif self.activation == "sigmoid":
                rows.append(1 / (1 + np.exp(-z)))
            else:
                e = np.exp(z - max(z))
                rows.append(e / sum(e))
        return np.array(rows)

    def activation_derivative(self, Z):
        """1 where positive; s - s squared."""
        if self.activation == "relu":
            return np.where(Z > 0, 1, 0)
        s = self.activate(Z)
        return s - s**2

    def collect(self, d_output, *, through=True):
        """Gradients, added up over examples."""
        self.dW, self.db = np.zeros(self.weights.shape), np.zeros(self.bias.shape)
        back = np.zeros(self.inputs.shape)
        slopes = self.activation_derivative(self.z) if through else np.ones(self.z.shape)
        for i, x in enumerate(self.inputs):
            dz = d_output[i] * slopes[i]
            self.dW += np.outer(x, dz)
            self.db[0] += dz
            back[i] = self.weights @ dz
        return back

    def backward(self, d_output, learning_rate):
        """Collect, then step."""
        back = self.collect(d_output)
        self.weights -= learning_rate * self.dW
        self.bias -= learning_rate * self.db
        return back


class NeuralNetwork:
    """Layers in a list."""

    def __init__(self, layer_sizes):
        self.layer_sizes = layer_sizes
        self.layers = []
        for k in range(len(layer_sizes) - 1):
            self.layers.append(Layer(layer_sizes[k], layer_sizes[k + 1], "relu"))
        self.layers[-1].activation = "softmax"

    def forward(self, X):
        """One after the other."""
        out = X
        for layer in self.layers:
            out = layer.forward(out)
        self.out = out
        return out

    def _collect(self, y):
        classes = y if y.ndim == 1 else y.argmax(axis=1)
        d = self.out.copy()
        for i, c in enumerate(classes):
            d[i, c] -= 1
        d /= len(classes)
        for layer in reversed(self.layers):
            d = layer.collect(d, through=layer is not self.layers[-1])

    def backward(self, X, y, learning_rate=0.01):
        """All gradients before any step."""
        self._collect(y)
        for layer in self.layers:
            layer.weights -= learning_rate * layer.dW
            layer.bias -= learning_rate * layer.db

    def train(self, X, y, epochs=100, batch_size=32):
        """By Adam."""
        adam = Optimizers.Adam(0.003)
        for epoch in range(epochs):
            order = np.random.RandomState(epoch).permutation(len(X))
            at = 0
            while at < len(X):
                rows = order[at : at + batch_size]
                at += batch_size
                self.forward(X[rows])
                self._collect(y[rows])
                params = {
                    (k, n): getattr(layer, n)
                    for k, layer in enumerate(self.layers)
                    for n in ("weights", "bias")
                }
                gradients = {
                    (k, n): getattr(layer, m)
                    for k, layer in enumerate(self.layers)
                    for n, m in (("weights", "dW"), ("bias", "db"))
                }
                adam.update(params, gradients)


class LossFunctions:
    """By loops."""

    @staticmethod
    def cross_entropy(y_true, y_pred):
        """Either form of labels."""
        total = 0.0
        for label, p in zip(y_true, y_pred, strict=True):
            c = int(label) if np.ndim(label) == 0 else int(np.argmax(label))
            total -= math.log(p[c] + 1e-12)
        return total / len(y_pred)

    @staticmethod
    def mse(y_true, y_pred):
        """The sum over everything."""
        return sum((a - b) ** 2 for a, b in zip(np.ravel(y_true), np.ravel(y_pred), strict=True))


class Optimizers:
    """Over dicts, in place."""

    class SGD:
        """Momentum."""

        def __init__(self, learning_rate=0.01, momentum=0.9):
            self.learning_rate, self.momentum, self.old = learning_rate, momentum, {}

        def update(self, params, gradients):
            """The last step goes on."""
            for key in params:
                step = self.learning_rate * gradients[key]
                if key in self.old:
                    step = step + self.momentum * self.old[key]
                self.old[key] = step
                params[key] = params[key] - step
            return params

    class Adam:
        """In place."""

        def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999):
            self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
            self.m, self.v, self.t = {}, {}, 0

        def update(self, params, gradients):
            """T counts calls."""
            self.t += 1
            for key, g in gradients.items():
                self.m[key] = self.beta1 * self.m.get(key, 0) + (1 - self.beta1) * g
                self.v[key] = self.beta2 * self.v.get(key, 0) + (1 - self.beta2) * g * g
                m, v = self.m[key] / (1 - self.beta1**self.t), self.v[key] / (1 - self.beta2**self.t)
                params[key] -= self.learning_rate * m / (np.sqrt(v) + 1e-8)


def train_mnist_classifier():
    """Few epochs: loops are slow."""
    from mnist_loader import load

    images, labels, test_images, test_labels = load()
    net = NeuralNetwork([784, 128, 64, 10])
    for layer in net.layers:
        layer.weights = np.random.randn(*layer.weights.shape) / math.sqrt(len(layer.weights))
    net.train((images / 255).reshape(-1, 784), labels, epochs=6)
    right = (net.forward((test_images / 255).reshape(-1, 784)).argmax(axis=1) == test_labels).sum()
    return [net, right / len(test_labels)]
