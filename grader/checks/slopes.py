"""Gradients against the slopes of the student's own loss, where a lab leaves the loss to the student."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grader.checks.compare import compare, mismatch
from grader.checks.tolerances import SLOPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.checks.answer import Answer
    from grader.checks.diagnosis import Tensors

STEP = 1e-5
"""Of the central difference, in double precision: the best there is (1e-8), and rarely across a kink."""


def slopes_match(
    yours: Answer,
    loss: Callable[[Tensors], float],
    params: Tensors,
    rng: np.random.Generator,
    *,
    directions: int = 3,
    hint: str = "",
) -> None:
    """The gradients are the slopes of the student's own loss.

    The loss is differenced along random directions of length one, in each tensor by itself. Directions of
    length one keep every pre-activation within ``STEP``, so that few cross a kink; keep probes clear of them.

    Args:
        yours: A dict of gradients by name.
        loss: Asks for the student's loss at other parameters; in double precision, or differences are noise.
        params: Where the gradients were taken.
        rng: Draws the directions.
        directions: How many for each tensor.
        hint: What to look at if a slope is wrong.

    Raises:
        CheckFailed: A slope is not the gradient's.
    """
    gradients = yours.tensors({name: value.shape for name, value in params.items()})
    for name, value in params.items():
        for _ in range(directions):
            direction = rng.normal(size=value.shape)
            direction /= np.linalg.norm(direction)
            ahead = loss({**params, name: value + STEP * direction})
            behind = loss({**params, name: value - STEP * direction})
            slope = np.asarray((ahead - behind) / (2 * STEP))
            told = np.asarray((gradients[name] * direction).sum())
            difference = compare(told, slope, SLOPES, least=1.0)
            if not difference.error <= SLOPES:
                raise mismatch(
                    f"The gradient of {name} is not the slope of your own loss.",
                    difference,
                    SLOPES,
                    call=yours.call,
                    name=f"along a random direction of {name}",
                    hint=hint,
                )
