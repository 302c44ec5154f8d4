"""Arrays, numbers and labels against the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from grader.checks.answer import Answer
from grader.checks.compare import compare, mismatch, passes
from grader.checks.failure import CheckFailed, fail
from grader.checks.tolerances import VALUES, Tolerance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from grader.checks.diagnoser import Diagnoser
    from grader.checks.evidence import Evidence

Arrays = list["NDArray[np.float64]"]


def values_match(
    yours: Answer | Sequence[Answer],
    expected: ArrayLike | Sequence[ArrayLike],
    *,
    name: str = "result",
    tolerance: Tolerance = VALUES,
    evidence: Evidence | None = None,
    diagnose: Diagnoser[Arrays] | None = None,
    hint: str = "",
) -> None:
    """Shape first, then dtype, then values: equal for integers, within ``tolerance`` for floats.

    Args:
        yours: One answer, or one for each probe.
        expected: The true values: one array (or number), or one for each probe.
        name: What the values are called: ``logits``, ``loss``.
        tolerance: How close; one line of the table in ``grader.checks.tolerances``.
        evidence: Gets the largest error, and a note if it is that of single precision.
        diagnose: Names the bug, from the values on all probes; see ``KnownMistakes.matcher``.
        hint: What to look at, where nothing could be named.

    Raises:
        CheckFailed: They differ.
    """
    answers = [yours] if isinstance(yours, Answer) else list(yours)
    truths = [np.asarray(e) for e in ([expected] if isinstance(yours, Answer) else expected)]  # type: ignore[union-attr]
    if all(truth.dtype.kind in "iu" for truth in truths):
        for answer, truth in zip(answers, truths, strict=True):
            _labels_match(answer, truth, name, hint)
        return
    arrays = [_read(answer, truth, hint) for answer, truth in zip(answers, truths, strict=True)]
    single = any(answer.is_single() for answer in answers)
    limit = tolerance.limit(single=single)
    differences = [compare(a, t, limit) for a, t in zip(arrays, truths, strict=True)]
    errors = [d.error for d in differences]
    if evidence is not None:
        evidence.measure(f"largest error of {name}", max(errors), limit=limit)
    if passes(errors, tolerance, evidence, single=single):
        return
    worst = int(np.argmax(errors))
    diagnosis = diagnose(arrays, distance, limit) if diagnose else None
    raise mismatch(
        f"The {name} {'are' if name.endswith('s') and name != 'loss' else 'is'} wrong.",
        differences[worst],
        limit,
        call=answers[worst].call,
        name=name if truths[worst].ndim else "",
        diagnosis=diagnosis,
        hint="" if diagnosis else hint,
    )


def distance(yours: Arrays, theirs: Arrays) -> float:
    """The largest scaled error over all probes; infinite if shapes differ or anything is not finite."""
    return max(array_distance(a, b) for a, b in zip(yours, theirs, strict=True))


def array_distance(yours: ArrayLike, theirs: ArrayLike) -> float:
    """The scaled error of one array against a mutant's."""
    a, b = np.asarray(yours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if a.shape != b.shape or not np.isfinite(b).all():
        return float("inf")
    return compare(a, b, 0.0).error


def _read(answer: Answer, truth: NDArray[np.generic], hint: str) -> NDArray[np.float64]:
    try:
        return np.asarray(answer.number()) if truth.ndim == 0 else answer.array(truth.shape)
    except CheckFailed as failure:
        raise CheckFailed(msgspec.structs.replace(failure.finding, hint=hint)) from None


def _labels_match(answer: Answer, truth: NDArray[np.generic], name: str, hint: str) -> None:
    labels = answer.array(truth.shape, kind="integer")
    wrong = np.argwhere(labels != truth)
    if len(wrong):
        at = tuple(int(i) for i in wrong[0])
        raise fail(
            f"The {name} are wrong.",
            call=answer.call,
            yours=str(labels[at]),
            expected=str(truth[at]),
            where=f"{name}[{', '.join(map(str, at))}]",
            how_many=f"{len(wrong)} of {truth.size} differ",
            hint=hint,
        )
