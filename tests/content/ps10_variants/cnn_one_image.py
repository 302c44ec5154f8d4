"""One image (C, H, W) at a time; true convolution with flipped kernels; layers learn as soon as they go backward."""

import numpy as np
from scipy import ndimage, signal

RATE = 0.01


class Conv2D:
    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        self.n_filters = n_filters
        self.filter_size = filter_size
        self.stride = stride
        self.padding = padding
        self.filters = None
        self.bias = None

    def forward(self, X):
        c, h, w = X.shape
        p = self.padding
        if self.filters is None:
            size = self.filter_size
            self.filters = np.random.normal(
                0, np.sqrt(2 / (c * size * size)), (self.n_filters, c, size, size)
            )
            self.bias = np.zeros(self.n_filters)
        self.input = np.pad(X, ((0, 0), (p, p), (p, p)))
        s = self.stride
        return np.array(
            [
                sum(signal.convolve2d(self.input[i], f[i], mode="valid") for i in range(c))[::s, ::s] + b
                for f, b in zip(self.filters, self.bias)
            ]
        )

    def backward(self, d_output, learning_rate=RATE):
        s, p, k = self.stride, self.padding, self.filter_size
        c, h, w = self.input.shape
        full = np.zeros((self.n_filters, h - k + 1, w - k + 1))
        full[:, ::s, ::s] = d_output
        dX = np.zeros_like(self.input)
        dF = np.zeros_like(self.filters)
        for n in range(self.n_filters):
            for i in range(c):
                dX[i] += signal.correlate2d(full[n], self.filters[n, i], mode="full")
                dF[n, i] = signal.correlate2d(self.input[i], full[n], mode="valid")[::-1, ::-1]
        self.filters -= learning_rate * dF
        self.bias -= learning_rate * d_output.sum(axis=(1, 2))
        return dX[:, p : h - p, p : w - p]


class MaxPool2D:
    def __init__(self, pool_size=2, stride=2):
        self.pool_size = pool_size
        self.stride = stride
        self.max_indices = None

    def forward(self, X):
        c, h, w = X.shape
        k, s = self.pool_size, self.stride
        self.shape = X.shape
        self.max_indices = {}
        out = np.zeros((c, (h - k) // s + 1, (w - k) // s + 1))
        for at in np.ndindex(*out.shape):
            i, j = at[1] * s, at[2] * s
            window = X[at[0], i : i + k, j : j + k]
            a, b = np.unravel_index(window.argmax(), window.shape)
            self.max_indices[at] = (at[0], i + a, j + b)
            out[at] = window[a, b]
        return out

    def backward(self, d_output):
        dX = np.zeros(self.shape)
        for at, there in self.max_indices.items():
            dX[there] += d_output[at]
        return dX


class Dense:
    def __init__(self, n_in, n_out, relu):
        self.weights = np.random.normal(0, np.sqrt(2 / n_in), (n_in, n_out))
        self.bias = np.zeros((1, n_out))
        self.relu = relu

    def forward(self, x):
        self.x = x
        self.z = x @ self.weights + self.bias[0]
        return np.maximum(self.z, 0) if self.relu else self.z

    def backward(self, d):
        if self.relu:
            d = d * (self.z > 0)
        dx = self.weights @ d
        self.weights -= RATE * np.outer(self.x, d)
        self.bias -= RATE * d
        return dx


class SimpleCNN:
    def __init__(self, input_shape, n_classes):
        c, h, w = input_shape
        flat = 64 * (h // 4) * (w // 4)
        self.layers = [Conv2D(32, 3, padding=1), MaxPool2D(), Conv2D(64, 3, padding=1), MaxPool2D()]
        self.dense = [Dense(flat, 128, True), Dense(128, n_classes, False)]

    def forward(self, X):
        self.masks = []
        for conv, pool in (self.layers[:2], self.layers[2:]):
            X = conv.forward(X)
            self.masks.append(X > 0)
            X = pool.forward(X * (X > 0))
        self.last = X.shape
        x = X.ravel()
        for layer in self.dense:
            x = layer.forward(x)
        e = np.exp(x - x.max())
        return e / e.sum()

    def train(self, X_train, y_train, X_val, y_val):
        for _ in range(4):
            for n in np.random.permutation(len(X_train)):
                image = ImageAugmentation.random_brightness(X_train[n], 0.1)
                d = self.forward(image)
                d[y_train[n]] -= 1
                for layer in self.dense[::-1]:
                    d = layer.backward(d)
                d = d.reshape(self.last)
                d = self.layers[2].backward(self.layers[3].backward(d) * self.masks[1])
                self.layers[0].backward(self.layers[1].backward(d) * self.masks[0])


class ImageAugmentation:
    @staticmethod
    def random_rotation(image, max_angle=30):
        angle = np.random.uniform(-max_angle, max_angle)
        return ndimage.rotate(image, angle, axes=(1, 2), reshape=True, order=1)

    @staticmethod
    def random_flip(image, horizontal=True, vertical=False):
        image = image.copy()
        if horizontal and np.random.rand() < 0.3:
            image = image[:, :, ::-1]
        if vertical and np.random.rand() < 0.3:
            image = image[:, ::-1, :]
        return image

    @staticmethod
    def random_crop(image, crop_size):
        ch, cw = crop_size
        c, h, w = image.shape
        i = np.random.randint(h - ch + 1)
        j = np.random.randint(w - cw + 1)
        return image[:, i : i + ch, j : j + cw].copy()

    @staticmethod
    def random_brightness(image, max_delta=0.2):
        change = np.random.choice([-1, 1]) * np.random.rand() * max_delta
        return image + change
