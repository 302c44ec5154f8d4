"""A small course that has no fault, to be spoiled one fault at a time."""

from pathlib import Path

import pytest

from grader.course import load
from grader.errors import CourseError

RUBRIC = """\
assignment: week01
title: "A line through points"
deadline: "Friday 18:00 Africa/Lagos"
labs:
  lab1_line:
    title: "Least squares"
    limits: {check_seconds: 5, memory_mb: 512}
    data: {source: synthetic, sizes: [3, 4]}
    modules:
      line:
        file: line.py
        environment: numpy
        interface:
          class: Line
          make: [n_in, n_out]
          tensors:
            W: [n_in, n_out]
            b: [n_out]
          methods: {forward: [X], gradients: [X, y], predict: [X]}
          step: [X, y, lr]
          derive: {predict: derive.predict, gradients: derive.gradients, step: derive.step}
    tools: [derive.py]
    criteria:
      - id: forward
        title: "The line is computed"
        checks: [forward.value]
      - id: gradients
        title: "The gradients are true"
        checks: [gradients.W, gradients.b]
      - id: stability
        title: "Large inputs don't overflow"
        advice: true
        checks: [forward.large]
"""

PUBLIC = '''\
from grader.checks import check


@check("forward.value")
def test_forward(student):
    """Your line is X W + b.

    More for the course's authors.
    """


@check("forward.large", needs="forward.value")
def test_large(student):
    """Your line stays finite for large X."""
'''

HIDDEN = '''\
from grader.checks import check


@check("gradients.W", needs="forward.value", seconds=2.5)
def test_weight(student, reference, rng):
    """Your gradient of W is true."""


@check("gradients.b", needs=("forward.value", "gradients.W"))
def test_bias(student, reference, rng):
    """Your gradient of b is true."""
'''

REFERENCE = '''\
"""A line, fitted by least squares."""

import numpy as np


class Line:
    """y = X W + b."""

    def __init__(self, n_in, n_out):
        self.W = np.zeros((n_in, n_out))
        self.b = np.zeros(n_out)

    def forward(self, X):
        """The line at X."""
        # BEGIN SOLUTION: compute X W + b
        return X @ self.W + self.b
        # END SOLUTION

    def gradients(self, X, y):
        """Of half the mean squared error."""
        # BEGIN SOLUTION
        error = (self.forward(X) - y) / len(X)
        return {"W": X.T @ error, "b": error.sum(0)}
        # END SOLUTION
'''

DERIVE = '''\
"""What follows from a mapped line's other methods."""


def predict(X, *, forward):
    return forward(X).argmax(1)


def gradients(X, y, *, net, step):
    return {}


def step(X, y, lr, *, net, gradients):
    return None
'''

MISTAKES = """\
- id: no-mean
  idea: "a sum is as good as a mean"
  file: line.py
  replace: " / len(X)"
  with: ""
  fails: [gradients.W, gradients.b]
  diagnosis: "The gradient is that of the sum"
- id: bias-forgotten
  idea: "a line goes through the origin"
  edits:
    - {file: line.py, replace: "self.W + self.b", with: "self.W"}
    - {file: line.py, replace: "error.sum(0)", with: "0 * error.sum(0)"}
  fails: forward.value
"""

FILES = {
    "rubrics/week01.yaml": RUBRIC,
    "test_suites/week01/lab1_line/public/test_forward.py": PUBLIC,
    "test_suites/week01/lab1_line/hidden/test_gradients.py": HIDDEN,
    "reference/week01/lab1_line/line.py": REFERENCE,
    "reference/week01/lab1_line/derive.py": DERIVE,
    "reference/week01/lab1_line/mistakes.yaml": MISTAKES,
}

SHORT = {
    "rubric": "rubrics/week01.yaml",
    "public": "test_suites/week01/lab1_line/public/test_forward.py",
    "hidden": "test_suites/week01/lab1_line/hidden/test_gradients.py",
    "reference": "reference/week01/lab1_line/line.py",
    "derive": "reference/week01/lab1_line/derive.py",
    "mistakes": "reference/week01/lab1_line/mistakes.yaml",
}


class SmallCourse:
    """The course above, in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str | bytes) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, short: str) -> str:
        return (self.root / SHORT[short]).read_text()

    def overwrite(self, short: str, text: str) -> "SmallCourse":
        self.write(SHORT[short], text)
        return self

    def append(self, short: str, text: str) -> "SmallCourse":
        return self.overwrite(short, self.read(short) + text)

    def change(self, short: str, old: str, new: str) -> "SmallCourse":
        """Replace a text that is there exactly once."""
        text = self.read(short)
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        return self.overwrite(short, text.replace(old, new))

    def load(self):
        return load(self.root, "week01")

    def faults(self) -> list[str]:
        """Every fault as it is told, without the long folder names."""
        with pytest.raises(CourseError) as caught:
            self.load()
        told = [str(problem) for problem in caught.value.problems]
        for short, name in SHORT.items():
            told = [line.replace(name, short) for line in told]
        return told


@pytest.fixture
def course(tmp_path):
    return SmallCourse(tmp_path)


@pytest.fixture(scope="session")
def shared_assignment(tmp_path_factory):
    """For tests that only look at it."""
    return SmallCourse(tmp_path_factory.mktemp("shared")).load()
