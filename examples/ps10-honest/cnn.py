"""Exercise 2: a convolutional network. Images are (N, H, W, C), as in TensorFlow."""

import numpy as np
from scipy import ndimage


class Conv2D:
    """Convolution, written with loops. filters: (size, size, channels, n_filters)."""

    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        self.n_filters = n_filters
        self.filter_size = filter_size
        self.stride = stride
        self.padding = padding
        self.filters = None
        self.bias = None

    def forward(self, X):
        """Convolve a batch of images."""
        n, h, w, c = X.shape
        k, s, p = self.filter_size, self.stride, self.padding
        if self.filters is None:
            self.filters = np.random.randn(k, k, c, self.n_filters) * np.sqrt(2.0 / (k * k * c))
            self.bias = np.zeros(self.n_filters)
        self.X_padded = np.pad(X, ((0, 0), (p, p), (p, p), (0, 0)))
        out_h = (h + 2 * p - k) // s + 1
        out_w = (w + 2 * p - k) // s + 1
        out = np.zeros((n, out_h, out_w, self.n_filters))
        for i in range(out_h):
            for j in range(out_w):
                region = self.X_padded[:, i * s : i * s + k, j * s : j * s + k, :]
                for f in range(self.n_filters):
                    out[:, i, j, f] = np.sum(region * self.filters[:, :, :, f], axis=(1, 2, 3)) + self.bias[f]
        return out

    def backward(self, d_output):
        """Gradients of filters and bias are kept in dW and db; the gradient of the input is returned."""
        k, s, p = self.filter_size, self.stride, self.padding
        n, out_h, out_w, _ = d_output.shape
        self.dW = np.zeros_like(self.filters)
        self.db = np.sum(d_output, axis=(0, 1, 2))
        dX = np.zeros_like(self.X_padded)
        for i in range(out_h):
            for j in range(out_w):
                region = self.X_padded[:, i * s : i * s + k, j * s : j * s + k, :]
                for f in range(self.n_filters):
                    d = d_output[:, i, j, f].reshape(n, 1, 1, 1)
                    self.dW[:, :, :, f] += np.sum(region * d, axis=0)
                    dX[:, i * s : i * s + k, j * s : j * s + k, :] += d * self.filters[:, :, :, f]
        if p == 0:
            return dX
        return dX[:, p:-p, p:-p, :]


class MaxPool2D:
    """Max pooling."""

    def __init__(self, pool_size=2, stride=2):
        self.pool_size = pool_size
        self.stride = stride
        self.max_indices = None

    def forward(self, X):
        """The maximum of each window."""
        self.X = X
        n, h, w, c = X.shape
        k, s = self.pool_size, self.stride
        out_h, out_w = (h - k) // s + 1, (w - k) // s + 1
        out = np.zeros((n, out_h, out_w, c))
        self.max_indices = np.zeros((n, out_h, out_w, c), dtype=int)
        for i in range(out_h):
            for j in range(out_w):
                window = X[:, i * s : i * s + k, j * s : j * s + k, :].reshape(n, k * k, c)
                self.max_indices[:, i, j, :] = np.argmax(window, axis=1)
                out[:, i, j, :] = np.max(window, axis=1)
        return out

    def backward(self, d_output):
        """Send each gradient to the place of its maximum."""
        n, out_h, out_w, c = d_output.shape
        k, s = self.pool_size, self.stride
        dX = np.zeros_like(self.X)
        images, channels = np.meshgrid(np.arange(n), np.arange(c), indexing="ij")
        for i in range(out_h):
            for j in range(out_w):
                where = self.max_indices[:, i, j, :]
                dX[images, i * s + where // k, j * s + where % k, channels] += d_output[:, i, j, :]
        return dX


class Dense:
    """Fully connected layer."""

    def __init__(self, n_in, n_out):
        self.weights = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.bias = np.zeros(n_out)

    def forward(self, X):
        """X times weights plus bias."""
        self.X = X
        return X @ self.weights + self.bias

    def backward(self, d_output):
        """Keep the gradients in dW and db."""
        self.dW = self.X.T @ d_output
        self.db = d_output.sum(axis=0)
        return d_output @ self.weights.T


class SimpleCNN:
    """Conv(32), ReLU, pool, conv(64), ReLU, pool, flatten, dense(128), ReLU, dense(n_classes)."""

    def __init__(self, input_shape, n_classes):
        h, w, c = input_shape
        self.n_classes = n_classes
        self.conv1, self.pool1 = Conv2D(32, 3), MaxPool2D()
        self.conv2, self.pool2 = Conv2D(64, 3), MaxPool2D()
        h, w = (h - 2) // 2, (w - 2) // 2
        h, w = (h - 2) // 2, (w - 2) // 2
        self.dense1, self.dense2 = Dense(h * w * 64, 128), Dense(128, n_classes)
        self.layers = [self.conv1, self.pool1, self.conv2, self.pool2, self.dense1, self.dense2]

    def forward(self, X):
        """Class probabilities."""
        self.a1 = np.maximum(0, self.conv1.forward(X))
        self.a2 = np.maximum(0, self.conv2.forward(self.pool1.forward(self.a1)))
        self.pooled = self.pool2.forward(self.a2)
        self.hidden = np.maximum(0, self.dense1.forward(self.pooled.reshape(len(X), -1)))
        scores = self.dense2.forward(self.hidden)
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, d_scores):
        """Back through all layers."""
        d = self.dense2.backward(d_scores) * (self.hidden > 0)
        d = self.dense1.backward(d).reshape(self.pooled.shape)
        d = self.pool2.backward(d) * (self.a2 > 0)
        d = self.pool1.backward(self.conv2.backward(d)) * (self.a1 > 0)
        self.conv1.backward(d)

    def train(self, X_train, y_train, X_val, y_val, epochs=6, batch_size=20, lr=0.05, momentum=0.9):
        """SGD with momentum on images that are rotated and brightened at random."""
        trainable = [layer for layer in self.layers if not isinstance(layer, MaxPool2D)]
        velocity = {}
        for epoch in range(epochs):
            order = np.random.permutation(len(X_train))
            for start in range(0, len(order), batch_size):
                idx = order[start : start + batch_size]
                X = np.stack([self.augment(image) for image in X_train[idx]])
                probs = self.forward(X)
                d = probs.copy()
                d[np.arange(len(idx)), y_train[idx]] -= 1
                self.backward(d / len(idx))
                for i, layer in enumerate(trainable):
                    name = "filters" if isinstance(layer, Conv2D) else "weights"
                    for param, grad in ((name, layer.dW), ("bias", layer.db)):
                        v = momentum * velocity.get((i, param), 0) - lr * grad
                        velocity[(i, param)] = v
                        setattr(layer, param, getattr(layer, param) + v)
            accuracy = np.mean(np.argmax(self.forward(X_val), axis=1) == y_val)
            print(f"epoch {epoch + 1}: validation accuracy {accuracy:.3f}")

    def augment(self, image):
        """Digits must not be flipped."""
        return ImageAugmentation.random_brightness(ImageAugmentation.random_rotation(image, 8), 0.1)


class ImageAugmentation:
    """Random changes to an image (H, W, C)."""

    @staticmethod
    def random_rotation(image, max_angle=30):
        """Rotate by up to max_angle degrees."""
        angle = np.random.uniform(-max_angle, max_angle)
        return ndimage.rotate(image, angle, reshape=False, order=1, mode="constant")

    @staticmethod
    def random_flip(image, horizontal=True, vertical=False):
        """Flip left-right and up-down, each with probability one half."""
        out = image.copy()
        if horizontal and np.random.rand() > 0.5:
            out = np.fliplr(out)
        if vertical and np.random.rand() > 0.5:
            out = np.flipud(out)
        return out

    @staticmethod
    def random_crop(image, crop_size):
        """Cut out a square and resize it to the image's size."""
        h, w = image.shape[0], image.shape[1]
        y = np.random.randint(0, h - crop_size + 1)
        x = np.random.randint(0, w - crop_size + 1)
        crop = image[y : y + crop_size, x : x + crop_size]
        return ndimage.zoom(crop, (h / crop_size, w / crop_size, 1), order=1)

    @staticmethod
    def random_brightness(image, max_delta=0.2):
        """Make the image brighter or darker."""
        delta = np.random.uniform(-max_delta, max_delta)
        return np.clip(image + delta, 0.0, 1.0)
