"""Arrays found in what a call gives: the document fixes names, not what they are wrapped in."""

import numpy as np

from grader.checks import Answer, CheckFailed, Handle

DEEPEST = 3
"""Levels of lists and dicts that are looked through."""


def ready(student, make):
    """What ``make`` gives; where the file can't be imported, with the reference's neural_network in its place.

    A broken neural_network.py costs its own points, and not those of what imports it.
    """
    try:
        return make()
    except CheckFailed:
        student.stand_in("neural_network")
        return make()


def arrays(value, path="", depth=0):
    """Path → array, for each array in nested lists and dicts."""
    if isinstance(value, np.ndarray):
        return {path: value}
    if depth > DEEPEST or not isinstance(value, list | dict):
        return {}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = {}
    for key, item in items:
        found |= arrays(item, f"{path}[{key!r}]", depth + 1)
    return found


def handles(value, depth=0):
    """Whether an object of the student's is in there, into which the judge can't look."""
    if isinstance(value, list | dict) and depth <= DEEPEST:
        items = value.values() if isinstance(value, dict) else value
        return any(handles(item, depth + 1) for item in items)
    return isinstance(value, Handle)


def attributes(thing, *, mapped=False):
    """An object's attributes by name; of a mapped one, those of the student's own object."""
    try:
        found = (thing.get("m") if mapped else thing).get("__dict__").as_it_came()
    except CheckFailed:
        return {}
    return found if isinstance(found, dict) else {}


def of_shape(answer, shape):
    """The answer, or the first array of this shape in the list or dict that it is."""
    if isinstance(answer.as_it_came(), list | dict):
        for path, array in arrays(answer.as_it_came()).items():
            if array.shape == shape:
                return Answer(answer.call + path, array)
    return answer


def turned(answer):
    """The answer with an array's axes turned round: columns as rows."""
    return (
        Answer(answer.call, answer.as_it_came().T) if isinstance(answer.as_it_came(), np.ndarray) else answer
    )


def far(yours, theirs):
    """The largest difference, over the largest true value; infinite where shapes differ or a number is none."""
    if yours.shape != theirs.shape or yours.dtype.kind not in "fiub":
        return np.inf
    difference = float(np.abs(yours - theirs).max(initial=0.0) / (np.abs(theirs).max(initial=0.0) or 1.0))
    return difference if np.isfinite(difference) else np.inf
