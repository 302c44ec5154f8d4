"""Sigmoid layers, momentum in train, a fifth kept for validation, and gradients that are named dW."""

import numpy as np


def sigmoid(Z):
    """The logistic function."""
    return np.where(Z >= 0, 1 / (1 + np.exp(-np.abs(Z))), np.exp(-np.abs(Z)) / (1 + np.exp(-np.abs(Z))))


class Layer:
    """A layer that can compute gradients without taking a step."""

    def __init__(self, input_size, output_size, activation="relu"):
        self.activation = activation
        self.weights = np.random.normal(0, 0.01, (input_size, output_size))
        self.bias = np.zeros((1, output_size))
        self.last = None

    def forward(self, X):
        """Keeps X and Z."""
        Z = X.dot(self.weights) + self.bias
        self.last = X, Z
        return self.activate(Z)

    def activate(self, Z):
        """All three."""
        if self.activation == "softmax":
            shifted = Z - Z.max(axis=1)[:, None]
            return np.exp(shifted - np.log(np.exp(shifted).sum(axis=1))[:, None])
        return sigmoid(Z) if self.activation == "sigmoid" else np.clip(Z, 0, None)

    def activation_derivative(self, Z):
        """Of Z."""
        if self.activation == "sigmoid":
            return sigmoid(Z) * sigmoid(-Z)
        return np.heaviside(Z, 0)

    def gradients(self, d_output, *, linear=False):
        """DX, dW and db; ``linear`` if the activation is done already."""
        X, Z = self.last
        dZ = d_output if linear else d_output * self.activation_derivative(Z)
        return dZ.dot(self.weights.T), X.T.dot(dZ), dZ.sum(axis=0).reshape(1, -1)

    def backward(self, d_output, learning_rate):
        """Plain gradient descent."""
        dX, dW, db = self.gradients(d_output)
        self.weights -= learning_rate * dW
        self.bias -= learning_rate * db
        return dX


class NeuralNetwork:
    """Sigmoid layers under a softmax."""

    def __init__(self, layer_sizes):
        kinds = ["sigmoid"] * (len(layer_sizes) - 2) + ["softmax"]
        self.layers = [Layer(*sizes) for sizes in zip(layer_sizes, layer_sizes[1:], kinds, strict=False)]

    def forward(self, X):
        """Probabilities."""
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def _gradients(self, X, y):
        targets = y if np.ndim(y) == 2 else np.eye(self.layers[-1].bias.size)[y]
        d, found = (self.forward(X) - targets) / len(X), {}
        for i, layer in reversed(list(enumerate(self.layers))):
            d, found[f"W{i}"], found[f"b{i}"] = layer.gradients(d, linear=i == len(self.layers) - 1)
        return found

    def backward(self, X, y, learning_rate=0.01):
        """All gradients, then all steps."""
        found = self._gradients(X, y)
        for i, layer in enumerate(self.layers):
            layer.weights = layer.weights - learning_rate * found[f"W{i}"]
            layer.bias = layer.bias - learning_rate * found[f"b{i}"]

    def train(self, X, y, epochs=100, batch_size=32):
        """With momentum; keeps the weights that are best on the fifth it does not learn from."""
        order = np.random.permutation(len(X))
        kept, used = order[: len(X) // 5], order[len(X) // 5 :]
        optimizer = Optimizers.SGD(0.05, 0.9)
        best = np.inf, [(layer.weights.copy(), layer.bias.copy()) for layer in self.layers]
        history = {"loss": [], "val_loss": []}
        for _ in range(epochs):
            np.random.shuffle(used)
            for start in range(0, len(used), batch_size):
                rows = used[start : start + batch_size]
                params = {f"W{i}": layer.weights for i, layer in enumerate(self.layers)}
                params |= {f"b{i}": layer.bias for i, layer in enumerate(self.layers)}
                gradients = self._gradients(X[rows], y[rows])
                optimizer.update(params, {f"d{name}": g for name, g in gradients.items()})
            for name, part in (("loss", used), ("val_loss", kept)):
                history[name].append(self.loss(X[part], y[part]))
            if history["val_loss"][-1] < best[0]:
                best = (
                    history["val_loss"][-1],
                    [(layer.weights.copy(), layer.bias.copy()) for layer in self.layers],
                )
        for layer, (weights, bias) in zip(self.layers, best[1], strict=True):
            layer.weights, layer.bias = weights, bias
        return history

    def loss(self, X, y):
        """Cross-entropy, whatever the labels' form."""
        targets = y if np.ndim(y) == 2 else np.eye(self.layers[-1].bias.size)[y]
        return LossFunctions.cross_entropy(targets, self.forward(X))


class LossFunctions:
    """Means."""

    @staticmethod
    def cross_entropy(y_true, y_pred):
        """Row by row."""
        return float(np.mean([-np.log(max(p @ t, 1e-15)) for t, p in zip(y_true, y_pred, strict=True)]))

    @staticmethod
    def mse(y_true, y_pred):
        """Half the mean."""
        return ((y_true - y_pred) ** 2).mean() / 2


class Optimizers:
    """Over dicts; the gradient of W1 is called dW1."""

    class SGD:
        """The rate is inside the velocity."""

        def __init__(self, learning_rate=0.01, momentum=0.9):
            self.learning_rate, self.momentum, self.velocity = learning_rate, momentum, {}

        def update(self, params, gradients):
            """In place."""
            for name, value in params.items():
                v = self.momentum * self.velocity.get(name, 0) - self.learning_rate * gradients[f"d{name}"]
                self.velocity[name] = v
                value += v

    class Adam:
        """Returns new parameters."""

        def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999):
            self.settings = learning_rate, beta1, beta2
            self.state, self.t = {}, 0

        def update(self, params, gradients):
            """A new dict."""
            rate, beta1, beta2 = self.settings
            self.t += 1
            after = {}
            for name, value in params.items():
                m, v = self.state.get(name, (0, 0))
                g = gradients[f"d{name}"]
                m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
                self.state[name] = m, v
                step = rate * (m / (1 - beta1**self.t)) / (np.sqrt(v / (1 - beta2**self.t)) + 1e-8)
                after[name] = value - step
            return after


def train_mnist_classifier():
    """A dict with the model and its history; each pixel standardised."""
    import matplotlib.pyplot as plt
    import mnist_loader

    data = mnist_loader.load()
    X = data.train_images.reshape(-1, 784).astype(float)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1)
    model = NeuralNetwork([784, 128, 64, 10])
    for layer in model.layers:
        limit = np.sqrt(6 / sum(layer.weights.shape))
        layer.weights = np.random.uniform(-limit, limit, layer.weights.shape)
    history = model.train(X, data.train_labels, epochs=25, batch_size=32)
    plt.plot(history["loss"])
    plt.savefig("curves.png")
    return {"history": history, "model": model}
