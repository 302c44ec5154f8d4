"""Tries expressions of a mapping: each on a net made anew, with sizes that are all different, for a short while."""

import signal
import sys

import numpy as np

from .draft_tensors import to_array

N = 11
SIZES = {"n_in": 5, "n_hidden": 7, "n_out": 3, "seed": 0}
SHAPES = {"W1": ("n_in", "n_hidden"), "b1": ("n_hidden",), "W2": ("n_hidden", "n_out"), "b2": ("n_out",)}
SECONDS = 3


class TooLongError(Exception):
    """A trial took too long."""


def _too_long(*_):
    raise TooLongError


signal.signal(signal.SIGALRM, _too_long)


class Trial:
    """A file, the lines that were found, and a batch.

    Args:
        module: The student's.
        lines: Name → expression.
    """

    def __init__(self, module, lines):
        self.module, self.lines = module, lines
        rng = np.random.default_rng(7)
        self.X, self.y = rng.normal(size=(N, SIZES["n_in"])), rng.integers(SIZES["n_out"], size=N)
        self.y[:3] = 0, 1, 2

    def scope(self):
        """A new net as ``m``, and whatever else an expression may speak of."""
        torch = sys.modules.get("torch")
        np.random.seed(0)  # noqa: NPY002 - a net that draws from there begins alike
        scope = {**vars(self.module), "np": np, "torch": torch, **SIZES}
        scope["m"] = net = self.evaluate(self.lines["make"], scope)
        batch = {"X": self.X.copy(), "y": self.y.copy()}
        if torch is not None and isinstance(net, torch.nn.Module):
            batch = {"X": torch.tensor(self.X, dtype=torch.float32), "y": torch.tensor(self.y)}
        return scope | batch | {"lr": 0.1}

    @staticmethod
    def evaluate(text, scope):
        """An expression's value; raises whatever it raises, or ``TooLongError``."""
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            with np.errstate(all="ignore"):
                return eval(text, scope)  # noqa: S307 - in the student's own sandbox
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def tried(self, text, **changes):
        """What an expression gives, and the scope that it leaves behind; ``None`` if it raises."""
        try:
            scope = self.scope() | changes
            return self.evaluate(text, scope), scope
        except BaseException:  # whatever a stranger's code does
            return None

    def tensors(self, scope):
        """The tensors that were found, as arrays; ``None`` if they are no numbers any more."""
        try:
            return {name: to_array(eval(self.lines[name], scope)).copy() for name in SHAPES}  # noqa: S307
        except BaseException:  # a net may be anything after a stranger's update
            return None
