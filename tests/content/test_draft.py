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


LAYERS = """
import numpy as np
class Dense:
    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.default_rng(1).normal(size=(n_in, n_out)), np.zeros((1, n_out))
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, d):
        self.dW, self.db = self.x.T @ d, d.sum(0, keepdims=True)
        return d @ self.W.T
class ReLU:
    def forward(self, x):
        self.on = x > 0
        return x * self.on
    def backward(self, d): return d * self.on
"""
NET = """
import numpy as np
import matplotlib_that_is_missing
from layers import Dense, ReLU
class Net:
    def __init__(self, layers): self.layers = layers
    def forward(self, x):
        for layer in self.layers: x = layer.forward(x)
        return x
    def backward(self, d):
        for layer in self.layers[::-1]: d = layer.backward(d)
class CrossEntropy:
    def __call__(self, z, y):
        p = np.exp(z - z.max(1, keepdims=True))
        self.d = (p / p.sum(1, keepdims=True) - np.eye(z.shape[1])[y]) / len(y)
    def backward(self): return self.d
print(Net([1]).forward(download()))
"""


def test_a_net_of_layers_whose_loss_is_an_object_is_found(service):
    files = {"code/layers.py": LAYERS.encode(), "code/net.py": NET.encode()}
    found = draft(LAB, LAB.modules[0], files, service)
    assert (found.file, found.missing) == ("code/net.py", ())
    assert found.lines["make"] == "Net([Dense(n_in, n_hidden), ReLU(), Dense(n_hidden, n_out)])"
    assert found.lines["gradients"].startswith(
        "[[l := CrossEntropy(), l(m.forward(X), y), m.backward(l.backward())]"
    )


def test_arrays_that_are_never_filled_are_no_gradients(service):
    source = CODES["forward, then backward, then what it leaves behind"][0].split("    def backward")[0]
    source = source.replace(
        "rng = ", "self.dW1, self.db1 = np.zeros((5, 7)), np.zeros(7)\n        rng = "
    ).replace("rng = ", "self.dW2, self.db2 = np.zeros((7, 3)), np.zeros(3)\n        rng = ", 1)
    found = draft(
        LAB, LAB.modules[0], {"net.py": (source + "    def backward(self): pass\n").encode()}, service
    )
    assert found.missing == ("gradients or step",)


def test_lines_that_are_known_are_kept_and_the_others_found(service):
    source = CODES["one step that takes a batch"][0].replace(
        "input_size, hidden_size, output_size", "p, q, r"
    )
    source = source.replace("input_size", "p").replace("hidden_size", "q").replace("output_size", "r")
    source = source.replace("def __init__(self, p, q, r)", "def __init__(self, r, q, *, p)")
    files = {"net.py": source.encode()}
    assert "make" in draft(LAB, LAB.modules[0], files, service).missing
    given = {"make": "Net(n_out, n_hidden, p=n_in)", "predict": "m.feedforward(X)[1].argmax(1)"}
    found = draft(LAB, LAB.modules[0], files, service, given=given)
    assert found.missing == ()
    assert given.items() <= found.lines.items()


@pytest.mark.torch
def test_a_port_is_found(service):
    source = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, input_dim, hidden_dim, num_classes):
        super().__init__()
        self.seq = nn.Sequential(nn.Linear(input_dim, hidden_dim), nn.ReLU())
        self.out = nn.Linear(hidden_dim, num_classes)
    def forward(self, images):
        return self.out(self.seq(images))
"""
    found = draft(LAB, LAB.modules[1], {"port.py": source.encode()}, service)
    assert found.missing == ()
    assert found.lines == {
        "make": "Net(n_in, n_hidden, n_out)",
        "W1": "m.seq[0].weight",
        "b1": "m.seq[0].bias",
        "W2": "m.out.weight",
        "b2": "m.out.bias",
        "forward": "m.forward(X)",
    }


@pytest.mark.parametrize(
    "source",
    ["", "def f(:\n", "import os; os._exit(1)\ndef f(): pass", "class A:\n    def __init__(self): exit()\n"],
)
def test_code_that_can_not_be_mapped_gives_an_empty_draft(service, source):
    found = draft(LAB, LAB.modules[0], {"net.py": source.encode()}, service)
    assert found.lines == {}
    assert "make" in found.missing
