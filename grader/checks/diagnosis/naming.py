"""From wrong gradients to a name: the known mistakes first, then the rules, else silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grader.checks.diagnoser import Diagnosis
from grader.checks.diagnosis.cases import GradientCase, Tensors, listed, scaled_errors
from grader.checks.diagnosis.factors import name_factor
from grader.checks.diagnosis.structure import name_structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.checks.diagnoser import Diagnoser
    from grader.checks.tolerances import Tolerance

EXACT = 1e-5
"""A name is looked for with the eyes of double precision first, then with those of single precision."""


def name_gradients(
    yours: Sequence[Tensors],
    cases: Sequence[GradientCase],
    tolerance: Tolerance,
    diagnose: Diagnoser[list[Tensors]] | None = None,
) -> Diagnosis | None:
    """Name the bug behind wrong gradients, if exactly one explains them on every probe.

    Args:
        yours: The student's gradients, one for each case; tensors of a wrong shape left out.
        cases: The probes.
        tolerance: What is allowed.
        diagnose: The known mistakes' reading of gradients, ``known_mistakes.matcher(module, observe)``.
    """
    present = [n for n in cases[0].expected if all(n in mine for mine in yours)]
    complete = len(present) == len(cases[0].expected)
    errors = [scaled_errors(mine, case.expected) for mine, case in zip(yours, cases, strict=True)]
    wrong = [n for n in present if any(not e[n] <= tolerance.single for e in errors)]
    if not wrong:
        wrong = [n for n in present if any(not e[n] <= tolerance.double for e in errors)]
    if diagnose is not None and complete:
        for eyes in (EXACT, tolerance.single):
            if (found := diagnose(list(yours), gradients_distance, eyes)) is not None:
                return found
    if (found := _lone_feature(errors, cases, wrong, tolerance)) is not None:
        return found
    with np.errstate(all="ignore"):  # the student's numbers are finite, what rules make of them need not be
        for eyes in (EXACT, tolerance.single):
            found = name_factor(yours, cases, wrong, eyes) or name_structure(yours, cases, wrong, eyes)
            if found is not None:
                return found
    return None


def gradients_distance(yours: list[Tensors], theirs: list[Tensors]) -> float:
    """The largest scaled error over probes and tensors; infinite for another shape or no number."""
    worst = 0.0
    for mine, other in zip(yours, theirs, strict=True):
        if any(n not in other or np.shape(other[n]) != a.shape for n, a in mine.items()):
            return float("inf")
        if not all(np.isfinite(other[n]).all() for n in mine):
            return float("inf")
        worst = max(worst, *scaled_errors(mine, {n: other[n] for n in mine}).values())
    return worst


def hint_from_correct_tensors(name: str, errors: Sequence[dict[str, float]], tolerance: Tolerance) -> str:
    """Where to look if nothing could be named: what comes before ``name`` in backward order and is right."""
    before = [n for n in errors[0] if all(e.get(n, 1.0) <= tolerance.single for e in errors)]
    if not before:
        return ""
    verb = "are" if len(before) > 1 else "is"
    return f"{listed(before)} {verb} right, so look at the lines that lead from there to {name}."


def _lone_feature(
    errors: Sequence[dict[str, float]], cases: Sequence[GradientCase], wrong: list[str], tolerance: Tolerance
) -> Diagnosis | None:
    """Only the probe with one particular feature goes wrong."""
    failing = [i for i, e in enumerate(errors) if any(not e[n] <= tolerance.single for n in wrong)]
    if len(failing) != 1 or len(cases) == 1 or not cases[failing[0]].feature:
        return None
    feature = cases[failing[0]].feature
    return Diagnosis(f"Only {feature} goes wrong; other batches are right.", "rule.feature")
