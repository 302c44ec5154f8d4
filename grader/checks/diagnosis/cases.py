"""One probe of a backward pass: what was sent, and the true gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from grader.checks.compare import compare
from grader.checks.tolerances import SMALL_TENSOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

Tensors = Mapping[str, "NDArray[np.float64]"]
"""Gradients (or parameters) by name."""


@dataclass(frozen=True)
class GradientCase:
    """The true gradients on one probe, with what the rules need to recognise a wrong one.

    Attributes:
        expected: The true gradients by name, in backward order.
        sizes: Every size by name, the batch's as ``N``, a learning rate as ``lr``: factors are sought here.
            Make all different.
        params: The parameters that were set.
        per_example: Computes each example's share of ``expected``: arrays of shape (N, ...) that sum to it.
        feature: What is special about this probe, as the subject of a sentence: ``a batch of one row``.
        what: What these are, for the sentences: the ``gradient``, or the ``update`` of a step.
    """

    expected: Tensors
    sizes: Mapping[str, float] = field(default_factory=dict)
    params: Tensors = field(default_factory=dict)
    per_example: Callable[[], Tensors] | None = None
    feature: str = ""
    what: str = "gradient"


def smallest_scale(expected: Tensors) -> float:
    """What a tensor counts as at least: a thousandth of the largest value in all of them."""
    return SMALL_TENSOR * max(float(np.abs(e).max(initial=0.0)) for e in expected.values())


def scaled_errors(yours: Tensors, expected: Tensors) -> dict[str, float]:
    """Each tensor's largest error over its largest true value, for the tensors that are there."""
    least = smallest_scale(expected)
    return {name: compare(mine, expected[name], 0.0, least).error for name, mine in yours.items()}


def near(yours: NDArray[np.float64], truth: NDArray[np.float64], tolerance: float) -> bool:
    """Whether two arrays of one shape are the same up to a scaled error."""
    return compare(yours, truth, tolerance).error <= tolerance


def constant(values: NDArray[np.float64], tolerance: float) -> bool:
    """Whether all values are the first one."""
    return near(values, np.full(len(values), values[0]), tolerance)


def listed(names: list[str]) -> str:
    """``W1``; ``b1 and W1``; ``b2, W2 and b1``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def subject(names: list[str], what: str, verb: str, plural: str) -> str:
    """``Your W1 gradient is``; ``Your b1 and W1 updates are``."""
    return f"Your {listed(names)} {what}{'s' if len(names) > 1 else ''} {plural if len(names) > 1 else verb}"
