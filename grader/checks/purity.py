"""What a call must leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grader.checks.failure import fail

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from grader.checks.answer import Answer


def unchanged(held: Answer, sent: ArrayLike, name: str, after: str) -> None:
    """An array on the student's side still has the values that were sent.

    Args:
        held: What ``student.<module>.hold(sent)`` gave, used as an argument since.
        sent: The values.
        name: What the array is called: ``X``.
        after: The call that could have changed it: ``gradients(X, y)``.

    Raises:
        CheckFailed: It was changed in place.
    """
    before = np.asarray(sent)
    value = held.fetch().value
    if isinstance(value, np.ndarray) and value.shape == before.shape and np.array_equal(value, before):
        return
    wrong = (
        int((value != before).sum()) if isinstance(value, np.ndarray) and value.shape == before.shape else 0
    )
    raise fail(
        f"{after} changes its argument {name}.",
        call=after,
        how_many=f"{wrong} of {before.size} values of {name} are different afterwards" if wrong else "",
        hint=f"{name} += …, out={name} or shuffle({name}) change the caller's array: work on a copy.",
    )
