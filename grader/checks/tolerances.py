"""How close is close: one table, each line with the margin that was measured for it.

Errors are *scaled*: the largest difference in a tensor over the largest true value in it, so that one number
serves weights of any size. The scale comes from the reference alone, never from the student's numbers.

Measured on the first lab, 200 seeds: ``python -m benchmarks.margins`` for correct work, the lab's mistakes for
wrong work. A new lab measures its own, and keeps to these lines if they fit.

              worst correct          limit             least wrong
              float64   float32      double   single
VALUES        8e-16     1e-06        1e-06    1e-04    1e-02   a ReLU that leaks by 0.01
GRADIENTS     4e-15     9e-07        1e-06    1e-03    1e-02   labels smoothed by 0.02
  of a step             1e-05                          9e-02   parameters updated in turn
CURVE         2e-15     6e-07        1e-06    2e-05    4e-04   weight decay of 0.0001, over 100 steps
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Tolerance(NamedTuple):
    """Up to where a scaled error is rounding, and from where it is a bug."""

    double: float
    """Passes without a word."""
    single: float
    """Passes with a note: float32 arithmetic, or a stabiliser such as ``log(p + 1e-8)``."""
    certain: float
    """Beyond this one probe suffices; between ``single`` and this, all probes must agree."""


VALUES = Tolerance(double=1e-6, single=1e-4, certain=1e-4)
"""Logits, losses, weights after a step."""

GRADIENTS = Tolerance(double=1e-6, single=1e-3, certain=1e-2)
"""Analytic gradients against the reference's."""

SMALL_TENSOR = 1e-3
"""A tensor counts as at least this much of the largest one beside it: what is zero in theory is noise."""

SLOPES = 1e-5
"""A gradient's component along a direction of length one, against a central difference (absolute below 1)."""


class CurveLimits(NamedTuple):
    """How far a loss curve may be from the reference's, relative to the loss."""

    steps: tuple[tuple[int, float], ...]
    """Up to this step (counted from 1), this much."""
    mean: float
    """Of the mean of all later losses."""

    @property
    def horizon(self) -> int:
        """The last step that is compared by itself."""
        return self.steps[-1][0]

    def each_step(self, length: int) -> NDArray[np.float64]:
        """The limit of each step; infinite beyond the horizon."""
        limits = np.full(length, np.inf)
        for last, limit in reversed(self.steps):
            limits[:last] = limit
        return limits


CURVE_DOUBLE = CurveLimits(steps=((1_000, 1e-6),), mean=1e-6)
"""Float64, same weights and batches."""

CURVE_SINGLE = CurveLimits(steps=((20, 2e-5), (50, 1e-3)), mean=0.02)
"""Float32: one step at a time up to where the first ReLU may flip."""

REPEATED = Tolerance(double=1e-9, single=1e-5, certain=1e-5)
"""The same run twice; a library's threads may sum in another order."""
