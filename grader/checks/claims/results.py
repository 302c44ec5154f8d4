"""Numbers in a file of results against those that were measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.compare import tell_apart
from grader.checks.failure import fail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.checks.answer import Answer
    from grader.checks.evidence import Evidence

RELATIVE = 1e-3
"""Of a claimed metric, beyond its rounding: computed in another order, or in single precision."""


def claims_match(
    claimed: Answer,
    measured: Mapping[str, float],
    *,
    evidence: Evidence | None = None,
    relative: float = RELATIVE,
    absolute: float = 1e-6,
    hint: str = "",
) -> None:
    """Each claimed number is the one that was measured.

    Args:
        claimed: A dict of numbers; it may have more than were measured.
        measured: Name → what the judge computed.
        evidence: Gets both, for the report.
        relative: How far, as a share of what was measured.
        absolute: How far at least, for numbers around zero.
        hint: Where to look.

    Raises:
        CheckFailed: One is missing, is no number, or is another.
    """
    for name, truth in measured.items():
        value = claimed.item(name, names=tuple(measured)).number()
        allowed = max(relative * abs(truth), absolute)
        if evidence is not None:
            evidence.measure(f"{claimed.call}[{name!r}] minus measured", abs(value - truth), limit=allowed)
        if not abs(value - truth) <= allowed:
            yours, expected = tell_apart(value, truth)
            raise fail(
                f"{claimed.call}[{name!r}] is not what we measured.",
                yours=yours,
                expected=expected,
                allowed=f"{allowed:.1g}",
                hint=hint,
            )
