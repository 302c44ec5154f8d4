"""Exercise 3: recurrent networks."""

import numpy as np
from neural_network import Layer, Optimizers


class RNNCell:
    """One step of a vanilla RNN, for rows (N, input_size)."""

    def __init__(self, input_size, hidden_size):
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.W_ih = np.random.randn(input_size, hidden_size) * 0.01
        self.W_hh = np.random.randn(hidden_size, hidden_size) * 0.01
        self.b_h = np.zeros((1, hidden_size))
        self.hidden_state = None

    def forward(self, x_t, h_prev):
        """The next hidden state."""
        self.x_t = x_t
        self.h_prev = h_prev
        self.hidden_state = np.tanh(x_t @ self.W_ih + h_prev @ self.W_hh + self.b_h)
        return self.hidden_state

    def backward(self, d_h_next, d_output):
        """Gradients of the step that went forward last: for h_prev, x_t, W_ih, W_hh, b_h."""
        d_a = (d_h_next + d_output) * (1 - self.hidden_state**2)
        dW_ih = self.x_t.T @ d_a
        dW_hh = self.h_prev.T @ d_a
        db_h = d_a.sum(axis=0, keepdims=True)
        return d_a @ self.W_hh.T, d_a @ self.W_ih.T, dW_ih, dW_hh, db_h


class RNN:
    """A cell over a sequence (T, N, input_size), with a softmax layer on every state."""

    def __init__(self, input_size, hidden_size, output_size):
        self.rnn_cell = RNNCell(input_size, hidden_size)
        self.output_layer = Layer(hidden_size, output_size, "softmax")

    def forward(self, X_sequence):
        """All outputs and the last state."""
        h = np.zeros((X_sequence.shape[1], self.rnn_cell.hidden_size))
        outputs = []
        for t in range(X_sequence.shape[0]):
            h = self.rnn_cell.forward(X_sequence[t], h)
            outputs.append(self.output_layer.forward(h))
        return np.array(outputs), h


class LSTMCell:
    """LSTM cell; each gate has weights for [x, h] and a bias."""

    def __init__(self, input_size, hidden_size):
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.W_i = self._init_weights()
        self.W_f = self._init_weights()
        self.W_o = self._init_weights()
        self.W_c = self._init_weights()
        self.b_i = np.zeros((1, hidden_size))
        self.b_f = np.ones((1, hidden_size))
        self.b_o = np.zeros((1, hidden_size))
        self.b_c = np.zeros((1, hidden_size))
        self.cell_state = None
        self.hidden_state = None

    def _init_weights(self):
        """Small random weights."""
        return np.random.randn(self.input_size + self.hidden_size, self.hidden_size) * 0.1

    @staticmethod
    def _sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward(self, x_t, h_prev, c_prev):
        """The next hidden state and cell state."""
        z = np.concatenate([x_t, h_prev], axis=1)
        f = self._sigmoid(z @ self.W_f + self.b_f)
        i = self._sigmoid(z @ self.W_i + self.b_i)
        o = self._sigmoid(z @ self.W_o + self.b_o)
        self.cell_state = f * c_prev + i * np.tanh(z @ self.W_c + self.b_c)
        self.hidden_state = o * np.tanh(self.cell_state)
        return self.hidden_state, self.cell_state


class TextGenerator:
    """Character-level language model."""

    def __init__(self, vocab_size, hidden_size=128):
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.rnn = RNN(vocab_size, hidden_size, vocab_size)
        self.char_to_idx = {}
        self.idx_to_char = {}

    def train_on_text(self, text, epochs=50, seq_length=20, batch=8):
        """Truncated backpropagation through time over batches of sequences."""
        chars = sorted(set(text))
        for i, ch in enumerate(chars):
            self.char_to_idx[ch] = i
            self.idx_to_char[i] = ch
        data = np.array([self.char_to_idx[ch] for ch in text])
        cell, out = self.rnn.rnn_cell, self.rnn.output_layer
        scale = np.sqrt(1.0 / self.hidden_size)
        cell.W_ih = np.random.randn(*cell.W_ih.shape) * 0.2
        cell.W_hh = np.random.randn(*cell.W_hh.shape) * scale * 0.8
        optimizer = Optimizers.Adam(learning_rate=0.005)
        eye = np.eye(self.vocab_size)
        losses = []
        for _ in range(epochs):
            starts = np.arange(np.random.randint(seq_length), len(data) - seq_length - 1, seq_length)
            np.random.shuffle(starts)
            for s in range(0, len(starts), batch):
                now = starts[s : s + batch]
                x = np.stack([data[a : a + seq_length] for a in now], axis=1)
                y = np.stack([data[a + 1 : a + seq_length + 1] for a in now], axis=1)
                losses.append(self._step(eye[x], eye[y], cell, out, optimizer))
        return losses

    def _step(self, x, y, cell, out, optimizer):
        steps, n = x.shape[0], x.shape[1]
        h = {-1: np.zeros((n, self.hidden_size))}
        p = {}
        loss = 0
        for t in range(steps):
            h[t] = cell.forward(x[t], h[t - 1])
            p[t] = out.forward(h[t])
            loss -= np.sum(y[t] * np.log(p[t] + 1e-9)) / (steps * n)
        grads = {"W_ih": 0, "W_hh": 0, "b_h": 0, "W": 0, "b": 0}
        d_h = np.zeros_like(h[0])
        for t in reversed(range(steps)):
            d_scores = (p[t] - y[t]) / (steps * n)
            grads["W"] = grads["W"] + h[t].T @ d_scores
            grads["b"] = grads["b"] + d_scores.sum(axis=0, keepdims=True)
            cell.forward(x[t], h[t - 1])
            d_h, _, dW_ih, dW_hh, db_h = cell.backward(d_h, d_scores @ out.weights.T)
            grads["W_ih"] = grads["W_ih"] + dW_ih
            grads["W_hh"] = grads["W_hh"] + dW_hh
            grads["b_h"] = grads["b_h"] + db_h
        for key in grads:
            grads[key] = np.clip(grads[key], -5, 5)
        params = {"W_ih": cell.W_ih, "W_hh": cell.W_hh, "b_h": cell.b_h, "W": out.weights, "b": out.bias}
        new = optimizer.update(params, grads)
        cell.W_ih, cell.W_hh, cell.b_h = new["W_ih"], new["W_hh"], new["b_h"]
        out.weights, out.bias = new["W"], new["b"]
        return loss

    def generate_text(self, seed_text, length=100, temperature=1.0):
        """The seed and the characters that follow it."""
        cell = self.rnn.rnn_cell
        h = np.zeros((1, self.hidden_size))
        eye = np.eye(self.vocab_size)
        for ch in seed_text:
            h = cell.forward(eye[[self.char_to_idx[ch]]], h)
        text = seed_text
        for _ in range(length):
            predictions = self.rnn.output_layer.forward(h)
            idx = self.sample_with_temperature(predictions, temperature)
            text += self.idx_to_char[idx]
            h = cell.forward(eye[[idx]], h)
        return text

    def sample_with_temperature(self, predictions, temperature):
        """Sample an index; a low temperature prefers what is likely."""
        p = np.asarray(predictions, dtype=float).reshape(-1)
        scaled = np.log(p + 1e-12) / temperature
        p = np.exp(scaled - np.max(scaled))
        p /= np.sum(p)
        return int(np.random.choice(len(p), p=p))
