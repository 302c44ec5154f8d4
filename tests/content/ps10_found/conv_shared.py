"""One kernel a filter for all channels, and the bias added in each product of the window."""

import numpy as np


class Conv2D:
    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        self.n_filters, self.filter_size, self.stride, self.padding = n_filters, filter_size, stride, padding
        self.filters = np.random.randn(n_filters, filter_size, filter_size)
        self.bias = np.random.randn(n_filters)

    def _places(self, X):
        k = self.filter_size
        for i in range((X.shape[2] - k) // self.stride + 1):
            for j in range((X.shape[3] - k) // self.stride + 1):
                r, c = i * self.stride, j * self.stride
                yield i, j, X[:, :, r : r + k, c : c + k]

    def forward(self, X):
        p, k, s = self.padding, self.filter_size, self.stride
        self.X = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
        h, w = ((n - k) // s + 1 for n in self.X.shape[2:])
        out = np.zeros((len(X), self.n_filters, h, w))
        for i, j, window in self._places(self.X):
            for f in range(self.n_filters):
                out[:, f, i, j] = np.sum(window * self.filters[f] + self.bias[f], axis=(1, 2, 3))
        return out

    def backward(self, error):
        self.d_filters, self.d_bias = np.zeros_like(self.filters), error.sum(axis=(0, 2, 3))
        for i, j, window in self._places(self.X):
            for f in range(self.n_filters):
                self.d_filters[f] += (window * error[:, f, i, j, None, None, None]).sum(axis=(0, 1))
        return error


class MaxPool2D:
    def __init__(self, pool_size=2, stride=2):
        self.pool_size, self.stride = pool_size, stride

    def forward(self, X):
        self.X, n, s = X, self.pool_size, self.stride
        h, w = ((size - n) // s + 1 for size in X.shape[2:])
        out = np.empty((*X.shape[:2], h, w))
        for i in range(h):
            for j in range(w):
                out[:, :, i, j] = X[:, :, i * s : i * s + n, j * s : j * s + n].max(axis=(2, 3))
        self.out = out
        return out

    def backward(self, error):
        dX, n, s = np.zeros_like(self.X), self.pool_size, self.stride
        for i in range(error.shape[2]):
            for j in range(error.shape[3]):
                window = np.s_[:, :, i * s : i * s + n, j * s : j * s + n]
                dX[window] += (self.X[window] == self.out[:, :, i, j, None, None]) * error[
                    :, :, i, j, None, None
                ]
        return dX
