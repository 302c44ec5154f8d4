"""Loss curves against the reference's: step by step, from the same weights over the same batches.

In float64 correct curves agree to 1e-13 over thousands of steps, so the first step that deviates is where a
bug shows for the first time, and which step it is names the suspect. In float32 they part at the first flip
of a ReLU: then only the first steps are compared one by one, and the rest by its mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grader.checks.compare import tell_apart
from grader.checks.failure import fail
from grader.checks.tolerances import CURVE_DOUBLE, CURVE_SINGLE, REPEATED
from grader.records import Plot, Series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from grader.checks.answer import Answer
    from grader.checks.diagnoser import Diagnoser
    from grader.checks.evidence import Evidence

    Curve = NDArray[np.float64]

FLOOR = 1e-3
"""A loss counts as at least this much, so that a curve may come close to zero."""


def curves_match(
    yours: Answer,
    reference: ArrayLike,
    *,
    evidence: Evidence,
    title: str = "Loss of each mini-batch",
    single: bool = False,
    least: float = FLOOR,
    others: Mapping[str, ArrayLike] | None = None,
    batch_sizes: Sequence[int] = (),
    diagnose: Diagnoser[Curve] | None = None,
) -> None:
    """The curve is the reference's: the same loss at every step.

    Args:
        yours: One loss for each step.
        reference: The true curve, from the same weights, batches and hyper-parameters.
        evidence: Gets the plot: both curves, the deviation and its limit beneath.
        title: Of the plot.
        single: True if the student's parameters are float32; losses that are it are recognised.
        least: A loss counts as at least this much where its deviation is measured; 1 for a cross-entropy, in which
            a stabiliser shows as an absolute error.
        others: Further curves to draw, by label.
        batch_sizes: Of each step; a short batch is a suspect of its own.
        diagnose: Names the bug, from the curve; see ``KnownMistakes.matcher``.

    Raises:
        CheckFailed: The list has another length, isn't finite, or deviates.
    """
    truth = np.asarray(reference, dtype=np.float64)
    curve = yours.numbers(len(truth))
    limits = CURVE_SINGLE if single or yours.is_single() else CURVE_DOUBLE
    dev = deviation(curve, truth, least)
    allowed = limits.each_step(len(truth))
    lines = (_line("reference", truth, "reference"), _line("yours", curve, "yours"))
    more = tuple(_line(label, y, "other") for label, y in (others or {}).items())
    evidence.plot(_drawn(title, lines + more, dev, allowed))
    evidence.measure("largest deviation of the loss", float(dev.max()), limit=limits.each_step(1)[0])
    beyond = ~(dev <= allowed)
    if beyond.any():
        step = int(beyond.argmax())
        found = diagnose(curve, curve_distance, float(allowed[0])) if diagnose else None
        mine, other = tell_apart(float(curve[step]), float(truth[step]))
        raise fail(
            f"Your loss curve leaves the reference's at step {step + 1}.",
            call=yours.call,
            yours=mine,
            expected=other,
            where=f"step {step + 1} of {len(truth)}",
            how_many=f"{int(beyond.sum())} of {len(truth)} steps differ",
            how_far=f"largest deviation {dev.max():.2g} of the loss",
            allowed=f"{allowed[step]:.0e} of the loss",
            diagnosis=found.sentence if found else "",
            diagnosis_id=found.id if found else "",
            hint="" if found else suspect(step, batch_sizes),
        )
    rest = slice(limits.horizon, None)
    if limits.horizon < len(truth) and not _mean_gap(curve[rest], truth[rest]) <= limits.mean:
        raise fail(
            "Your loss curve drifts away from the reference's.",
            call=yours.call,
            yours=f"a mean loss of {curve[rest].mean():.4g} after step {limits.horizon}",
            expected=f"{truth[rest].mean():.4g}",
            allowed=f"{limits.mean:.0%}",
        )


def same_curve(first: Answer, second: Answer, *, evidence: Evidence, single: bool = False) -> None:
    """Two runs with the same seed give the same curve.

    Args:
        first: One loss for each step.
        second: The same call again, from the same start.
        evidence: Gets the plot.
        single: True if the student's parameters are float32; losses that are it are recognised.

    Raises:
        CheckFailed: They differ: something is random that isn't seeded, or one run leaves traces in the next.
    """
    one = first.numbers()
    two = second.numbers(len(one))
    dev = deviation(two, one)
    limit = REPEATED.single if single or second.is_single() else REPEATED.double
    if (dev <= limit).all():
        return
    step = int((~(dev <= limit)).argmax())
    allowed = np.full(len(one), limit)
    lines = (_line("first run", one, "reference"), _line("second run", two, "yours"))
    evidence.plot(_drawn("The same run twice", lines, dev, allowed))
    mine, other = tell_apart(float(two[step]), float(one[step]))
    raise fail(
        "The same run twice gives two different curves.",
        call=second.call,
        yours=f"{mine} the second time",
        expected=f"{other}, as the first time",
        where=f"step {step + 1} of {len(one)}",
        how_far=f"largest deviation {dev.max():.2g} of the loss",
        allowed=f"{limit:.0e} of the loss",
        hint="Look for randomness without a seed, or something kept from the run before.",
    )


def deviation(curve: Curve, truth: Curve, least: float = FLOOR) -> Curve:
    """|l - l*| / |l*| at each step, the loss counting as at least ``least``."""
    with np.errstate(over="ignore"):
        return np.asarray(np.abs(curve - truth) / np.maximum(np.abs(truth), least))


def curve_distance(yours: Curve, theirs: Curve) -> float:
    """The largest deviation from a mutant's curve."""
    other = np.asarray(theirs, dtype=np.float64)
    if other.shape != yours.shape or not np.isfinite(other).all():
        return float("inf")
    return float(deviation(yours, other).max(initial=0.0))


def suspect(step: int, batch_sizes: Sequence[int] = ()) -> str:
    """What the first deviating step (from 0) accuses."""
    short = next((i for i, size in enumerate(batch_sizes) if size < batch_sizes[0]), -1)
    if step == 0:
        return "The first loss is off, before any update: look at forward, the loss, or which rows you take."
    if step == short:
        return "It begins at the first short batch: look at how its loss is averaged, or if it is skipped."
    if step == short + 1:
        return "It begins right after the first short batch: divide its step by its own length."
    if step == 1:
        return "The first loss agrees, the second does not: look at the update and the gradients."
    return (
        "The first steps agree: look for what is carried from step to step, like momentum, gradients that "
        "are not reset, weight decay, or a learning rate that changes."
    )


def _mean_gap(curve: Curve, truth: Curve) -> float:
    return abs(float(curve.mean()) - float(truth.mean())) / max(abs(float(truth.mean())), FLOOR)


def _drawn(title: str, lines: tuple[Series, ...], dev: Curve, allowed: Curve) -> Plot:
    """Curves above, the deviation and its limit beneath, on a logarithmic axis."""
    visible = np.maximum(dev, np.finfo(float).eps)
    return Plot(
        title=title,
        x_label="step",
        y_label="loss",
        series=lines,
        beneath=Plot(
            title="Deviation",
            x_label="step",
            y_label="relative deviation",
            log_y=True,
            series=(
                _line("deviation", visible, "deviation"),
                _line("allowed", allowed[np.isfinite(allowed)], "limit"),
            ),
        ),
    )


def _line(label: str, values: ArrayLike, role: str) -> Series:
    return Series(label=label, y=tuple(np.asarray(values, dtype=np.float64).tolist()), role=role)
