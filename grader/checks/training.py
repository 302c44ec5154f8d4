"""What training must come to: a floor that the judge measures, and runs that differ by chance alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from grader.checks.failure import fail
from grader.checks.partial import partly

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.checks.evidence import Evidence

MARGIN = 3.0
"""In standard deviations of the reference's own runs."""
CONFIDENT = 0.05
"""Equivalent: both one-sided tests at this level."""
CERTAIN = 1e-4
"""Different: beyond the margin at this one-sided level."""


def reaches(
    name: str,
    value: float,
    floor: float,
    *,
    evidence: Evidence,
    lower: float | None = None,
    hint: str = "",
) -> None:
    """A quality that the judge computed itself is at least ``floor``.

    Args:
        name: What was measured: ``accuracy on 360 unseen digits``.
        value: Computed here, from the student's weights or predictions; never a number the student reports.
        floor: The least that correct work reaches, over many seeds, less a margin.
        evidence: Gets the value.
        lower: A floor that earns a part of the points; the rubric says how much.
        hint: Where to look.

    Raises:
        CheckPartly: It is below ``floor``, and reaches ``lower``.
        CheckFailed: It is below, or not a number.
    """
    evidence.measure(name, value, limit=floor, better="higher")
    if lower is not None and lower <= value < floor:
        raise partly(
            f"The {name} is good enough for a part of the points.",
            yours=f"{value:.3f}",
            expected=f"at least {floor:.3f} for all points, {lower:.3f} for a part",
            hint=hint,
        )
    if not value >= floor:
        raise fail(
            f"The {name} is too low.", yours=f"{value:.3f}", expected=f"at least {floor:.3f}", hint=hint
        )


def equivalent(
    draw: Callable[[int], float],
    pool: Sequence[float],
    *,
    name: str,
    evidence: Evidence,
    runs: int = 5,
    more: int = 5,
    hint: str = "",
) -> None:
    """Runs from free seeds differ from the reference's by chance alone (two one-sided tests, Welch).

    Equivalent if the means differ by less than three standard deviations of the reference's runs, at 5 %;
    different if they differ by more, at 0.01 %. If neither can be said, more runs are made; if they don't
    decide it either, that is noted, and the check passes.

    Args:
        draw: Makes the run with this number and gives its statistic, computed by the judge.
        pool: The same statistic of the reference's runs.
        name: What the statistic is: ``log of the final training loss``.
        evidence: Gets the distance, in standard deviations.
        runs: How many to begin with.
        more: How many to add where the first don't decide.
        hint: Where to look.

    Raises:
        CheckFailed: The student's runs are different.
    """
    reference = np.asarray(pool, dtype=np.float64)
    spread = float(reference.std(ddof=1))
    values = [draw(run) for run in range(runs)]
    verdict = compare_means(values, reference)
    if verdict == "undecided":
        values += [draw(run) for run in range(runs, runs + more)]
        verdict = compare_means(values, reference)
    distance = (float(np.mean(values)) - float(reference.mean())) / spread
    evidence.measure(f"{name}: distance in standard deviations", abs(distance), limit=MARGIN)
    if verdict == "undecided":
        evidence.note(f"{len(values)} runs do not decide whether the {name} is the reference's.")
    if verdict == "different":
        raise fail(
            f"Your runs differ from the reference's by more than chance: {name}.",
            yours=f"{np.mean(values):.4g} on average over {len(values)} runs",
            expected=f"{reference.mean():.4g} ± {spread:.2g}",
            how_far=f"{abs(distance):.1f} standard deviations",
            allowed=f"{MARGIN:g} standard deviations",
            hint=hint,
        )


def compare_means(values: Sequence[float], reference: Sequence[float] | np.ndarray) -> str:
    """``equivalent``, ``different`` or ``undecided``, by Welch's t against both ends of the margin."""
    a, b = np.asarray(values, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if not np.isfinite(a).all():
        return "different"
    margin = MARGIN * float(b.std(ddof=1))
    va, vb = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    error = math.sqrt(va + vb)
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    gap = abs(float(a.mean() - b.mean()))
    if upper_tail((margin - gap) / error, freedom) < CONFIDENT:
        return "equivalent"
    return "different" if upper_tail((gap - margin) / error, freedom) < CERTAIN else "undecided"


def upper_tail(t: float, freedom: float) -> float:
    """P(T > t) of Student's t. SciPy is imported late: few checks need it, and every judge would wait for it."""
    from scipy.special import stdtr

    return float(stdtr(freedom, -t))
