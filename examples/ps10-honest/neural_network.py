"""Exercise 1: a neural network with nothing but NumPy."""

import matplotlib.pyplot as plt
import numpy as np


def softmax(z):
    """Softmax of each row."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


class Layer:
    """Fully connected layer with an activation."""

    def __init__(self, input_size, output_size, activation="relu"):
        self.weights = np.random.randn(input_size, output_size) * 0.01
        self.bias = np.zeros((1, output_size))
        self.activation = activation

    def forward(self, X):
        """Compute the output and remember what backward needs."""
        self.X = X
        self.Z = np.dot(X, self.weights) + self.bias
        self.A = self.activate(self.Z)
        return self.A

    def activate(self, Z):
        """The activation function."""
        if self.activation == "relu":
            return np.maximum(0, Z)
        if self.activation == "sigmoid":
            return 1 / (1 + np.exp(-Z))
        if self.activation == "softmax":
            return softmax(Z)
        raise ValueError(f"unknown activation {self.activation}")

    def activation_derivative(self, Z):
        """The derivative of the activation at Z."""
        if self.activation == "relu":
            return (Z > 0).astype(float)
        if self.activation == "sigmoid":
            a = self.activate(Z)
            return a * (1 - a)
        return np.ones_like(Z)  # the softmax is combined with the cross-entropy

    def backward(self, d_output, learning_rate):
        """Update the weights and return the gradient for the layer before."""
        dZ = d_output * self.activation_derivative(self.Z)
        dX = np.dot(dZ, self.weights.T)
        self.weights = self.weights - learning_rate * np.dot(self.X.T, dZ)
        self.bias = self.bias - learning_rate * np.sum(dZ, axis=0, keepdims=True)
        return dX


def to_one_hot(y, n):
    """Labels to one-hot rows, if they are not already."""
    y = np.array(y)
    if y.ndim == 2:
        return y
    out = np.zeros((len(y), n))
    out[np.arange(len(y)), y.astype(int)] = 1
    return out


class NeuralNetwork:
    """A stack of layers."""

    def __init__(self, layer_sizes):
        self.layers = []
        for i in range(len(layer_sizes) - 1):
            is_last = i == len(layer_sizes) - 2
            activation = "softmax" if is_last else "relu"
            self.layers.append(Layer(layer_sizes[i], layer_sizes[i + 1], activation))

    def forward(self, X):
        """Forward pass through all layers."""
        out = X
        for layer in self.layers:
            out = layer.forward(out)
        return out

    def backward(self, X, y, learning_rate=0.01):
        """Backpropagation, from the last layer to the first."""
        y_pred = self.layers[-1].A
        grad = (y_pred - to_one_hot(y, y_pred.shape[1])) / X.shape[0]
        for layer in reversed(self.layers):
            grad = layer.backward(grad, learning_rate)

    def train(self, X, y, epochs=100, batch_size=32):
        """Mini-batch gradient descent with a learning rate of 0.05."""
        losses = []
        n = X.shape[0]
        for epoch in range(epochs):
            indices = np.arange(n)
            np.random.shuffle(indices)
            total = 0
            for start in range(0, n, batch_size):
                batch = indices[start : start + batch_size]
                y_pred = self.forward(X[batch])
                total += LossFunctions.cross_entropy(to_one_hot(y[batch], y_pred.shape[1]), y_pred) * len(
                    batch
                )
                self.backward(X[batch], y[batch], learning_rate=0.05)
            losses.append(total / n)
            if epoch % 20 == 0:
                print(f"epoch {epoch}: loss {losses[-1]:.4f}")
        return losses


class LossFunctions:
    """The two losses."""

    @staticmethod
    def cross_entropy(y_true, y_pred):
        """Cross-entropy, mean over the examples."""
        y_true = to_one_hot(y_true, y_pred.shape[1])
        return -np.sum(y_true * np.log(y_pred + 1e-9)) / y_pred.shape[0]

    @staticmethod
    def mse(y_true, y_pred):
        """Mean squared error."""
        return np.mean(np.square(y_pred - y_true))


class Optimizers:
    """Optimizers that work on dicts of arrays."""

    class SGD:
        """SGD with momentum."""

        def __init__(self, learning_rate=0.01, momentum=0.9):
            self.lr = learning_rate
            self.momentum = momentum
            self.velocity = {}

        def update(self, params, gradients):
            """Return the new parameters."""
            new = {}
            for key in params:
                if key not in self.velocity:
                    self.velocity[key] = np.zeros_like(params[key])
                self.velocity[key] = self.momentum * self.velocity[key] + gradients[key]
                new[key] = params[key] - self.lr * self.velocity[key]
            return new

    class Adam:
        """Adam."""

        def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999):
            self.lr = learning_rate
            self.beta1 = beta1
            self.beta2 = beta2
            self.m = {}
            self.v = {}
            self.t = 0

        def update(self, params, gradients):
            """Return the new parameters."""
            self.t += 1
            new = {}
            for key, g in gradients.items():
                self.m[key] = self.beta1 * self.m.get(key, 0) + (1 - self.beta1) * g
                self.v[key] = self.beta2 * self.v.get(key, 0) + (1 - self.beta2) * g * g
                m_hat = self.m[key] / (1 - self.beta1**self.t)
                v_hat = self.v[key] / (1 - self.beta2**self.t)
                new[key] = params[key] - self.lr * m_hat / (np.sqrt(v_hat) + 1e-8)
            return new


def train_mnist_classifier():
    """Train on the digits of mnist_loader and plot the loss; returns the network and the test accuracy."""
    from mnist_loader import load

    data = load()
    X_train = data.train_images.reshape(len(data.train_images), 784) / 255.0
    X_test = data.test_images.reshape(len(data.test_images), 784) / 255.0
    net = NeuralNetwork([784, 128, 64, 10])
    for layer in net.layers:
        fan_in = layer.weights.shape[0]
        layer.weights = np.random.randn(*layer.weights.shape) * np.sqrt(2.0 / fan_in)
    losses = net.train(X_train, data.train_labels, epochs=30)
    accuracy = np.mean(np.argmax(net.forward(X_test), axis=1) == data.test_labels)
    plt.plot(losses)
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.title(f"test accuracy {accuracy:.3f}")
    plt.savefig("mnist_loss.png")
    plt.close()
    return net, accuracy


if __name__ == "__main__":
    train_mnist_classifier()
