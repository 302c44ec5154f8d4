"""Exercise 3: cells in NumPy, the text generator with Keras."""

import numpy as np

from neural_network import Layer


class RNNCell:
    """h = tanh(x W_ih + h W_hh + b)."""

    def __init__(self, input_size, hidden_size):
        self.W_ih = np.random.randn(input_size, hidden_size) * 0.01
        self.W_hh = np.random.randn(hidden_size, hidden_size) * 0.01
        self.b_h = np.zeros((1, hidden_size))

    def forward(self, x_t, h_prev):
        """One step."""
        self.x_t, self.h_prev = x_t, h_prev
        self.h = np.tanh(x_t @ self.W_ih + h_prev @ self.W_hh + self.b_h)
        return self.h

    def backward(self, d_h_next, d_output):
        """Gradients of one step."""
        da = (d_h_next + d_output) * (1 - self.h**2)
        return da @ self.W_hh.T, self.x_t.T @ da, self.h_prev.T @ da, da.sum(axis=0, keepdims=True)


class RNN:
    """A cell over time, and an output layer."""

    def __init__(self, input_size, hidden_size, output_size):
        self.rnn_cell = RNNCell(input_size, hidden_size)
        self.output_layer = Layer(hidden_size, output_size)

    def forward(self, X_sequence):
        """(T, N, D) → (T, N, output_size)."""
        h = np.zeros((X_sequence.shape[1], self.rnn_cell.W_hh.shape[0]))
        outputs = []
        for x_t in X_sequence:
            h = self.rnn_cell.forward(x_t, h)
            outputs.append(self.output_layer.forward(h))
        return np.stack(outputs)


# From here on with Keras, as the loops above are too slow for text.
from tensorflow import keras  # noqa: E402


class LSTMCell(keras.layers.LSTMCell):
    """Keras has this one."""


class TextGenerator:
    """Embedding, LSTM, softmax."""

    def __init__(self, vocab_size, hidden_size=128):
        self.rnn = keras.Sequential(
            [
                keras.layers.Embedding(vocab_size, 32),
                keras.layers.LSTM(hidden_size, return_sequences=True),
                keras.layers.Dense(vocab_size, activation="softmax"),
            ]
        )
        self.rnn.compile("adam", "sparse_categorical_crossentropy")
        self.char_to_idx, self.idx_to_char = {}, {}

    def train_on_text(self, text, epochs=50):
        """Learn which character follows."""
        self.idx_to_char = dict(enumerate(sorted(set(text))))
        self.char_to_idx = {c: i for i, c in self.idx_to_char.items()}
        ids = np.array([self.char_to_idx[c] for c in text])
        windows = np.lib.stride_tricks.sliding_window_view(ids, 41)
        self.rnn.fit(windows[:, :-1], windows[:, 1:], epochs=epochs, verbose=0)

    def generate_text(self, seed_text, length=100, temperature=1.0):
        """The seed, and what follows it."""
        text = seed_text
        for _ in range(length):
            ids = np.array([[self.char_to_idx[c] for c in text[-40:]]])
            text += self.idx_to_char[self.sample_with_temperature(self.rnn(ids)[0, -1].numpy(), temperature)]
        return text

    def sample_with_temperature(self, predictions, temperature):
        """An index."""
        p = np.exp(np.log(predictions + 1e-9) / temperature)
        return int(np.random.choice(len(p), p=p / p.sum()))
