"""Gradients of the wrong shape: the shape alone often says what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.diagnoser import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Mapping


def name_shape(
    name: str, shape: tuple[int, ...], wanted: tuple[int, ...], sizes: Mapping[str, float]
) -> Diagnosis | None:
    """Name a wrong shape; all sizes must be different.

    Args:
        name: The tensor.
        shape: The student's.
        wanted: The parameter's.
        sizes: Sizes by name, the batch's as ``N``.
    """
    if shape == wanted:
        return None  # something else is wrong with it
    batch = int(sizes.get("N", -1))
    said = ""
    if len(wanted) > 1 and shape == wanted[::-1]:
        said = f"Your {name} gradient is transposed: swap the two factors of the matrix product."
    elif shape == (batch, *wanted):
        said = f"Your {name} gradient still has one row for each example: the sum over the batch is missing."
    elif len(wanted) == 1 and shape in {(batch,), (batch, 1)}:
        said = f"Your {name} gradient is summed over the wrong axis: the batch is axis 0."
    elif shape == () and wanted:
        said = f"Your {name} gradient is one number: it is summed over everything, not only over the batch."
    return Diagnosis(said, "rule.shape") if said else None
