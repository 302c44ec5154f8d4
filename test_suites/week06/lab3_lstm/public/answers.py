"""Reading answers of two shapes that this lab has: pairs of arrays, and tables of numbers."""

import numpy as np

from grader.checks import Answer, fail


def pair(answer):
    """Two answers out of a tuple of two."""
    if not isinstance(answer.value, list) or len(answer.value) != 2:
        raise fail("Two arrays were expected: train and test.", call=answer.call)
    return tuple(Answer(f"{answer.call}[{i}]", value) for i, value in enumerate(answer.value))


def table(answer, columns):
    """A list of rows, each of ``columns`` finite numbers, as an array."""
    if not isinstance(answer.value, list) or not answer.value:
        raise fail(f"A list of rows of {columns} numbers was expected.", call=answer.call)
    rows = [Answer(f"{answer.call}[{i}]", row).array((columns,)) for i, row in enumerate(answer.value)]
    return np.array(rows)


def whole(answer, least):
    """A whole number, at least ``least``."""
    number = int(answer.array((), kind="integer"))
    if number < least:
        raise fail(f"{answer.call} is too small.", yours=str(number), expected=f"at least {least}")
    return number
