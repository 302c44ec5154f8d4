"""As in a well-known course: each layer averages, derivatives are taken of activations, labels are integers."""

import numpy as np


class Layer:
    """A dense layer."""

    def __init__(self, input_size, output_size, activation="relu"):
        self.weights = np.random.randn(input_size, output_size) * 0.01
        self.bias = np.zeros((1, output_size))
        self.activation = activation
        self.cache = {}

    def forward(self, X):
        """A = g(XW + b)."""
        Z = np.dot(X, self.weights) + self.bias
        A = self.activate(Z)
        self.cache = {"X": X, "A": A}
        return A

    def activate(self, Z):
        """G(Z)."""
        if self.activation == "relu":
            return Z * (Z > 0)
        if self.activation == "sigmoid":
            return 1 / (1 + np.exp(-Z))
        e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)

    def activation_derivative(self, Z):
        """Of the activation, which is what is kept."""
        if self.activation == "relu":
            return np.where(Z > 0, 1.0, 0.0)
        if self.activation == "sigmoid":
            return Z * (1 - Z)
        return np.ones_like(Z)

    def backward(self, d_output, learning_rate):
        """One step; the softmax layer is given p - y."""
        m = d_output.shape[0]
        dZ = d_output * self.activation_derivative(self.cache["A"])
        dW = np.dot(self.cache["X"].T, dZ) / m
        db = np.sum(dZ, axis=0, keepdims=True) / m
        dX = np.dot(dZ, self.weights.T)
        self.weights = self.weights - learning_rate * dW
        self.bias = self.bias - learning_rate * db
        return dX


class NeuralNetwork:
    """Dense layers."""

    def __init__(self, layer_sizes):
        self.layers = []
        for i in range(1, len(layer_sizes)):
            activation = "softmax" if i == len(layer_sizes) - 1 else "relu"
            self.layers.append(Layer(layer_sizes[i - 1], layer_sizes[i], activation))

    def forward(self, X):
        """Through all layers."""
        A = X
        for layer in self.layers:
            A = layer.forward(A)
        return A

    def backward(self, X, y, learning_rate=0.01):
        """Back through all of them; y are class numbers."""
        grad = self.forward(X).copy()
        grad[np.arange(len(y)), y] -= 1
        for layer in self.layers[::-1]:
            grad = layer.backward(grad, learning_rate)

    def train(self, X, y, epochs=100, batch_size=32):
        """Mini-batches in the order they come; a short last one is left out."""
        for _ in range(epochs):
            for k in range(len(X) // batch_size):
                part = slice(k * batch_size, (k + 1) * batch_size)
                self.forward(X[part])
                self.backward(X[part], y[part], 0.1)


class LossFunctions:
    """Losses."""

    @staticmethod
    def cross_entropy(y_true, y_pred):
        """Class numbers."""
        return float(np.mean(-np.log(y_pred[range(len(y_true)), y_true] + 1e-8)))

    @staticmethod
    def mse(y_true, y_pred):
        """Half of the squares, by example."""
        return float(0.5 * np.sum((y_pred - y_true) ** 2) / len(y_true))


class Optimizers:
    """For one array each."""

    class SGD:
        """Momentum."""

        def __init__(self, learning_rate=0.01, momentum=0.9):
            self.learning_rate, self.momentum, self.v = learning_rate, momentum, None

        def update(self, params, gradients):
            """A new array."""
            if self.v is None:
                self.v = np.zeros(params.shape)
            self.v = self.momentum * self.v + gradients
            return params - self.learning_rate * self.v

    class Adam:
        """Adam."""

        def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999):
            self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
            self.m = self.v = None
            self.t = 0

        def update(self, params, gradients):
            """A new array; epsilon is under the root's correction."""
            if self.m is None:
                self.m, self.v = np.zeros(params.shape), np.zeros(params.shape)
            self.t += 1
            self.m = self.beta1 * self.m + (1 - self.beta1) * gradients
            self.v = self.beta2 * self.v + (1 - self.beta2) * np.square(gradients)
            rate = self.learning_rate * np.sqrt(1 - self.beta2**self.t) / (1 - self.beta1**self.t)
            return params - rate * self.m / (np.sqrt(self.v) + 1e-8)


def train_mnist_classifier():
    """The network alone."""
    from mnist_loader import load

    data = load()
    X = data.train_images.reshape(-1, 784) / 255.0
    network = NeuralNetwork([784, 128, 64, 10])
    for layer in network.layers:
        layer.weights = np.random.randn(*layer.weights.shape) * np.sqrt(2.0 / layer.weights.shape[0])
    network.train(X, data.train_labels, epochs=25, batch_size=32)
    return network
