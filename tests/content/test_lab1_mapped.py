"""Repositories that spell the lab in their own way are graded by what they compute, conventions included."""

import json

import pytest

from grader.records import Decision, Fault, Outcome, Rubric, RubricLab
from grader.verdict import decide
from tests.suites import Suite

pytestmark = pytest.mark.torch

SUITE = Suite("week06", "lab1_mlp")
ADVICE = {check for c in SUITE.lab.criteria if c.weight == "advice" for check in c.checks}

NETWORK = """
import numpy as np

class Network:
    def __init__(self, sizes):
        rng = np.random.default_rng()
        self.w = [rng.normal(0, 0.3, (o, i)) for i, o in zip(sizes, sizes[1:])]
        self.b = [np.zeros((o, 1)) for o in sizes[1:]]

    def probabilities(self, x):  # examples are columns
        self.h = np.maximum(self.w[0] @ x + self.b[0], 0)
        p = np.exp(self.w[1] @ self.h + self.b[1])
        return p / p.sum(axis=0)

    def backprop(self, x, t):
        d = (self.probabilities(x) - t) * SCALE
        g = (self.w[1].T @ d) * (self.h > 0) * HIDDEN
        return [g @ x.T, g.sum(axis=1, keepdims=True), d @ self.h.T, d.sum(axis=1, keepdims=True)]

    def update(self, x, t, lr):
        for a, g in zip((self.w[0], self.b[0], self.w[1], self.b[1]), self.backprop(x, t)):
            a -= lr * g
"""
SPELLED = {
    "make": "Network([n_in, n_hidden, n_out])",
    **{"W1": "m.w[0]", "b1": "m.b[0]", "W2": "m.w[1]", "b2": "m.b[1]"},
    "forward": "m.probabilities(X.T).T",
}
ROUTES = {
    "gradients": {**SPELLED, "gradients": "m.backprop(X.T, np.eye(n_out)[y].T)"},
    "one step": {**SPELLED, "step": "m.update(X.T, np.eye(n_out)[y].T, lr)"},
}
PORT = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(sizes[0], sizes[1]), nn.Linear(sizes[1], sizes[2])

    def forward(self, x):
        return torch.log_softmax(self.fc2(torch.relu(self.fc1(x))), dim=1)

def train(net, x, y, lr):
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    optimizer.zero_grad()
    nn.functional.nll_loss(net(x), y).backward()
    optimizer.step()
"""
PORT_SPELLED = {
    "make": "Net([n_in, n_hidden, n_out])",
    **{"W1": "m.fc1.weight", "b1": "m.fc1.bias", "W2": "m.fc2.weight", "b2": "m.fc2.bias"},
    "forward": "m(X)",
    "step": "train(m, X, y, lr)",
}


def spelled(module, spelling):
    """An instructor's mapping of one module, in YAML's own JSON."""
    return json.dumps({"labs": {"lab1_mlp": {module: spelling}}})


def judged(scale, hidden="1.0", route="gradients", seed=1):
    """Outcomes that are not passed, and notes, for a network with this scale of its loss."""
    network = NETWORK.replace("SCALE", scale).replace("HIDDEN", hidden)
    found = SUITE.run({"mlp_numpy.py": network}, seed, spelled=spelled("mlp_numpy", ROUTES[route]))
    failed = {c: r.finding for c, r in found.items() if r.outcome is Outcome.FAILED and c not in ADVICE}
    return failed, " ".join(result.note for result in found.values())


@pytest.mark.parametrize(
    ("scale", "route", "note"),
    [
        ("1 / x.shape[1]", "gradients", "Your forward pass gives probabilities, taken as your convention."),
        ("1 / x.shape[1]", "one step", "Your forward pass gives probabilities, taken as your convention."),
        ("1.0", "one step", "Your gradients are those of the summed loss: N times those of the mean."),
        (
            "0.5",
            "gradients",
            "All your gradients are 0.5 N times those of the mean loss: taken as your convention.",
        ),
        (
            "2 / x.shape[1]",
            "one step",
            "All your gradients are 2 times those of the mean loss: taken as your convention.",
        ),
    ],
)
def test_one_factor_on_all_gradients_is_a_convention(scale, route, note):
    failed, notes = judged(scale, route=route)
    assert failed == {}
    assert note in notes


@pytest.mark.parametrize("hidden", ["0.5", "1 / x.shape[1]", "-1.0"])
def test_different_factors_are_a_bug(hidden):
    failed, _ = judged("1 / x.shape[1]", hidden)
    assert "gradients.b1" in failed


def test_a_port_in_its_own_spelling_passes():
    found = SUITE.run({"mlp_torch.py": PORT}, 2, spelled=spelled("mlp_torch", PORT_SPELLED))
    assert {c: r.finding for c, r in found.items() if r.counted and r.outcome is not Outcome.PASSED} == {}
    assert [c for c, r in found.items() if not r.counted] == ["port.seeded"]  # its net takes no seed


# ── A student's own mapping ───────────────────────────────────────────────────────────────────────────────


def own(network, **changes):
    """Every check of a NumPy half that its own grade.yml maps, and what follows from them."""
    lines = {name: text for name, text in (ROUTES["one step"] | changes).items() if text}
    found = SUITE.run({"mlp_numpy.py": network}, 1, spelled=spelled("mlp_numpy", lines), by_instructor=False)
    lab = RubricLab(id=SUITE.lab.id, title="", criteria=SUITE.lab.criteria)
    return found, decide(Rubric(labs=(lab,)), found.values()).decision


RIGHT = NETWORK.replace("SCALE", "1 / x.shape[1]").replace("HIDDEN", "1.0")


def test_a_spelling_of_ones_own_passes_and_what_it_has_not_is_not_counted():
    found, decision = own(RIGHT)
    assert decision is Decision.PASS
    left_out = {check for check, result in found.items() if not result.counted}
    assert left_out == {
        "example.loss",
        "init.seeded",
        "loss.value",
        "loss.at_start",
        "loss.stable",
        "predict.labels",
    }
    assert found["loss.value"].note == (
        "Not counted: your repository has no loss of its own; it follows from your other methods."
    )
    assert {r.outcome for c, r in found.items() if r.counted and c not in ADVICE} == {Outcome.PASSED}


def test_a_factor_is_no_convention_of_a_students_own():
    found, decision = own(RIGHT.replace("1 / x.shape[1]", "1.0"))
    assert decision is Decision.REVISE
    assert found["gradients.b2"].outcome is Outcome.FAILED


STUBS = RIGHT.replace("import numpy as np", "import numpy as np\nimport functools") + "".join(
    f"\n    def {name}(self, {arguments}):\n        raise NotImplementedError('{name}')\n"
    for name, arguments in (
        ("loss", "X, y"),
        ("gradients", "X, y"),
        ("fit", "X, y, *, lr, batches"),
        ("predict", "X"),
    )
)


def test_methods_that_are_not_written_are_told_so_and_not_derived():
    found, decision = own(STUBS)
    assert decision is Decision.REVISE
    for check in ("loss.value", "predict.labels"):
        assert found[check].outcome in (Outcome.FAILED, Outcome.BLOCKED)
    assert found["example.loss"].finding.headline == "This part is not implemented yet."
    assert found["example.loss"].fault is Fault.STUDENT


CHEAT = """
import numpy as np
class Net:
    def __init__(self, n_in, n_hidden, n_out):
        rng = np.random.default_rng(0)
        self.W1, self.b1 = rng.normal(size=(n_in, n_hidden)), np.zeros(n_hidden)
        self.W2, self.b2 = rng.normal(size=(n_hidden, n_out)), np.zeros(n_out)
    def forward(self, X): raise NotImplementedError
    def loss(self, X, y): raise NotImplementedError
    def gradients(self, X, y): raise NotImplementedError
    def fit(self, X, y, *, lr, batches): raise NotImplementedError
    def predict(self, X): raise NotImplementedError
"""
HIDDEN, OUT = "np.maximum(X @ m.W1 + m.b1, 0)", "np.maximum(X @ m.W1 + m.b1, 0) @ m.W2 + m.b2"
SLOPE = f"(np.exp({OUT}) / np.exp({OUT}).sum(1, keepdims=True) - np.eye(n_out)[y]) / len(X)"


def test_a_mapping_that_does_the_work_is_told_to_revise():
    lines = {
        "make": "Net(n_in, n_hidden, n_out)",
        **{name: f"m.{name}" for name in ("W1", "b1", "W2", "b2")},
        "forward": OUT,
        "gradients": f"(lambda d, h: [X.T @ (d @ m.W2.T * (h > 0)), (d @ m.W2.T * (h > 0)).sum(0), h.T @ d, d.sum(0)])"
        f"({SLOPE}, {HIDDEN})",
    }
    mapping = spelled("mlp_numpy", lines)
    by_instructor = SUITE.run({"mlp_numpy.py": CHEAT}, 1, ["gradients.W1"], spelled=mapping)
    assert by_instructor["gradients.W1"].outcome is Outcome.PASSED  # it would do the work, if it were let
    found = SUITE.run({"mlp_numpy.py": CHEAT}, 1, spelled=mapping, by_instructor=False)
    lab = RubricLab(id=SUITE.lab.id, title="", criteria=SUITE.lab.criteria)
    assert decide(Rubric(labs=(lab,)), found.values()).decision is Decision.REVISE
    assert found["example.logits"].finding.headline == "This part is not implemented yet."


def test_what_a_students_own_mapping_leaves_out_and_the_class_lacks_is_missing():
    found, decision = own(RIGHT, step="")
    assert decision is Decision.REVISE
    told = found["example.gradients"].finding
    assert told.headline == "The name that the lab asks for is not there."
    assert "your class has no gradients, and your mapping does not say how yours is called" in told.yours


def test_what_gives_nothing_is_not_implemented_and_no_question_of_spelling():
    found, decision = own(RIGHT.replace("return p / p.sum(axis=0)", "p / p.sum(axis=0)"))
    assert decision is Decision.REVISE
    assert found["example.logits"].finding.headline == "This part is not implemented yet."
    assert "m.probabilities(X.T) gave nothing (None)" in found["example.logits"].finding.yours


def test_work_that_is_not_begun_is_the_students_and_not_a_question_of_spelling():
    found, decision = own(
        "class Network:\n    def __init__(self, sizes):\n        raise NotImplementedError('weights')\n"
    )
    assert decision is Decision.REVISE
    assert found["example.logits"].finding.headline == "This part is not implemented yet."


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ({"forward": "m.probabilities(X).T"}, "forward: m.probabilities(X).T → ValueError: "),
        ({"forward": "m.probabilities(X.T)"}, "forward: m.probabilities(X.T) → shape ("),
        ({"step": "m.update(X.T, np.eye(n_out)[y], lr)"}, "step: m.update(X.T, np.eye(n_out)[y], lr) → "),
        (
            {"step": "m.update(X.T.tolist(), np.eye(n_out)[y].T, lr)"},
            "np.eye(n_out)[y].T, lr) → AttributeError: 'list' object has no attribute 'shape'",
        ),
        ({"W1": "m.w"}, "W1: m.w → a list of 2, each an array of shape ("),
        ({"W1": "m.weights[0]"}, "W1: m.weights[0] → AttributeError: "),
        (
            {"step": "", "gradients": "m.backprop(X.T, np.eye(n_out)[y].T)[0:2]"},
            "[0:2] → 2 values, not one for each of W1, b1, W2, b2",
        ),
    ],
)
def test_a_slip_of_a_mapping_is_a_question_of_spelling_and_names_the_expression(slip, told):
    found, _ = own(RIGHT, **slip)
    words = [r.finding.yours for r in found.values() if r.fault is Fault.COURSE and r.finding]
    assert any(told in text for text in words), words


def test_what_was_left_out_at_import_is_a_question_and_never_the_students_failure():
    code = RIGHT.replace("import numpy as np", "import numpy as np\ntemperature = settings()") + (
        "\ndef settings():\n    return 1.0\n"
    )
    found, decision = own(code.replace("return p / p.sum(axis=0)", "return p / p.sum(axis=0) * temperature"))
    assert decision is not Decision.REVISE
    told = found["example.logits"]
    assert told.fault is Fault.COURSE
    assert "'temperature' is not defined: the line that makes it was left out" in told.finding.yours
