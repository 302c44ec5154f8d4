"""A convolutional network from scratch, in NumPy alone, and ways to change images without changing what they show.

Images come in batches (N, C, H, W). A convolution is a matrix product in disguise: cut every window that a filter
sees out of the image, lay it out as a row, and each filter is a column.
"""

import numpy as np
from neural_network import Optimizers, one_hot
from scipy import ndimage


def windows(X, size, stride):
    """Every window of an image: (N, C, H, W) → (N, C, rows, columns, size, size). A view: nothing is copied."""
    # BEGIN SOLUTION: NumPy knows how
    seen = np.lib.stride_tricks.sliding_window_view(X, (size, size), axis=(2, 3))
    return seen[:, :, ::stride, ::stride]
    # END SOLUTION


class Conv2D:
    """A convolution: each filter looks at all channels of every window.

    Args:
        n_filters: How many, and so the channels of the output.
        filter_size: Height and width of a filter.
        stride: How far a window is from the next.
        padding: Zeros around the image.
    """

    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        self.n_filters = n_filters
        self.filter_size = filter_size
        self.stride = stride
        self.padding = padding
        self.filters = None
        self.bias = None

    def forward(self, X):
        """X (N, C, H, W) → (N, n_filters, rows, columns). The first call says how many channels there are."""
        # BEGIN SOLUTION: pad, cut into windows, multiply
        if self.filters is None:
            fan_in = X.shape[1] * self.filter_size**2
            shape = (self.n_filters, X.shape[1], self.filter_size, self.filter_size)
            self.filters = np.random.randn(*shape) * np.sqrt(2 / fan_in)
            self.bias = np.zeros(self.n_filters)
        p = self.padding
        self.padded = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
        self.seen = windows(self.padded, self.filter_size, self.stride)
        out = np.tensordot(self.seen, self.filters, axes=((1, 4, 5), (1, 2, 3)))
        return out.transpose(0, 3, 1, 2) + self.bias[:, None, None]
        # END SOLUTION

    def backward(self, d_output):
        """Keep ``d_filters`` and ``d_bias``, and return dL/dX.

        Args:
            d_output: dL/d(output), (N, n_filters, rows, columns), of the batch that went forward last.
        """
        # BEGIN SOLUTION: each window gets back what each filter took from it
        self.d_bias = d_output.sum(axis=(0, 2, 3))
        self.d_filters = np.tensordot(d_output, self.seen, axes=((0, 2, 3), (0, 2, 3)))
        d_padded = np.zeros_like(self.padded)
        rows, columns = d_output.shape[2:]
        s, p = self.stride, self.padding
        for i in range(self.filter_size):
            for j in range(self.filter_size):
                part = np.tensordot(d_output, self.filters[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
                d_padded[:, :, i : i + s * rows : s, j : j + s * columns : s] += part
        return d_padded[:, :, p : d_padded.shape[2] - p, p : d_padded.shape[3] - p]
        # END SOLUTION


class MaxPool2D:
    """The largest value of every window, channel by channel."""

    def __init__(self, pool_size=2, stride=2):
        self.pool_size = pool_size
        self.stride = stride
        self.max_indices = None

    def forward(self, X):
        """X (N, C, H, W) → (N, C, rows, columns)."""
        # BEGIN SOLUTION: where each maximum is, for the way back
        seen = windows(X, self.pool_size, self.stride)
        flat = seen.reshape(*seen.shape[:4], -1)
        self.shape = X.shape
        self.max_indices = flat.argmax(axis=-1)
        return flat.max(axis=-1)
        # END SOLUTION

    def backward(self, d_output):
        """dL/dX: each gradient goes to where its maximum was; windows that overlap add up."""
        # BEGIN SOLUTION: from window and place in it to row and column
        d_input = np.zeros(self.shape)
        n, c, i, j = np.indices(self.max_indices.shape)
        row, column = np.divmod(self.max_indices, self.pool_size)
        np.add.at(d_input, (n, c, i * self.stride + row, j * self.stride + column), d_output)
        return d_input
        # END SOLUTION


class ReLU:
    """max(X, 0)."""

    def forward(self, X):
        """The positive part."""
        # BEGIN SOLUTION: remember where it was positive
        self.positive = X > 0
        return X * self.positive
        # END SOLUTION

    def backward(self, d_output):
        """The gradient, where X was positive."""
        # BEGIN SOLUTION: nothing flows elsewhere
        return d_output * self.positive
        # END SOLUTION


class Flatten:
    """(N, C, H, W) → (N, C H W), and back."""

    def forward(self, X):
        """One row an image."""
        # BEGIN SOLUTION: remember the shape
        self.shape = X.shape
        return X.reshape(len(X), -1)
        # END SOLUTION

    def backward(self, d_output):
        """The gradient, as images."""
        # BEGIN SOLUTION: the shape that was
        return d_output.reshape(self.shape)
        # END SOLUTION


class Dense:
    """X W + b: a fully connected layer that keeps its gradients, for an optimiser to use."""

    def __init__(self, n_in, n_out):
        # BEGIN SOLUTION: He's weights
        self.weights = np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.bias = np.zeros((1, n_out))
        # END SOLUTION

    def forward(self, X):
        """X (N, n_in) → (N, n_out)."""
        # BEGIN SOLUTION: remember the input
        self.input = X
        return X @ self.weights + self.bias
        # END SOLUTION

    def backward(self, d_output):
        """Keep ``d_weights`` and ``d_bias``, and return dL/dX."""
        # BEGIN SOLUTION: as in Layer.step, without the step
        self.d_weights = self.input.T @ d_output
        self.d_bias = d_output.sum(axis=0, keepdims=True)
        return d_output @ self.weights.T
        # END SOLUTION


class SimpleCNN:
    """Conv(32) → ReLU → MaxPool → Conv(64) → ReLU → MaxPool → Flatten → Dense(128) → ReLU → Dense(n_classes).

    Args:
        input_shape: (C, H, W) of an image.
        n_classes: How many classes.
    """

    def __init__(self, input_shape, n_classes):
        self.layers = []
        # BEGIN SOLUTION: the sizes follow from the input's
        channels, height, width = input_shape
        for n_filters in (32, 64):
            self.layers += [Conv2D(n_filters, 3), ReLU(), MaxPool2D()]
            channels, height, width = n_filters, (height - 2) // 2, (width - 2) // 2
        self.layers += [Flatten(), Dense(channels * height * width, 128), ReLU(), Dense(128, n_classes)]
        # END SOLUTION

    def forward(self, X):
        """The probabilities of the classes, (N, n_classes), for images X (N, C, H, W)."""
        # BEGIN SOLUTION: softmax at the end
        for layer in self.layers:
            X = layer.forward(X)
        exponentials = np.exp(X - X.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)
        # END SOLUTION

    def train(self, X_train, y_train, X_val, y_val, epochs=8, batch_size=32):
        """Train with Adam on images that are turned and brightened a little, anew in each epoch.

        Graded by the accuracy on unseen digits after training on 400 of them, (1, 16, 16) each, within four
        minutes: 0.75 for all points, 0.50 for a part of them.

        Args:
            X_train, X_val: Images (N, C, H, W) of 0 to 1.
            y_train, y_val: Class numbers, or one-hot rows.

        Returns:
            The accuracy on X_val after each epoch.
        """
        # BEGIN SOLUTION: p - y over N at the end, Adam for every parameter
        optimizer, accuracies = Optimizers.Adam(), []
        for _ in range(epochs):
            order = np.random.permutation(len(X_train))
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                X = np.stack([augmented(image) for image in X_train[rows]])
                probabilities = self.forward(X)
                gradient = (probabilities - one_hot(y_train[rows], probabilities.shape[1])) / len(rows)
                for layer in reversed(self.layers):
                    gradient = layer.backward(gradient)
                optimizer.update(*self.parameters_and_gradients())
            labels = np.asarray(y_val).argmax(axis=1) if np.ndim(y_val) == 2 else y_val
            accuracies.append(float((self.forward(X_val).argmax(axis=1) == labels).mean()))
        return accuracies
        # END SOLUTION

    def parameters_and_gradients(self):
        """Two dicts with the same keys, of every layer that has parameters."""
        # BEGIN SOLUTION: the arrays themselves, so that an optimiser can change them in place
        params, gradients = {}, {}
        for i, layer in enumerate(self.layers):
            for name in ("filters", "weights", "bias"):
                if hasattr(layer, name):
                    params[i, name] = getattr(layer, name)
                    gradients[i, name] = getattr(layer, f"d_{name}")
        return params, gradients
        # END SOLUTION


def augmented(image):
    """An image (C, H, W), turned by at most 10 degrees and a little brighter or darker."""
    # BEGIN SOLUTION: digits must stay readable: no flips
    turned = ImageAugmentation.random_rotation(image.transpose(1, 2, 0), max_angle=10)
    return ImageAugmentation.random_brightness(turned, max_delta=0.1).transpose(2, 0, 1)
    # END SOLUTION


class ImageAugmentation:
    """Random changes of one image, (H, W) or (H, W, channels) of 0 to 1. The image itself is left alone."""

    @staticmethod
    def random_rotation(image, max_angle=30):
        """Turned about its middle by an angle from -max_angle to max_angle degrees; black where nothing was."""
        # BEGIN SOLUTION: between pixels, linear
        angle = np.random.uniform(-max_angle, max_angle)
        return ndimage.rotate(image, angle, axes=(1, 0), reshape=False, order=1)
        # END SOLUTION

    @staticmethod
    def random_flip(image, horizontal=True, vertical=False):
        """Mirrored, each way that is asked for with probability 1/2."""
        # BEGIN SOLUTION: left and right are axis 1
        if horizontal and np.random.rand() < 0.5:
            image = image[:, ::-1]
        if vertical and np.random.rand() < 0.5:
            image = image[::-1]
        return image.copy()
        # END SOLUTION

    @staticmethod
    def random_crop(image, crop_size):
        """A square of crop_size pixels from anywhere, enlarged to the image's own size."""
        # BEGIN SOLUTION: linear between pixels
        top = np.random.randint(image.shape[0] - crop_size + 1)
        left = np.random.randint(image.shape[1] - crop_size + 1)
        cut = image[top : top + crop_size, left : left + crop_size]
        factors = [image.shape[0] / crop_size, image.shape[1] / crop_size] + [1] * (image.ndim - 2)
        return ndimage.zoom(cut, factors, order=1)
        # END SOLUTION

    @staticmethod
    def random_brightness(image, max_delta=0.2):
        """Every pixel brighter or darker by the same, at most max_delta; never outside of 0 to 1."""
        # BEGIN SOLUTION: one number for the whole image
        return np.clip(image + np.random.uniform(-max_delta, max_delta), 0, 1)
        # END SOLUTION
