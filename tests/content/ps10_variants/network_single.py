"""Everything in single precision; labels one-hot; optimisers walk through lists, in place."""

import numpy as np

EPS = np.float32(1e-7)


class Layer:
    """Weights and bias in float32."""

    def __init__(self, input_size, output_size, activation="relu"):
        self.weights = (np.random.randn(input_size, output_size) * 0.01).astype(np.float32)
        self.bias = np.zeros((1, output_size), dtype=np.float32)
        self.activation = activation

    def forward(self, X):
        """The activations, in float32 whatever comes."""
        self.X = np.asarray(X, dtype=np.float32)
        self.Z = self.X @ self.weights.astype(np.float32) + self.bias.astype(np.float32)
        return self.activate(self.Z)

    def activate(self, Z):
        """By a table of functions."""
        functions = {
            "relu": lambda Z: np.where(Z > 0, Z, 0),
            "sigmoid": lambda Z: 1 / (1 + np.exp(-Z)),
            "softmax": lambda Z: np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True),
        }
        return functions[self.activation](Z)

    def activation_derivative(self, Z):
        """Of Z; softmax's part is done by the network."""
        if self.activation == "sigmoid":
            return self.activate(Z) * (1 - self.activate(Z))
        return (Z > 0).astype(np.float32) if self.activation == "relu" else np.ones_like(Z)

    def backward(self, d_output, learning_rate):
        """Gradients first, update last."""
        delta = np.asarray(d_output, dtype=np.float32) * self.activation_derivative(self.Z)
        to_input = delta @ self.weights.T.astype(np.float32)
        self.weights = self.weights.astype(np.float32) - np.float32(learning_rate) * (self.X.T @ delta)
        self.bias = self.bias.astype(np.float32) - np.float32(learning_rate) * delta.sum(0, keepdims=True)
        return to_input


class NeuralNetwork:
    """ReLU, ReLU, …, softmax."""

    def __init__(self, layer_sizes):
        pairs = list(zip(layer_sizes[:-1], layer_sizes[1:], strict=True))
        self.layers = [Layer(a, b) for a, b in pairs[:-1]] + [Layer(*pairs[-1], "softmax")]

    def forward(self, X):
        """Probabilities."""
        self.out = X
        for layer in self.layers:
            self.out = layer.forward(self.out)
        return self.out

    def backward(self, X, y, learning_rate=0.01):
        """Summed over the batch: the rate makes up for it."""
        d = self.out - y
        for layer in self.layers[::-1]:
            d = layer.backward(d, learning_rate)

    def train(self, X, y, epochs=100, batch_size=32):
        """Shuffles X and y together, in a list of pairs."""
        for _ in range(epochs):
            pairs = list(zip(X, y, strict=True))
            np.random.shuffle(order := np.arange(len(pairs)))
            for i in range(0, len(pairs), batch_size):
                chosen = order[i : i + batch_size]
                xb, yb = np.array([pairs[k][0] for k in chosen]), np.array([pairs[k][1] for k in chosen])
                self.forward(xb)
                self.backward(xb, yb, 0.003)
        return self


class LossFunctions:
    """Sums over the batch."""

    @staticmethod
    def cross_entropy(y_true, y_pred):
        """Of one-hot rows, clipped on both sides."""
        p = np.clip(y_pred, EPS, 1 - EPS)
        return -np.sum(y_true * np.log(p))

    @staticmethod
    def mse(y_true, y_pred):
        """Of each row the sum, of these the mean."""
        return np.mean(np.sum((y_true - y_pred) ** 2, axis=1))


class Optimizers:
    """Over lists of arrays."""

    class SGD:
        """With (1 - momentum) before the gradient."""

        def __init__(self, learning_rate=0.01, momentum=0.9):
            self.lr, self.mu, self.velocities = learning_rate, momentum, None

        def update(self, params, gradients):
            """In place."""
            if self.velocities is None:
                self.velocities = [np.zeros_like(p) for p in params]
            for i in range(len(params)):
                self.velocities[i] = self.mu * self.velocities[i] + (1 - self.mu) * gradients[i]
                params[i] -= self.lr * self.velocities[i]

    class Adam:
        """In place."""

        def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-7):
            self.lr, self.betas, self.eps, self.steps = learning_rate, (beta1, beta2), epsilon, 0

        def update(self, params, gradients):
            """In place."""
            if not self.steps:
                self.moments = [[np.zeros_like(p), np.zeros_like(p)] for p in params]
            self.steps += 1
            for p, g, moments in zip(params, gradients, self.moments, strict=True):
                for k, (beta, value) in enumerate(zip(self.betas, (g, g * g), strict=True)):
                    moments[k] = beta * moments[k] + (1 - beta) * value
                m, v = (x / (1 - b**self.steps) for x, b in zip(moments, self.betas, strict=True))
                p -= self.lr * m / (np.sqrt(v) + self.eps)


def train_mnist_classifier():
    """Pixels with mean 0 and deviation 1; a tuple with arrays and the network."""
    import mnist_loader

    x_train, y_train, x_test, y_test = mnist_loader.load()
    mean, std = x_train.mean(), x_train.std()
    X, X_test = ((x.reshape(len(x), 784) - mean) / std for x in (x_train, x_test))
    net = NeuralNetwork([784, 128, 64, 10])
    for layer in net.layers:
        layer.weights *= np.float32(100 * np.sqrt(2 / layer.weights.shape[0]))
    net.train(X, np.eye(10)[y_train], epochs=15)
    predicted = np.argmax(net.forward(X_test), axis=1)
    return float(np.mean(predicted == y_test)), predicted, net
