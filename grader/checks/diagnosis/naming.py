"""From wrong gradients to a name: the known mistakes first, then the rules, else silence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from grader.checks.diagnoser import Diagnosis
from grader.checks.diagnosis.cases import GradientCase, Tensors, listed, scaled_errors
from grader.checks.diagnosis.factors import name_factor
from grader.checks.diagnosis.structure import name_structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.checks.diagnoser import Diagnoser

EXACT = 1e-5
"""A name is looked for with the eyes of double precision first, then with those of single precision."""


def name_gradients(
    about: str,
    yours: Sequence[Tensors],
    cases: Sequence[GradientCase],
    limit: float,
    diagnose: Diagnoser[list[Tensors]] | None = None,
) -> Diagnosis | None:
    """Name the bug behind a wrong gradient, if exactly one explains it on every probe.

    Known mistakes come first: one that explains all tensors; one that explains this tensor and every other that it
    changes, whatever else is wrong; then two at once.

    Args:
        about: The tensor that is off.
        yours: The student's gradients, one for each case; tensors of a wrong shape left out.
        cases: The probes.
        limit: Scaled error that is allowed.
        diagnose: The known mistakes' reading of gradients, ``known_mistakes.matcher(module, observe)``.
    """
    present = [n for n in cases[0].expected if all(n in mine for mine in yours)]
    complete = len(present) == len(cases[0].expected)
    errors = [scaled_errors(mine, case.expected) for mine, case in zip(yours, cases, strict=True)]
    wrong = [n for n in present if any(not e[n] <= limit for e in errors)]
    if diagnose is not None and (found := _known(about, yours, cases, limit, diagnose, complete=complete)):
        return found
    if (found := _lone_feature(errors, cases, about, limit)) is not None:
        return found
    with np.errstate(all="ignore"):  # the student's numbers are finite, what rules make of them need not be
        for eyes in (EXACT, limit):
            found = name_factor(about, yours, cases, wrong, eyes)
            found = found or name_structure(about, yours, cases, wrong, eyes)
            if found is not None:
                return found
    return None


def _known(
    about: str,
    yours: Sequence[Tensors],
    cases: Sequence[GradientCase],
    limit: float,
    diagnose: Diagnoser[list[Tensors]],
    *,
    complete: bool,
) -> Diagnosis | None:
    part = partial(_part_distance, about, [case.expected for case in cases])
    for eyes in (EXACT, limit):
        found = diagnose(list(yours), gradients_distance, eyes, alone=True) if complete else None
        found = found or diagnose(list(yours), part, eyes, alone=True)
        found = found or (diagnose(list(yours), gradients_distance, eyes) if complete else None)
        if found is not None:
            return found
    return None


def _part_distance(
    about: str, truths: Sequence[Tensors], yours: list[Tensors], theirs: list[Tensors]
) -> float:
    """As ``gradients_distance``, of the tensors that a mutant changes; of ``about`` alone if it changes none."""
    apart = {name: gradients_distance([{name: t[name]} for t in truths], theirs) for name in truths[0]}
    changed = {name for name, error in apart.items() if not error <= EXACT}
    names = changed or {about}
    if about not in names or any(name not in mine for mine in yours for name in names):
        return float("inf")
    return gradients_distance([{n: mine[n] for n in names} for mine in yours], theirs)


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


def hint_from_correct_tensors(name: str, errors: Sequence[dict[str, float]], limit: float) -> str:
    """Where to look if nothing could be named: what comes before ``name`` in backward order and is right."""
    before = [n for n in errors[0] if all(e.get(n, 1.0) <= limit for e in errors)]
    if not before:
        return ""
    verb = "are" if len(before) > 1 else "is"
    return f"{listed(before)} {verb} right, so look at the lines that lead from there to {name}."


def _lone_feature(
    errors: Sequence[dict[str, float]], cases: Sequence[GradientCase], about: str, limit: float
) -> Diagnosis | None:
    """Only the probe with one particular feature goes wrong."""
    failing = [i for i, e in enumerate(errors) if not e[about] <= limit]
    if len(failing) != 1 or len(cases) == 1 or not cases[failing[0]].feature:
        return None
    feature = cases[failing[0]].feature
    return Diagnosis(f"Only {feature} goes wrong; other batches are right.", "rule.feature")
