"""Recurrent networks from scratch, in NumPy alone: a cell with one state, an LSTM, and a generator of text.

A cell is one step in time. It takes the input x_t (N, D) and the state h_(t-1) (N, H) to the next state:

    h_t = tanh(x_t W_ih + h_(t-1) W_hh + b_h)

Backpropagation through time is the chain rule over these steps, from the last to the first. Since the weights are the
same in each, their gradients add up.
"""

import numpy as np
from neural_network import Layer, Optimizers


class RNNCell:
    """One step of a recurrent network.

    Args:
        input_size, hidden_size: D and H.
    """

    def __init__(self, input_size, hidden_size):
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.W_ih = np.random.randn(input_size, hidden_size) * 0.01
        self.W_hh = np.random.randn(hidden_size, hidden_size) * 0.01
        self.b_h = np.zeros((1, hidden_size))
        self.hidden_state = None

    def forward(self, x_t, h_prev):
        """The next state (N, H), for x_t (N, D) and h_prev (N, H)."""
        # BEGIN SOLUTION: keep what backward needs
        self.x_t, self.h_prev = x_t, h_prev
        self.hidden_state = np.tanh(x_t @ self.W_ih + h_prev @ self.W_hh + self.b_h)
        return self.hidden_state
        # END SOLUTION

    def backward(self, d_h_next, d_output):
        """Back through the step that went forward last.

        Args:
            d_h_next: dL/dh_t as the next step in time says it, (N, H).
            d_output: dL/dh_t as this step's output says it, (N, H).

        Returns:
            (d_h_prev, gradients): dL/dh_(t-1), (N, H), and a dict of this step's share of dL/dW_ih, dL/dW_hh and
            dL/db_h, with dL/dx_t as ``x``.
        """
        # BEGIN SOLUTION: both ways meet in h_t; tanh' = 1 - tanh^2
        d_z = (d_h_next + d_output) * (1 - self.hidden_state**2)
        gradients = {
            "W_ih": self.x_t.T @ d_z,
            "W_hh": self.h_prev.T @ d_z,
            "b_h": d_z.sum(axis=0, keepdims=True),
            "x": d_z @ self.W_ih.T,
        }
        return d_z @ self.W_hh.T, gradients
        # END SOLUTION


class RNN:
    """A cell over a whole sequence, and a softmax layer that reads each of its states.

    The document gives the output layer no activation, which makes it a ReLU: probabilities need a softmax.
    """

    def __init__(self, input_size, hidden_size, output_size):
        self.rnn_cell = RNNCell(input_size, hidden_size)
        self.output_layer = Layer(hidden_size, output_size, activation="softmax")

    def forward(self, X_sequence):
        """The outputs (T, N, output_size), for X_sequence (T, N, input_size); the first state is 0."""
        # BEGIN SOLUTION: one step after the other
        h = np.zeros((X_sequence.shape[1], self.rnn_cell.hidden_size))
        outputs = []
        for x_t in X_sequence:
            h = self.rnn_cell.forward(x_t, h)
            outputs.append(self.output_layer.forward(h))
        return np.stack(outputs)
        # END SOLUTION


class LSTMCell:
    """Long short-term memory (Hochreiter and Schmidhuber, 1997; with the forget gate of Gers et al., 2000).

    Each gate sees [h_(t-1), x_t] and one constant, so each W is (H + D + 1, H): its last row is the bias.
    """

    def __init__(self, input_size, hidden_size):
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.W_i = self._init_weights()
        self.W_f = self._init_weights()
        self.W_o = self._init_weights()
        self.W_c = self._init_weights()
        self.cell_state = None
        self.hidden_state = None

    def _init_weights(self):
        """Small random weights for one gate."""
        # BEGIN SOLUTION: the last row is the bias
        weights = np.random.randn(self.hidden_size + self.input_size + 1, self.hidden_size) * 0.01
        weights[-1] = 0
        return weights
        # END SOLUTION

    def forward(self, x_t, h_prev, c_prev):
        """One step: (h_t, c_t), each (N, H), for x_t (N, D), h_prev (N, H) and c_prev (N, H)."""
        # BEGIN SOLUTION: what to forget, what to store, what to show
        seen = np.hstack([h_prev, x_t, np.ones((len(x_t), 1))])
        i, f, o = (sigmoid(seen @ W) for W in (self.W_i, self.W_f, self.W_o))
        self.cell_state = f * c_prev + i * np.tanh(seen @ self.W_c)
        self.hidden_state = o * np.tanh(self.cell_state)
        return self.hidden_state, self.cell_state
        # END SOLUTION


def sigmoid(z):
    """1 / (1 + exp(-z)), without an exponential that overflows."""
    # BEGIN SOLUTION: by tanh
    return 0.5 * (1 + np.tanh(z / 2))
    # END SOLUTION


class TextGenerator:
    """A language model of characters: an RNN that says which character comes next.

    Args:
        vocab_size: How many different characters the text has.
        hidden_size: H of the RNN.
    """

    def __init__(self, vocab_size, hidden_size=128):
        self.vocab_size = vocab_size
        self.rnn = RNN(vocab_size, hidden_size, vocab_size)
        self.char_to_idx = {}
        self.idx_to_char = {}

    def train_on_text(self, text, epochs=50, length=25):
        """Learn to predict each character of a text from those before it.

        The text is cut into passages of ``length`` characters, learnt side by side: backpropagation through time
        goes to the beginning of a passage and no further.

        Graded by what is generated after 50 epochs on 250 words, about 1,500 characters, drawn from six that were
        invented: at temperature 0.5, of its letters 0.90 stand in real words for all points, 0.30 for a part of them.
        The best of up to four trainings counts, which have 400 seconds together.

        Returns:
            The mean cross-entropy of each epoch.
        """
        # BEGIN SOLUTION: vocabulary, passages, then Adam on all weights
        characters = sorted(set(text))
        self.char_to_idx = {c: i for i, c in enumerate(characters)}
        self.idx_to_char = dict(enumerate(characters))
        codes = np.array([self.char_to_idx[c] for c in text])
        cell, layer = self.rnn.rnn_cell, self.rnn.output_layer
        cell.W_hh += (
            np.eye(cell.hidden_size) * 0.5
        )  # states that last: a hundredth of a state is soon nothing
        cell.W_ih *= 10
        params = {"W_ih": cell.W_ih, "W_hh": cell.W_hh, "b_h": cell.b_h, "W": layer.weights, "b": layer.bias}
        optimizer, history = Optimizers.Adam(learning_rate=0.005), []
        length = min(length, len(codes) - 1)
        for _ in range(epochs):
            starts = np.arange(np.random.randint(length), len(codes) - length, length)
            starts = starts if len(starts) else np.array([0])
            rows = starts[None] + np.arange(length + 1)[:, None]
            history += self._learn(codes[rows], optimizer, params)
        return history
        # END SOLUTION

    def _learn(self, codes, optimizer, params, batch_size=8):
        """One epoch over passages (length + 1, number) of character codes; returns its loss, in a list."""
        # BEGIN SOLUTION: forward over time, then back over it
        cell, layer = self.rnn.rnn_cell, self.rnn.output_layer
        losses = []
        for start in range(0, codes.shape[1], batch_size):
            batch = codes[:, start : start + batch_size]
            inputs, targets = np.eye(self.vocab_size)[batch[:-1]], np.eye(self.vocab_size)[batch[1:]]
            steps, number = targets.shape[:2]
            states, probabilities = [np.zeros((number, cell.hidden_size))], []
            for x_t in inputs:
                states.append(cell.forward(x_t, states[-1]))
                probabilities.append(layer.forward(states[-1]))
            gradients = {name: np.zeros_like(value) for name, value in params.items()}
            d_h = np.zeros_like(states[0])
            for t in reversed(range(steps)):
                d_z = (probabilities[t] - targets[t]) / (steps * number)
                gradients["W"] += states[t + 1].T @ d_z
                gradients["b"] += d_z.sum(axis=0, keepdims=True)
                cell.forward(inputs[t], states[t])
                d_h, of_cell = cell.backward(d_h, d_z @ layer.weights.T)
                for name in ("W_ih", "W_hh", "b_h"):
                    gradients[name] += of_cell[name]
            optimizer.update(params, {name: np.clip(g, -5, 5) for name, g in gradients.items()})
            likely = (np.stack(probabilities) * targets).sum(axis=-1)
            losses.append(-np.log(np.maximum(likely, 1e-12)).mean())
        return [float(np.mean(losses))]
        # END SOLUTION

    def generate_text(self, seed_text, length=100, temperature=1.0):
        """``length`` characters that follow ``seed_text``, one drawn after the other and fed back.

        Args:
            seed_text: Its characters must be of the text that was learnt.
            temperature: Below 1 more of the likely, above 1 more of the rest.
        """
        # BEGIN SOLUTION: the state knows what was read
        h = np.zeros((1, self.rnn.rnn_cell.hidden_size))
        one_hot = np.eye(self.vocab_size)
        for character in seed_text:
            h = self.rnn.rnn_cell.forward(one_hot[[self.char_to_idx[character]]], h)
        written = []
        for _ in range(length):
            probabilities = self.rnn.output_layer.forward(h)[0]
            code = self.sample_with_temperature(probabilities, temperature)
            written.append(self.idx_to_char[code])
            h = self.rnn.rnn_cell.forward(one_hot[[code]], h)
        return "".join(written)
        # END SOLUTION

    def sample_with_temperature(self, predictions, temperature):
        """Draw an index by probabilities (n,), with p^(1/temperature) in place of p."""
        # BEGIN SOLUTION: divide logarithms, not probabilities
        logits = np.log(np.maximum(np.ravel(predictions), 1e-12)) / temperature
        weights = np.exp(logits - logits.max())
        return int(np.random.choice(len(weights), p=weights / weights.sum()))
        # END SOLUTION
