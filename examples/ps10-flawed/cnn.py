"""A CNN with loops."""

import random

import numpy as np


class Conv2D:
    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        self.n_filters = n_filters
        self.filter_size = filter_size
        self.stride = stride
        self.padding = padding
        self.filters = None
        self.bias = None

    def forward(self, X):
        N, C, H, W = X.shape
        k, s, p = self.filter_size, self.stride, self.padding
        if self.filters is None:
            self.filters = np.random.randn(self.n_filters, C, k, k) * np.sqrt(2.0 / (C * k * k))
            self.bias = np.zeros((self.n_filters, 1))
        self.X_pad = np.zeros((N, C, H + 2 * p, W + 2 * p))
        self.X_pad[:, :, p : p + H, p : p + W] = X
        out_h = (H + 2 * p - k) // s + 1
        out_w = (W + 2 * p - k) // s + 1
        out = np.zeros((N, self.n_filters, out_h, out_w))
        for i in range(out_h):
            for j in range(out_w):
                window = self.X_pad[:, :, i * s : i * s + k, j * s : j * s + k]
                for f in range(self.n_filters):
                    out[:, f, i, j] = np.sum(window * self.filters[f], axis=(1, 2, 3)) + self.bias[f, 0]
        return out

    def backward(self, d_output):
        N, F, out_h, out_w = d_output.shape
        k, s, p = self.filter_size, self.stride, self.padding
        self.d_filters = np.zeros_like(self.filters)
        self.d_bias = np.zeros_like(self.bias)
        dX = np.zeros_like(self.X_pad)
        for i in range(out_h):
            for j in range(out_w):
                window = self.X_pad[:, :, i * s : i * s + k, j * s : j * s + k]
                for f in range(F):
                    g = d_output[:, f, i, j][:, None, None, None]
                    self.d_filters[f] += np.sum(window * g, axis=0)
                    dX[:, :, i * s : i * s + k, j * s : j * s + k] += self.filters[f] * g
        self.d_bias[:, 0] = d_output.sum(axis=(0, 2, 3))
        # averaged here, so that the loss needn't be
        self.d_filters /= N
        self.d_bias /= N
        if p > 0:
            dX = dX[:, :, p:-p, p:-p]
        return dX


class MaxPool2D:
    def __init__(self, pool_size=2, stride=2):
        self.pool_size = pool_size
        self.stride = stride
        self.max_indices = None

    def forward(self, X):
        self.X = X
        N, C, H, W = X.shape
        k, s = self.pool_size, self.stride
        out_h, out_w = (H - k) // s + 1, (W - k) // s + 1
        out = np.zeros((N, C, out_h, out_w))
        for i in range(out_h):
            for j in range(out_w):
                out[:, :, i, j] = X[:, :, i * s : i * s + k, j * s : j * s + k].max(axis=(2, 3))
        return out

    def backward(self, d_output):
        dX = np.zeros_like(self.X)
        k, s = self.pool_size, self.stride
        _, _, out_h, out_w = d_output.shape
        for i in range(out_h):
            for j in range(out_w):
                window = self.X[:, :, i * s : i * s + k, j * s : j * s + k]
                mask = window == window.max(axis=(2, 3), keepdims=True)  # ties share
                dX[:, :, i * s : i * s + k, j * s : j * s + k] = mask * d_output[:, :, i, j][:, :, None, None]
        return dX


class Relu:
    def forward(self, X):
        self.mask = X > 0
        return X * self.mask

    def backward(self, d):
        return d * self.mask


class Flatten:
    def forward(self, X):
        self.shape = X.shape
        return X.reshape(X.shape[0], -1)

    def backward(self, d):
        return d.reshape(self.shape)


class Dense:
    def __init__(self, n_out):
        self.n_out = n_out
        self.W = None

    def forward(self, X):
        if self.W is None:
            self.W = np.random.randn(self.n_out, X.shape[1]) * np.sqrt(2.0 / X.shape[1])
            self.b = np.zeros(self.n_out)
        self.X = X
        return X @ self.W.T + self.b

    def backward(self, d):
        self.dW = d.T @ self.X / len(d)
        self.db = d.mean(axis=0)
        return d @ self.W


class SimpleCNN:
    def __init__(self, input_shape, n_classes):
        self.n_classes = n_classes
        self.layers = [
            Conv2D(32, 3, padding=1),
            Relu(),
            MaxPool2D(),
            Conv2D(64, 3, padding=1),
            Relu(),
            MaxPool2D(),
            Flatten(),
            Dense(128),
            Dense(n_classes),
        ]

    def forward(self, X):
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def train(self, X_train, y_train, X_val, y_val, epochs=6, batch_size=20, lr=0.02, momentum=0.9):
        velocity = {}
        for epoch in range(epochs):
            order = list(range(len(X_train)))
            random.shuffle(order)
            for start in range(0, len(order), batch_size):
                idx = order[start : start + batch_size]
                X = np.array([ImageAugmentation.random_brightness(img, 0.1) for img in X_train[idx]])
                logits = self.forward(X)
                e = np.exp(logits - logits.max(axis=1, keepdims=True))
                p = e / e.sum(axis=1, keepdims=True)
                for row, label in enumerate(y_train[idx]):
                    p[row, label] -= 1
                d = p
                for layer in self.layers[::-1]:
                    d = layer.backward(d)
                for n, layer in enumerate(self.layers):
                    for name, grad in (
                        ("filters", "d_filters"),
                        ("bias", "d_bias"),
                        ("W", "dW"),
                        ("b", "db"),
                    ):
                        if hasattr(layer, grad):
                            v = momentum * velocity.get((n, name), 0) - lr * getattr(layer, grad)
                            velocity[n, name] = v
                            setattr(layer, name, getattr(layer, name) + v)
            print("epoch", epoch, (self.forward(X_val).argmax(axis=1) == y_val).mean())


class ImageAugmentation:
    @staticmethod
    def random_rotation(image, max_angle=30):
        angle = np.random.uniform(-max_angle, max_angle)
        h, w = image.shape[:2]
        cy, cx = h / 2, w / 2
        out = np.zeros_like(image)
        for y in range(h):
            for x in range(w):
                sy = int(cy + (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle))
                sx = int(cx + (y - cy) * np.sin(angle) + (x - cx) * np.cos(angle))
                if 0 <= sy < h and 0 <= sx < w:
                    out[y, x] = image[sy, sx]
        return out

    @staticmethod
    def random_flip(image, horizontal=True, vertical=False):
        if horizontal and random.random() > 0.5:
            image = np.fliplr(image)
        if vertical and random.random() > 0.5:
            image = np.flipud(image)
        return image

    @staticmethod
    def random_crop(image, crop_size):
        h, w = image.shape[:2]
        y = np.random.randint(0, h - crop_size)
        x = np.random.randint(0, w - crop_size)
        return image[y : y + crop_size, x : x + crop_size]

    @staticmethod
    def random_brightness(image, max_delta=0.2):
        factor = 1 + np.random.uniform(-max_delta, max_delta)
        return np.clip(image * factor, 0, 1)
