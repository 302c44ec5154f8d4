"""How two arrays differ, and how it is reported: both values, where, how many, how far, what was allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from grader.checks.failure import fail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.checks.diagnoser import Diagnosis
    from grader.checks.evidence import Evidence
    from grader.checks.failure import CheckFailed
    from grader.checks.tolerances import Tolerance


class Difference(NamedTuple):
    """How two arrays of one shape differ."""

    error: float
    """Largest difference over ``scale``; infinite if it overflows."""
    scale: float
    """Largest true value: the student's numbers have no say in it."""
    at: tuple[int, ...]
    yours: float
    expected: float
    beyond: int
    """Elements further off than the limit."""
    size: int


def compare(
    yours: NDArray[np.float64], expected: NDArray[np.float64], limit: float, least: float = 0.0
) -> Difference:
    """Measure two finite arrays of one shape against each other.

    Args:
        yours: The student's, validated.
        expected: The true values.
        limit: Scaled error that is allowed.
        least: The scale is at least this; where all true values are zero and ``least`` is, too, it is 1.
    """
    scale = max(float(np.abs(expected).max(initial=0.0)), least) or 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.abs(yours - expected) / scale
    at = tuple(int(i) for i in np.unravel_index(int(gap.argmax()), gap.shape)) if gap.size else ()
    return Difference(
        error=float(gap.max(initial=0.0)),
        scale=scale,
        at=at,
        yours=float(yours[at]) if gap.size else 0.0,
        expected=float(expected[at]) if gap.size else 0.0,
        beyond=int((~(gap <= limit)).sum()),
        size=gap.size,
    )


def mismatch(
    headline: str,
    difference: Difference,
    limit: float,
    *,
    call: str,
    name: str = "",
    diagnosis: Diagnosis | None = None,
    hint: str = "",
) -> CheckFailed:
    """The failure that reports a difference in full."""
    yours, expected = tell_apart(difference.yours, difference.expected)
    place = f"{name}[{', '.join(map(str, difference.at))}]" if difference.at else name
    failure = fail(
        headline,
        call=call,
        yours=yours,
        expected=expected,
        where=place,
        how_many=f"{difference.beyond} of {difference.size} values differ" if difference.size > 1 else "",
        how_far=(
            f"off by {difference.error * difference.scale:.3g}, "
            f"where the largest true value is {difference.scale:.3g}"
        ),
        allowed=f"to be off by {limit * difference.scale:.1g}",
        diagnosis=diagnosis.sentence if diagnosis else "",
        diagnosis_id=diagnosis.id if diagnosis else "",
        hint=hint,
    )
    failure.distance = difference.error
    return failure


def tell_apart(yours: float, expected: float) -> tuple[str, str]:
    """Both numbers with as many digits as it takes to see that they differ."""
    for digits in (4, 7, 10):
        pair = (f"{yours:.{digits}g}", f"{expected:.{digits}g}")
        if pair[0] != pair[1]:
            return pair
    return repr(yours), repr(expected)


def passes(errors: list[float], tolerance: Tolerance, evidence: Evidence | None, *, single: bool) -> bool:
    """Whether scaled errors, one for each probe, are those of correct work.

    In float64 no probe may be beyond ``double``. In float32 a single probe beyond ``certain`` fails; so do all
    beyond ``single``; and what is beyond ``double`` passes with a note.
    """
    worst, least = max(errors, default=0.0), min(errors, default=0.0)
    if not single:
        return worst <= tolerance.double
    if not worst <= tolerance.certain or not least <= tolerance.single:
        return False
    if evidence is not None and not worst <= tolerance.double:
        evidence.note(f"Your numbers agree to {worst:.0e}, as in single precision (float32) arithmetic.")
    return True
