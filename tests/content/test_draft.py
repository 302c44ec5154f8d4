"""``grade map``: what the drafting tool finds in code that spells a net in its own way."""

from pathlib import Path

import pytest

from grader.course import load
from grader.drafting import draft, to_yaml
from tests.suites import COURSE

ASSIGNMENT = load(COURSE, "week06")
LAB = ASSIGNMENT.labs[0]
OWN = COURSE / "examples" / "own-spelling" / "src" / "network.py"

BODY = """
        z = X @ self.W1 + self.b1
        self.h = np.maximum(z, 0)
        s = self.h @ self.W2 + self.b2
        p = np.exp(s - s.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
"""
BACK = """
        self.dW2, self.db2 = self.h.T @ d, d.sum(0)
        g = (d @ self.W2.T) * (self.h > 0)
        self.dW1, self.db1 = X.T @ g, g.sum(0)
"""
START = """
import numpy as np
import nosuchplots
class Net:
    def __init__(self, input_size, hidden_size, output_size):
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=(input_size, hidden_size)), np.zeros(hidden_size)
        self.W2, self.b2 = rng.normal(size=(hidden_size, output_size)), np.zeros(output_size)
"""
CODES = {
    "the example": (OWN.read_text(), "m.feedforward(X.T)[-1].T", "step", "m.train_step(X.T, np.eye(n_out)[y].T, lr)"),
    "forward, then backward, then what it leaves behind": (
        START + "    def forward(self, X):" + BODY + "        return p\n"
        "    def backward(self, X, y):\n        d = (self.forward(X) - y) / len(X)" + BACK,
        "m.forward(X)",
        "gradients",
        "[m.backward(X, np.eye(n_out)[y]), dict(W1=m.dW1, b1=m.db1, W2=m.dW2, b2=m.db2)][-1]",
    ),
    "one step that takes a batch": (
        START + "    def feedforward(self, X):" + BODY + "        return self.h, p\n"
        "    def learn(self, batch, learning_rate):\n        X, y = batch\n"
        "        d = (self.feedforward(X)[1] - np.eye(len(self.b2))[y]) / len(X)" + BACK +
        "        for n in ('W1', 'b1', 'W2', 'b2'):\n"
        "            setattr(self, n, getattr(self, n) - learning_rate * getattr(self, 'd' + n))\n",
        "m.feedforward(X)[-1]",
        "step",
        "m.learn((X, y), lr)",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def service(local_service):
    return local_service(COURSE)


@pytest.mark.parametrize("name", CODES)
def test_all_lines_of_a_net_are_found(service, name):
    source, forward, trained, expression = CODES[name]
    found = draft(LAB, LAB.modules[0], {"a.py": b"def f(): pass\n", "src/net.py": source.encode()}, service)
    assert (found.file, found.missing) == ("src/net.py", ())
    assert found.lines["forward"] == forward
    assert found.lines[trained] == expression


def test_what_is_not_there_is_marked(service):
    source = START + "    def forward(self, X):\n        raise NotImplementedError\n"
    found = draft(LAB, LAB.modules[0], {"net.py": source.encode()}, service)
    assert found.missing == ("forward", "gradients or step")
    assert to_yaml(ASSIGNMENT, [found]).splitlines()[-2:] == [
        "      # forward: TODO",
        "      # gradients or step: TODO",
    ]


@pytest.mark.parametrize(
    "source",
    ["", "def f(:\n", "import os; os._exit(1)\ndef f(): pass", "class A:\n    def __init__(self): exit()\n"],
)
def test_code_that_can_not_be_mapped_gives_an_empty_draft(service, source):
    found = draft(LAB, LAB.modules[0], {"net.py": source.encode()}, service)
    assert found.lines == {}
    assert "make" in found.missing
