"""Gradients against the true ones, tensor by tensor in backward order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from grader.checks.answer import Answer
from grader.checks.compare import compare, mismatch, passes
from grader.checks.diagnosis import (
    Convention,
    GradientCase,
    Tensors,
    find_convention,
    hint_from_correct_tensors,
    name_gradients,
    name_shape,
    scaled_errors,
    smallest_scale,
)
from grader.checks.failure import CheckFailed, fail
from grader.checks.tolerances import GRADIENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.checks.diagnoser import Diagnoser
    from grader.checks.evidence import Evidence
    from grader.checks.tolerances import Tolerance


def gradients_match(
    yours: Answer | Sequence[Answer],
    wanted: GradientCase | Sequence[GradientCase] | Tensors,
    *,
    of: str | Sequence[str] = (),
    tolerance: Tolerance = GRADIENTS,
    any_factor: bool = False,
    single: bool = False,
    evidence: Evidence | None = None,
    diagnose: Diagnoser[list[Tensors]] | None = None,
    hint: str = "",
) -> None:
    """The gradient of each tensor is the true one, on every probe.

    Tensors are reported in the order of ``expected``: give it in backward order, and the first wrong one is where
    to look.

    Args:
        yours: A dict of arrays by name, or one for each probe.
        wanted: The probes, or just the true gradients by name.
        of: The tensors that this check is about; empty for all. The others still help to name the bug.
        tolerance: How close; one line of the table in ``grader.checks.tolerances``.
        any_factor: True where one common factor is a convention (sum or mean of the loss) and is only noted.
        single: True if the student works in float32; answers that are it are recognised.
        evidence: Gets each tensor's largest error.
        diagnose: Names the bug, from all gradients (``KnownMistakes.matcher``); the rules come after it.
        hint: What to look at if nothing could be named.

    Raises:
        CheckFailed: A tensor is missing, has the wrong shape, isn't finite, or differs.
    """
    answers = [yours] if isinstance(yours, Answer) else list(yours)
    cases = _as_cases(wanted)
    about = [of] if isinstance(of, str) and of else list(of) or list(cases[0].expected)
    read = [_read(answer, case, about, evidence) for answer, case in zip(answers, cases, strict=True)]
    if any_factor:
        cases = _in_their_convention(read, cases, tolerance, evidence)
    single = single or any(answer.is_single() for answer in answers)
    limit = tolerance.limit(single=single)
    errors = [scaled_errors(r, c.expected) for r, c in zip(read, cases, strict=True)]
    for name in about:
        of_name = [e[name] for e in errors]
        if evidence is not None:
            evidence.measure(f"largest error of the {name} {cases[0].what}", max(of_name), limit=limit)
        if passes(of_name, tolerance, evidence, single=single):
            continue
        worst = int(np.argmax(of_name))
        diagnosis = name_gradients(name, read, cases, limit, diagnose)
        truth = cases[worst].expected
        raise mismatch(
            f"The {cases[worst].what} of {name} is wrong.",
            compare(read[worst][name], truth[name], limit, smallest_scale(truth)),
            limit,
            call=answers[worst].call,
            name=name,
            diagnosis=diagnosis,
            hint="" if diagnosis else hint or hint_from_correct_tensors(name, errors, limit),
        )


def factor_of(yours: Sequence[Answer], cases: Sequence[GradientCase]) -> Convention:
    """The factor by which a submission's gradients differ from those of the mean loss: its convention.

    Args:
        yours: Gradients on two or more probes with different batch sizes.
        cases: The probes.

    Raises:
        CheckFailed: There is no common factor: the gradients are wrong.
    """
    read = [_read(a, c, list(c.expected), None) for a, c in zip(yours, cases, strict=True)]
    convention = find_convention(read, cases, GRADIENTS.single)
    if convention is None:
        raise fail("The gradients are not those of the loss, whatever its scale.", call=yours[0].call)
    return convention


def _as_cases(wanted: GradientCase | Sequence[GradientCase] | Tensors) -> list[GradientCase]:
    if isinstance(wanted, GradientCase):
        return [wanted]
    return [GradientCase(wanted)] if isinstance(wanted, Mapping) else list(wanted)


def _in_their_convention(
    read: Sequence[Tensors], cases: list[GradientCase], tolerance: Tolerance, evidence: Evidence | None
) -> list[GradientCase]:
    """The cases with the student's own common factor on what is expected."""
    convention = find_convention(read, cases, tolerance.single)
    if convention is None or convention.is_mean:
        return cases
    if evidence is not None:
        evidence.note(convention.sentence)
    return [
        replace(
            case,
            expected={n: convention.factor(case.sizes.get("N", 1)) * e for n, e in case.expected.items()},
        )
        for case in cases
    ]


def _read(
    answer: Answer, case: GradientCase, about: Sequence[str], evidence: Evidence | None
) -> dict[str, NDArray[np.float64]]:
    """The tensors this check is about, validated; and those beside them that are as they should be."""
    read = {}
    for name, truth in case.expected.items():
        try:
            read[name] = _tensor(answer, name, truth.shape, case, evidence)
        except CheckFailed:
            if name in about:
                raise
    return read


def _tensor(
    answer: Answer, name: str, shape: tuple[int, ...], case: GradientCase, evidence: Evidence | None
) -> NDArray[np.float64]:
    """One tensor; it may have more or fewer axes of length one than was asked for."""
    item = answer.item(name, names=tuple(case.expected))
    found = item.value.shape if isinstance(item.value, np.ndarray) else shape
    try:
        fitted = item.fitted(shape)
    except CheckFailed as failure:
        named = name_shape(name, found, shape, case.sizes) if found != shape else None
        raise failure.named(named.sentence, named.id) if named else failure from None
    if found != shape and evidence is not None:
        evidence.note(f"Your {name} {case.what} has shape {found}, the parameter {shape}.")
    return fitted
