"""Exercise 3 as other people write it: all of it legal, and none of it like the reference.

Each is a list of edits (text, other text) of the reference's rnn.py, and code that follows at its end.
"""

from __future__ import annotations

PLAIN = (
    "self.rnn_cell = RNNCell(input_size, hidden_size)",
    "self.rnn_cell = PlainCell(input_size, hidden_size)",
)
"""Where only the cell is another one, the generator keeps its own."""

COLUMNS = """

PlainCell = RNNCell


class RNNCell(PlainCell):  # the document's formula to the letter: W_ih @ x_t + W_hh @ h_prev + b_h
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.W_ih = np.random.randn(hidden_size, input_size) * 0.01
        self.b_h = np.zeros((hidden_size, 1))
        self.dWx, self.dWh, self.db = 0, 0, 0

    def forward(self, x_t, h_prev):
        self.stack = [*getattr(self, "stack", []), (x_t, h_prev)]
        self.hidden_state = np.tanh(self.W_ih @ x_t + self.W_hh @ h_prev + self.b_h)
        return self.hidden_state

    def backward(self, d_h_next, d_output):
        x_t, h_prev = self.stack.pop()
        dz = (d_h_next + d_output) * (1 - self.hidden_state**2)
        self.dWx = self.dWx + dz @ x_t.T
        self.dWh = self.dWh + dz @ h_prev.T
        self.db = self.db + dz.sum(axis=1, keepdims=True)
        return self.W_hh.T @ dz
"""

AT_ONCE = """

PlainCell = RNNCell


class RNNCell(PlainCell):
    def backward(self, d_h_next, d_output, learning_rate=0.01):
        before, gradients = super().backward(d_h_next, d_output)
        for name in ("W_ih", "W_hh", "b_h"):
            setattr(self, name, getattr(self, name) - learning_rate * gradients[name])
        return before
"""

MEAN = """

PlainCell = RNNCell


class RNNCell(PlainCell):
    def backward(self, d_h_next, d_output):
        before, gradients = super().backward(d_h_next, d_output)
        return gradients["x"], before, *(gradients[name] / len(before) for name in ("W_ih", "W_hh", "b_h"))
"""

TURNED = """

class LSTMCell(LSTMCell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.b_i, self.b_f, self.b_o, self.b_c = (np.zeros((hidden_size, 1)) for _ in range(4))
        self.b_f += 1

    def _init_weights(self):
        return np.random.randn(self.hidden_size, self.input_size + self.hidden_size) * 0.1

    def forward(self, x_t, h_prev, c_prev):
        seen = np.vstack([x_t, h_prev])
        i, f, o = (sigmoid(W @ seen + b) for W, b in
                   ((self.W_i, self.b_i), (self.W_f, self.b_f), (self.W_o, self.b_o)))
        c = f * c_prev + i * np.tanh(self.W_c @ seen + self.b_c)
        return c, o * np.tanh(c)
"""

PIECES = """

class LSTMCell(LSTMCell):
    def _init_weights(self):
        D, H = self.input_size, self.hidden_size
        return {"x": np.random.randn(D, H) * 0.1, "h": np.random.randn(H, H) * 0.1, "b": np.zeros(H)}

    def forward(self, x_t, h_prev, c_prev):
        def z(W):
            return x_t @ W["x"] + h_prev @ W["h"] + W["b"]

        self.cell_state = sigmoid(z(self.W_f)) * c_prev + sigmoid(z(self.W_i)) * np.tanh(z(self.W_c))
        self.hidden_state = sigmoid(z(self.W_o)) * np.tanh(self.cell_state)
        return self.hidden_state
"""

LAST_OUTPUT = """

PlainRNN = RNN


class RNN(PlainRNN):  # batch first; the last step's logits, and the last state
    def forward(self, X):
        h = np.zeros((len(X), self.rnn_cell.hidden_size))
        for t in range(X.shape[1]):
            h = self.rnn_cell.forward(X[:, t], h)
        return h @ self.output_layer.weights + self.output_layer.bias, h
"""

ONE_SEQUENCE = """

class RNN(RNN):  # one sequence (T, D), with a list of outputs (1, O)
    def forward(self, X):
        h, outputs = np.zeros((1, self.rnn_cell.hidden_size)), []
        for x in X:
            h = self.rnn_cell.forward(x.reshape(1, self.rnn_cell.input_size), h)
            outputs.append(self.output_layer.forward(h))
        return outputs
"""

LOGITS = """

class TextGenerator(TextGenerator):  # samples from logits, and hands the text on with its seed
    def generate_text(self, seed_text, length=100, temperature=1.0):
        return seed_text + super().generate_text(seed_text, length, temperature)

    def sample_with_temperature(self, predictions, temperature):
        z = predictions.ravel() / temperature
        e = np.exp(z - z.max())
        return np.random.choice(np.arange(len(e)), p=e / e.sum())
"""

SINGLE = """

class RNNCell(RNNCell):
    def forward(self, x_t, h_prev):
        for name in ("W_ih", "W_hh", "b_h"):
            setattr(self, name, getattr(self, name).astype(np.float32))
        return super().forward(x_t.astype(np.float32), h_prev.astype(np.float32))
"""

VARIANTS: dict[str, tuple[list[tuple[str, str]], str]] = {
    "columns, a stack, and gradients added up": ([PLAIN], COLUMNS),
    "weights that move at once": ([PLAIN], AT_ONCE),
    "gradients returned in a row, as means": ([PLAIN], MEAN),
    "an LSTM in columns, [x, h], biases apart, (c, h)": ([], TURNED),
    "an LSTM of pieces that keeps its cell state": ([], PIECES),
    "batch first, the last step's logits and state": ([], LAST_OUTPUT),
    "one sequence at a time": ([], ONE_SEQUENCE),
    "samples from logits, text with its seed": (
        [
            (
                "code = self.sample_with_temperature(probabilities, temperature)",
                "code = self.sample_with_temperature(np.log(probabilities), temperature)",
            ),
            ("self.idx_to_char = dict(enumerate(characters))", "self.idx_to_char = characters"),
        ],
        LOGITS,
    ),
    "single precision": ([PLAIN], SINGLE.replace("class RNNCell", "PlainCell = RNNCell\n\n\nclass RNNCell")),
}


def written(variant: str, source: str) -> str:
    """rnn.py as this person writes it; each text must be found once."""
    edits, after = VARIANTS[variant]
    for text, other in edits:
        assert source.count(text) == 1, text
        source = source.replace(text, other)
    return source + after
