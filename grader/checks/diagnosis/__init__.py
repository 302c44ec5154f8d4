"""Structure rules: what a wrong gradient has to do with the true one, said only where it holds exactly.

The known mistakes come first (``grader.checks.known_mistakes``). These rules name what no mutant shows, in order:

factors     zero; N, 1/N, C, 2, ½, -1 … times the true gradient; cut to a norm
structure   plus λ W; cut to ±c; poured into shape by reshape; flipped; examples left out; one row or column
shapes      a gradient of the wrong shape

All must hold on every probe. No rule, no name: the first wrong tensor in backward order is reported instead.
"""

from grader.checks.diagnosis.cases import GradientCase, Tensors, scaled_errors, smallest_scale
from grader.checks.diagnosis.factors import MEAN, Convention, find_convention
from grader.checks.diagnosis.naming import hint_from_correct_tensors, name_gradients
from grader.checks.diagnosis.shapes import name_shape

__all__ = [
    "MEAN",
    "Convention",
    "GradientCase",
    "Tensors",
    "find_convention",
    "hint_from_correct_tensors",
    "name_gradients",
    "name_shape",
    "scaled_errors",
    "smallest_scale",
]
