"""What goes on to the layer below is divided by the batch's size, in each layer again."""

import numpy as np


class Layer:
    def __init__(self, input_size, output_size, activation="relu"):
        self.weights = np.random.normal(0, 0.1, (input_size, output_size))
        self.bias = np.zeros((1, output_size))
        self.activation = activation

    def activate(self, Z):
        if self.activation == "relu":
            return np.where(Z > 0, Z, 0)
        if self.activation == "sigmoid":
            return 1 / (1 + np.exp(-Z))
        return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)

    def activation_derivative(self, Z):
        return (
            np.where(Z > 0, 1, 0) if self.activation == "relu" else self.activate(Z) * (1 - self.activate(Z))
        )

    def forward(self, X):
        self.input, self.z = X, X @ self.weights + self.bias
        return self.activate(self.z)

    def backward(self, d_output, learning_rate):
        m = self.input.shape[0]
        delta = d_output * self.activation_derivative(self.z)
        d_input = delta @ self.weights.T / m
        self.weights -= learning_rate * self.input.T @ delta / m
        self.bias -= learning_rate * delta.sum(axis=0, keepdims=True) / m
        return d_input
