"""Gradients that are the true ones plus, or minus, something recognisable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grader.checks.diagnoser import Diagnosis
from grader.checks.diagnosis.cases import GradientCase, Tensors, constant, near, subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Rule = Callable[[str, Sequence[Tensors], Sequence[GradientCase], float], str]


def name_structure(
    about: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], wrong: list[str], tolerance: float
) -> Diagnosis | None:
    """Name what a wrong tensor (or all of them) have to do with the true ones; from two probes or more.

    Args:
        about: The tensor that is to be named.
        yours: The student's gradients, one for each case.
        cases: The probes.
        wrong: Names of the tensors that are off, in backward order.
        tolerance: Scaled error up to which two tensors are the same.
    """
    if len(cases) < 2:
        return None
    said = _examples_left_out(yours, cases, wrong, tolerance)
    said = said or _examples_left_out(yours, cases, [about], tolerance)
    if said:
        return Diagnosis(said, "rule.examples")
    for rule in (_decayed, _clipped, _reshaped, _flipped, _one_line):
        said = rule(about, yours, cases, tolerance)
        if said:
            return Diagnosis(said, f"rule.{rule.__name__.strip('_')}")
    return None


def _decayed(name: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float) -> str:
    """Plus λ W, or plus λ sign(W), with one λ on all probes."""
    for shown, term in ((name, lambda w: w), (f"sign({name})", np.sign)):
        strengths = []
        for mine, case in zip(yours, cases, strict=True):
            if name not in case.params:
                return ""
            extra = mine[name] - case.expected[name]
            penalty = term(case.params[name])
            square = float((penalty * penalty).sum())
            strength = float((extra * penalty).sum()) / square if square else 0.0
            if not near(mine[name], case.expected[name] + strength * penalty, tolerance):
                break
            strengths.append(strength)
        else:
            lam = np.array(strengths)
            if lam.all() and constant(lam, 10 * tolerance):
                true = f"the true one plus {lam[0]:.3g} {shown}"
                return f"Your {name} {cases[0].what} is {true}: weight decay, which is not asked for."
    return ""


def _clipped(name: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float) -> str:
    """Elements beyond ±c are cut to ±c, with one c on all probes; and some are within."""
    bound = max(float(np.abs(mine[name]).max(initial=0.0)) for mine in yours)
    pairs = [(mine[name], case.expected[name]) for mine, case in zip(yours, cases, strict=True)]
    if not any((np.abs(truth) < bound).any() for _, truth in pairs):
        return ""
    if bound and all(near(mine, np.clip(truth, -bound, bound), tolerance) for mine, truth in pairs):
        return f"Your {name} {cases[0].what} is cut to ±{bound:.4g}: clipping is not asked for."
    return ""


def _reshaped(name: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float) -> str:
    """The transpose's values in the right shape."""
    pairs = [(mine[name], case.expected[name]) for mine, case in zip(yours, cases, strict=True)]
    if all(t.ndim == 2 and near(m, t.T.reshape(t.shape), tolerance) for m, t in pairs):
        return (
            f"Your {name} {cases[0].what} holds the transpose's values: reshape is not a transpose, use .T."
        )
    return ""


def _flipped(name: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float) -> str:
    """Rows or columns in reverse order."""
    pairs = [(mine[name], case.expected[name]) for mine, case in zip(yours, cases, strict=True)]
    for axis, lines in ((0, "rows"), (1, "columns")):
        if all(t.ndim > axis and near(m, np.flip(t, axis), tolerance) for m, t in pairs):
            return f"Your {name} {cases[0].what} has its {lines} in reverse order."
    return ""


def _one_line(name: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float) -> str:
    """All is right but the first or last row, column or element."""
    pairs = [(mine[name], case.expected[name]) for mine, case in zip(yours, cases, strict=True)]
    for axis in range(pairs[0][1].ndim):
        line = ("element",) if pairs[0][1].ndim == 1 else ("row", "column")
        for which, index in (("first", 0), ("last", -1)):
            rest = [tuple(np.delete(a, index, axis) for a in pair) for pair in pairs]
            if all(near(m, t, tolerance) for m, t in rest) and all(t.shape[axis] > 1 for _, t in pairs):
                return f"Only the {which} {line[axis]} of your {name} {cases[0].what} is wrong."
    return ""


def _examples_left_out(
    yours: Sequence[Tensors], cases: Sequence[GradientCase], wrong: list[str], tolerance: float
) -> str:
    """The gradient is a weighted sum of the examples' own gradients: which weigh nothing?"""
    patterns = set()
    for mine, case in zip(yours, cases, strict=True):
        weights = _example_weights(mine, case, wrong, tolerance)
        if weights is None:
            return ""
        heaviest = float(np.abs(weights).max())
        left_out = np.abs(weights) <= 10 * tolerance * heaviest
        kept = weights[~left_out]
        if not left_out.any() or not constant(kept, 10 * tolerance):
            return ""
        patterns.add(_pattern(left_out))
    if len(patterns) != 1:
        return ""
    return f"{subject(wrong, cases[0].what, 'leaves', 'leave')} out {patterns.pop()} of the batch."


def _example_weights(mine: Tensors, case: GradientCase, wrong: list[str], tolerance: float) -> Array | None:
    """Weights of the examples that explain all wrong tensors, if there are more numbers than examples."""
    if case.per_example is None:
        return None
    shares = case.per_example()
    scales = {name: float(np.abs(case.expected[name]).max(initial=0.0)) or 1.0 for name in wrong}
    table = np.concatenate(
        [shares[name].reshape(len(shares[name]), -1) / scales[name] for name in wrong], axis=1
    )
    target = np.concatenate([mine[name].ravel() / scales[name] for name in wrong])
    if table.shape[1] < table.shape[0] + 2:
        return None
    try:
        weights, _, rank, _ = np.linalg.lstsq(table.T, target, rcond=None)
    except np.linalg.LinAlgError:  # numbers too large to be a sum of anything
        return None
    if rank < len(weights) or not near(weights @ table, target, tolerance):
        return None
    return np.asarray(weights)


def _pattern(left_out: NDArray[np.bool_]) -> str:
    """``the last example``, ``all but the first example``, ``some examples``."""
    count, total = int(left_out.sum()), len(left_out)
    if count == 1 and left_out[-1]:
        return "the last example"
    if count == 1 and left_out[0]:
        return "the first example"
    if count == total - 1 and not left_out[0]:
        return "all but the first example"
    if count == total - 1 and not left_out[-1]:
        return "all but the last example"
    return "some examples"
