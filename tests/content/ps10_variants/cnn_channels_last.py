"""As TensorFlow has it: (N, H, W, C), filters (k, k, C, F), float32, gradients in a dict, images through Pillow."""

import numpy as np
from PIL import Image


class Conv2D:
    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        self.n_filters, self.filter_size, self.stride, self.padding = n_filters, filter_size, stride, padding
        self.filters = None
        self.bias = None
        self.grads = {}

    def forward(self, X):
        n, h, w, c = X.shape
        k, s, p = self.filter_size, self.stride, self.padding
        if self.filters is None:
            self.filters = (np.random.randn(k, k, c, self.n_filters) * np.sqrt(2 / (k * k * c))).astype(
                np.float32
            )
            self.bias = np.zeros((1, 1, 1, self.n_filters), dtype=np.float32)
        self.in_shape = X.shape
        self.Xp = np.pad(X.astype(np.float32), ((0, 0), (p, p), (p, p), (0, 0)))
        oh, ow = (h + 2 * p - k) // s + 1, (w + 2 * p - k) // s + 1
        cols = np.empty((n, oh, ow, k, k, c), dtype=np.float32)
        for i in range(k):
            for j in range(k):
                cols[:, :, :, i, j] = self.Xp[:, i : i + s * oh : s, j : j + s * ow : s]
        self.cols = cols.reshape(n * oh * ow, -1)
        return (self.cols @ self.filters.reshape(-1, self.n_filters)).reshape(n, oh, ow, -1) + self.bias

    def backward(self, d_output):
        n, oh, ow, f = d_output.shape
        k, s, p = self.filter_size, self.stride, self.padding
        d = d_output.reshape(-1, f).astype(np.float32)
        self.grads["filters"] = (self.cols.T @ d).reshape(self.filters.shape)
        self.grads["bias"] = d.sum(axis=0).reshape(self.bias.shape)
        dcols = (d @ self.filters.reshape(-1, f).T).reshape(n, oh, ow, k, k, -1)
        dXp = np.zeros_like(self.Xp)
        for i in range(k):
            for j in range(k):
                dXp[:, i : i + s * oh : s, j : j + s * ow : s] += dcols[:, :, :, i, j]
        _, h, w, _ = self.in_shape
        return dXp[:, p : p + h, p : p + w]


class MaxPool2D:
    def __init__(self, pool_size=2, stride=2):
        self.pool_size, self.stride = pool_size, stride
        self.max_indices = None

    def forward(self, X):
        n, h, w, c = X.shape
        k, s = self.pool_size, self.stride
        self.shape = X.shape
        oh, ow = (h - k) // s + 1, (w - k) // s + 1
        parts = np.stack([X[:, i : i + s * oh : s, j : j + s * ow : s] for i in range(k) for j in range(k)])
        self.max_indices = parts.argmax(axis=0)
        return parts.max(axis=0)

    def backward(self, d_output):
        k, s = self.pool_size, self.stride
        dX = np.zeros(self.shape, dtype=np.float32)
        _, oh, ow, _ = d_output.shape
        for i in range(k):
            for j in range(k):
                dX[:, i : i + s * oh : s, j : j + s * ow : s] += d_output * (self.max_indices == i * k + j)
        return dX


class SimpleCNN:
    def __init__(self, input_shape, n_classes):
        h, w, c = input_shape
        self.conv1, self.pool1 = Conv2D(32, 3), MaxPool2D()
        self.conv2, self.pool2 = Conv2D(64, 3), MaxPool2D()
        flat = (((h - 2) // 2 - 2) // 2) * (((w - 2) // 2 - 2) // 2) * 64
        self.W1 = (np.random.randn(flat, 128) * np.sqrt(2 / flat)).astype(np.float32)
        self.b1 = np.zeros((1, 128), dtype=np.float32)
        self.W2 = (np.random.randn(128, n_classes) * np.sqrt(2 / 128)).astype(np.float32)
        self.b2 = np.zeros((1, n_classes), dtype=np.float32)
        self.layers = [self.conv1, self.pool1, self.conv2, self.pool2]

    def forward(self, X):
        self.a1 = np.maximum(self.conv1.forward(X), 0)
        self.a2 = np.maximum(self.conv2.forward(self.pool1.forward(self.a1)), 0)
        self.p2 = self.pool2.forward(self.a2)
        self.flat = self.p2.reshape(len(X), -1)
        self.h = np.maximum(self.flat @ self.W1 + self.b1, 0)
        z = self.h @ self.W2 + self.b2
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def train(self, X_train, y_train, X_val, y_val):
        # y_train: one-hot
        m, v, t = {}, {}, 0
        for _ in range(8):
            for idx in np.array_split(np.random.permutation(len(X_train)), max(1, len(X_train) // 25)):
                X = np.array([ImageAugmentation.random_rotation(x, 8) for x in X_train[idx]])
                p = self.forward(X)
                dz = (p - y_train[idx]) / y_train[idx].sum()
                g = {"W2": self.h.T @ dz, "b2": dz.sum(axis=0, keepdims=True)}
                dh = dz @ self.W2.T * (self.h > 0)
                g["W1"], g["b1"] = self.flat.T @ dh, dh.sum(axis=0, keepdims=True)
                d = self.pool2.backward((dh @ self.W1.T).reshape(self.p2.shape)) * (self.a2 > 0)
                d = self.pool1.backward(self.conv2.backward(d)) * (self.a1 > 0)
                self.conv1.backward(d)
                t += 1
                for owner, name, grad in [(self, n, g[n]) for n in g] + [
                    (c, n, c.grads[n]) for c in (self.conv1, self.conv2) for n in ("filters", "bias")
                ]:
                    key = (id(owner), name)
                    m[key] = 0.9 * m.get(key, 0) + 0.1 * grad
                    v[key] = 0.999 * v.get(key, 0) + 0.001 * grad**2
                    step = 0.001 * (m[key] / (1 - 0.9**t)) / (np.sqrt(v[key] / (1 - 0.999**t)) + 1e-8)
                    setattr(owner, name, (getattr(owner, name) - step).astype(np.float32))


class ImageAugmentation:
    @staticmethod
    def _through_pillow(image, change):
        channels = [
            np.asarray(change(Image.fromarray(image[..., c].astype(np.float32))))
            for c in range(image.shape[-1])
        ]
        return np.stack(channels, axis=-1)

    @staticmethod
    def random_rotation(image, max_angle=30):
        angle = np.random.uniform(-max_angle, max_angle)
        return ImageAugmentation._through_pillow(image, lambda i: i.rotate(angle, resample=Image.BILINEAR))

    @staticmethod
    def random_flip(image, horizontal=True, vertical=False):
        h, w, c = image.shape
        out = image.copy()
        if horizontal and np.random.random() < 0.5:
            out = out[:, ::-1, :]
        if vertical and np.random.random() < 0.5:
            out = out[::-1, :, :]
        return out

    @staticmethod
    def random_crop(image, crop_size):
        h, w, c = image.shape
        top, left = np.random.randint(0, h - crop_size + 1), np.random.randint(0, w - crop_size + 1)
        cut = image[top : top + crop_size, left : left + crop_size]
        return ImageAugmentation._through_pillow(cut, lambda i: i.resize((w, h), Image.BILINEAR))

    @staticmethod
    def random_brightness(image, max_delta=0.2):
        delta = np.random.uniform(0, max_delta)
        return np.clip(image + delta, 0.0, 1.0)
