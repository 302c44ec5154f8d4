"""Exercise 2 with Keras layers."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Conv2D:
    """A convolution; the layer is made when the first batch shows how many channels there are."""

    def __init__(self, n_filters, filter_size, stride=1, padding=0):
        self.layer = layers.Conv2D(n_filters, filter_size, strides=stride)
        self.padding = padding
        self.filters = None
        self.bias = None

    def forward(self, X):
        """(N, H, W, C) → (N, H', W', F)."""
        p = self.padding
        self.X = tf.Variable(tf.pad(tf.convert_to_tensor(X, tf.float32), [[0, 0], [p, p], [p, p], [0, 0]]))
        with tf.GradientTape(persistent=True) as self.tape:
            self.out = self.layer(self.X)
        self.filters, self.bias = self.layer.get_weights()
        return self.out.numpy()

    def backward(self, d_output):
        """The gradient by the input; those of the weights are kept."""
        d_output = tf.convert_to_tensor(d_output, tf.float32)
        loss_of = self.layer.trainable_weights
        self.d_filters, self.d_bias = self.tape.gradient(self.out, loss_of, output_gradients=d_output)
        return self.tape.gradient(self.out, self.X, output_gradients=d_output).numpy()


class MaxPool2D:
    """The largest of each window."""

    def __init__(self, pool_size=2, stride=2):
        self.layer = layers.MaxPooling2D(pool_size, stride)

    def forward(self, X):
        """(N, H, W, C) → (N, H', W', C)."""
        self.X = tf.Variable(tf.convert_to_tensor(X, tf.float32))
        with tf.GradientTape() as self.tape:
            self.out = self.layer(self.X)
        return self.out.numpy()

    def backward(self, d_output):
        """The gradient by the input."""
        return self.tape.gradient(self.out, self.X, output_gradients=tf.cast(d_output, tf.float32)).numpy()


class SimpleCNN:
    """conv 32, pool, conv 64, pool, dense 128, dense n_classes."""

    def __init__(self, input_shape, n_classes):
        self.model = keras.Sequential(
            [
                keras.Input(shape=input_shape),
                layers.Conv2D(32, 3, activation="relu", padding="same"),
                layers.MaxPooling2D(),
                layers.Conv2D(64, 3, activation="relu", padding="same"),
                layers.MaxPooling2D(),
                layers.Flatten(),
                layers.Dense(128, activation="relu"),
                layers.Dense(n_classes, activation="softmax"),
            ]
        )
        self.model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        self.layers = self.model.layers

    def forward(self, X):
        """Class probabilities."""
        return self.model(np.asarray(X, np.float32)).numpy()

    def train(self, X_train, y_train, X_val, y_val):
        """Ten epochs, augmented."""
        augment = keras.Sequential([layers.RandomRotation(0.05)])
        data = tf.data.Dataset.from_tensor_slices((X_train, y_train)).shuffle(1000).batch(32)
        data = data.map(lambda x, y: (augment(x, training=True), y))
        return self.model.fit(data, validation_data=(X_val, y_val), epochs=10, verbose=0)


class ImageAugmentation:
    """Random changes of one image."""

    @staticmethod
    def random_rotation(image, max_angle=30):
        """Turn it."""
        return layers.RandomRotation(max_angle / 360)(image[None], training=True)[0].numpy()

    @staticmethod
    def random_flip(image, horizontal=True, vertical=False):
        """Mirror it."""
        image = tf.image.random_flip_left_right(image) if horizontal else image
        return np.asarray(tf.image.random_flip_up_down(image) if vertical else image)

    @staticmethod
    def random_crop(image, crop_size):
        """Cut a window, and resize it."""
        cut = tf.image.random_crop(image, (crop_size, crop_size, image.shape[-1]))
        return tf.image.resize(cut, image.shape[:2]).numpy()

    @staticmethod
    def random_brightness(image, max_delta=0.2):
        """Brighter or darker."""
        return tf.image.random_brightness(image, max_delta).numpy()
