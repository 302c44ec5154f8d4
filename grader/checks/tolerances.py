"""How close is close: one table, each line with the margin that was measured for it.

Errors are *scaled*: the largest difference in a tensor over the largest true value in it, so that one number
serves weights of any size. The scale comes from the reference alone, never from the student's numbers.
Margins are from the reference in float64 and float32 on the hidden suite's own probes
(``benchmarks/margins.py``), and from the lab's mistakes on the same probes.
"""

from __future__ import annotations

from typing import NamedTuple


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
