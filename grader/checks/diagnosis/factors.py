"""Gradients that are the true ones times a number, and what the number stands for."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from grader.checks.diagnoser import Diagnosis
from grader.checks.diagnosis.cases import GradientCase, Tensors, constant, near, subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MEANINGS = {
    "N": "the mean over the batch is missing",
    "1/N": "the mean over the batch is taken twice",
    "-N": "the sign is wrong, and the mean over the batch is missing",
    "-1/N": "the sign is wrong, and the mean over the batch is taken twice",
    "1/lr": "the learning rate is missing",
    "lr": "the learning rate is in it twice",
    "-1/lr": "the sign is wrong, and the learning rate is missing",
}
PLAIN = {
    2.0: "twice",
    0.5: "half",
    -1.0: "minus",
    -2.0: "minus twice",
    4.0: "four times",
    0.25: "a quarter of",
}


class Convention(NamedTuple):
    """One common factor on all gradients: a convention (the sum over the batch, a mean over outputs, …)."""

    constant: float
    """The factor itself, or the factor over N where it grows with the batch."""
    grows: bool
    """True if the factor is proportional to the batch's size."""

    def factor(self, batch: float) -> float:
        """The factor for a batch of this size."""
        return self.constant * batch if self.grows else self.constant

    @property
    def is_mean(self) -> bool:
        """True if the gradients are those of the mean."""
        return not self.grows and self.constant == 1.0

    @property
    def sentence(self) -> str:
        """For the report's note."""
        if self.grows and self.constant == 1.0:
            return "Your gradients are those of the summed loss: N times those of the mean."
        times = f"{self.constant:.6g}{' N' if self.grows else ''}"
        return f"All your gradients are {times} times those of the mean loss: taken as your convention."


MEAN = Convention(1.0, grows=False)


def find_convention(
    yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float
) -> Convention | None:
    """The one factor on all tensors of all probes, constant or proportional to N; else ``None``."""
    factors: list[float] = []
    for mine, case in zip(yours, cases, strict=True):
        found = [
            _factor(mine[name], truth, tolerance) for name, truth in case.expected.items() if truth.any()
        ]
        if not found or any(f is None for f in found):
            return None
        known = [f for f in found if f]
        if len(known) != len(found) or not constant(np.array(known), tolerance):
            return None
        factors.append(known[0])
    whole = np.array(factors)
    by_row = whole / [case.sizes.get("N", np.nan) for case in cases]
    readings = ((whole, False), (by_row, True))
    for each, grows in readings:
        if near(each, np.ones(len(each)), tolerance):
            return Convention(1.0, grows)
    for each, grows in readings:
        if constant(each, tolerance):
            return Convention(float(each[0]), grows)
    return None


def name_factor(
    about: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], wrong: list[str], tolerance: float
) -> Diagnosis | None:
    """Zero tensors, tensors that are c times the true ones, and gradients cut to a norm.

    A factor is named only where it could have been refuted: on two probes or more, in a tensor with two
    independent directions or more. With two classes every gradient of an output bias is (a, -a), and so c times
    any other.

    Args:
        about: The tensor that is to be named.
        yours: The student's gradients, one for each case.
        cases: The probes.
        wrong: Names of the tensors that are off, in backward order.
        tolerance: Scaled error up to which two tensors are the same.
    """
    zero = [name for name in wrong if all(not mine[name].any() for mine in yours)]
    if about in zero:
        return Diagnosis(f"{subject(zero, cases[0].what, 'is', 'are')} zero everywhere.", "rule.zero")
    if len(cases) < 2:
        return None
    symbols = {name: _symbol(name, yours, cases, tolerance) for name in wrong}
    first = symbols[about]
    if first is None:
        return _name_clipped_norm(yours, cases, tolerance)
    same = [name for name in wrong if symbols[name] == first]
    everything = len(same) == len(cases[0].expected)
    what = cases[0].what
    said = f"All your {what}s are" if everything else subject(same, what, "is", "are")
    return Diagnosis(f"{said} {_in_words(first)}.", f"rule.factor.{first}")


def _in_words(symbol: str) -> str:
    sign, size = ("minus ", symbol[1:]) if symbol.startswith("-") else ("", symbol)
    if symbol in {"N", "1/N"}:
        way = "large" if symbol == "N" else "small"
        return f"exactly N times too {way} (N is the batch size): {MEANINGS[symbol]}"
    if symbol.startswith("N/") and symbol[2].isdigit():
        return f"divided by {symbol[2:]}, whatever the length of the batch: divide by len(X)"
    meaning = f": {MEANINGS[symbol]}" if symbol in MEANINGS else ""
    if size[0].isdigit() and "/" not in size:
        number = float(symbol)
        if number == -1.0:
            return "exactly the negative of the true ones: the sign is wrong"
        return f"exactly {PLAIN.get(number, f'{number:g} times')} the true ones"
    return f"exactly {sign}{size} times the true ones{meaning}"


def _symbol(
    name: str, yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float
) -> str | None:
    """What one tensor's factor is on all probes: ``N``, ``1/n_out``, ``-1``, ``0.37``; else ``None``."""
    if any(_directions(case.expected[name]) < 2 for case in cases):
        return None
    factors = [_factor(m[name], c.expected[name], tolerance) for m, c in zip(yours, cases, strict=True)]
    known = np.array([f for f in factors if f is not None])
    if len(known) != len(factors) or not known.all():
        return None
    if constant(known, tolerance):
        return f"{known[0]:.4g}"
    fitting = {
        symbol
        for symbol in _expressions(cases[0].sizes)
        if near(known, np.array([_value(symbol, c.sizes) for c in cases]), tolerance)
    }
    if fitting:
        return min(fitting, key=len)
    by_row = known / [case.sizes.get("N", np.nan) for case in cases]
    return f"N/{1 / by_row[0]:.4g}" if by_row[0] > 0 and constant(by_row, tolerance) else None


def _directions(truth: NDArray[np.float64]) -> int:
    """How many different magnitudes a tensor has; with one only, it is a multiple of any other like it."""
    rounded = np.round(np.abs(truth) / (np.abs(truth).max(initial=0.0) or 1.0), 9)
    return len(np.unique(rounded))


def _expressions(sizes: Mapping[str, float]) -> list[str]:
    names = list(sizes)
    pairs = [f"{a}/{b}" for a, b in itertools.permutations(names, 2)]
    products = [f"1/({a} {b})" for a, b in itertools.combinations(names, 2)]
    plain = [*names, *(f"1/{a}" for a in names), *pairs, *products, "1/N²", "N²"]
    return [sign + symbol for sign in ("", "-") for symbol in plain]


def _value(symbol: str, sizes: Mapping[str, float]) -> float:
    sign, body = (-1.0, symbol[1:]) if symbol.startswith("-") else (1.0, symbol)
    top, _, bottom = body.partition("/")
    return sign * _product(top, sizes) / _product(bottom.strip("()"), sizes)


def _product(text: str, sizes: Mapping[str, float]) -> float:
    product = 1.0
    for part in text.split():
        base = part.rstrip("²")
        product *= (sizes[base] if base in sizes else float(base)) ** (2 if part.endswith("²") else 1)
    return product


def _factor(yours: NDArray[np.float64], truth: NDArray[np.float64], tolerance: float) -> float | None:
    """The least-squares factor, if it explains the tensor."""
    with np.errstate(over="ignore", invalid="ignore"):
        square = float((truth * truth).sum())
        factor = float((yours * truth).sum()) / square if square else 0.0
    if not np.isfinite(factor) or not factor or not near(yours / factor, truth, tolerance):
        return None
    return factor


def _name_clipped_norm(
    yours: Sequence[Tensors], cases: Sequence[GradientCase], tolerance: float
) -> Diagnosis | None:
    """One factor for all tensors of a probe, another for each probe, and the same norm for all."""
    norms = []
    for mine, case in zip(yours, cases, strict=True):
        factors = [_factor(mine[name], truth, tolerance) for name, truth in case.expected.items()]
        known = np.array([f for f in factors if f])
        if len(known) != len(factors) or not constant(known, tolerance):
            return None
        norms.append(np.sqrt(sum(float((mine[n] ** 2).sum()) for n in case.expected)))
    cut = np.array(norms)
    if len(cut) < 2 or not constant(cut, tolerance):
        return None
    return Diagnosis(
        f"Your {cases[0].what}s are cut to a norm of {cut[0]:.4g}: clipping is not asked for.",
        "rule.clip_norm",
    )
