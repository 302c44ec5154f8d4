"""How close is close: one table, each line with the margin that was measured for it.

Errors are *scaled*: the largest difference in a tensor over the largest true value in it, so that one number
serves weights of any size. The scale comes from the reference alone, never from the student's numbers.

Work in float64 is held to ``double``. What lets it be more than rounding is one rule: a stabiliser of up to 1e-6,
as in ``log(p + 1e-6)``, is right everywhere, in the loss, the curve and the gradients that autograd takes of it. A
lab's probes see to it that this stays below the limit: no true class is less likely than 0.05. Work in float32,
which is known by what it returns, has limits of its own.

``python -m benchmarks.margins`` measures the margins of the first lab. A new lab measures its own, and keeps to
these lines if they fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Tolerance(NamedTuple):
    """Up to where a scaled error is rounding, and from where it is a bug."""

    double: float
    """Of what is computed in float64: each probe must keep it."""
    single: float
    """Of what is computed in float32."""
    certain: float
    """In float32 one probe beyond this suffices; between ``single`` and this, all probes must agree."""

    def limit(self, *, single: bool) -> float:
        """The limit to report: of float32 work, or of float64 work."""
        return self.single if single else self.double


VALUES = Tolerance(double=5e-5, single=1e-4, certain=1e-4)
"""Logits, losses, weights after a step."""

GRADIENTS = Tolerance(double=5e-5, single=1e-3, certain=1e-2)
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


CURVE_DOUBLE = CurveLimits(steps=((1_000, 5e-5),), mean=5e-5)
"""Float64, same weights and batches."""

CURVE_SINGLE = CurveLimits(steps=((20, 5e-5), (50, 1e-3)), mean=0.02)
"""Float32: one step at a time up to where the first ReLU may flip."""

REPEATED = Tolerance(double=1e-9, single=1e-5, certain=1e-5)
"""The same run twice; a library's threads may sum in another order."""
