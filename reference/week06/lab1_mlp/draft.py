"""Drafts a mapping of a net, for ``grade map``: what makes it, holds its tensors, runs it and trains it.

Everything is tried: a line is written only if it did what the line says, on sizes that are all different.
"""

from contextlib import suppress

from .draft_makers import makers
from .draft_methods import forward_of, with_methods
from .draft_tensors import alike, arrays
from .draft_trial import SHAPES, SIZES, Trial
from .draft_words import NOT_WEIGHTS, says


def draft(module, given):
    """The lines of a mapping of a NumPy net.

    Args:
        module: The student's file.
        given: Lines that are known; the others are looked for.

    Returns:
        Name → expression, for what was found; the others are left out.
    """
    return _drafted(makers(module, ports=False), module, given, with_methods)


def draft_port(module, given):
    """The lines of a mapping of a PyTorch port; autograd does the rest."""
    return _drafted(makers(module, ports=True), module, given, lambda trial: forward_of(trial) | trial.lines)


def _drafted(makes, module, given, with_more):
    """The first net with all tensors that runs; else the one of which the most was found."""
    best = given
    for make in [given["make"]] if "make" in given else makes:
        lines = with_tensors(Trial(module, given | {"make": make}))
        if {"make", *SHAPES} <= set(lines):
            with suppress(BaseException):  # whatever a stranger's net does; its tensors are found
                lines = with_more(Trial(module, lines))
        if len(lines) > len(best):
            best = lines
        if "forward" in best:
            break
    return best


def with_tensors(trial):
    """Lines for each tensor of a net; those that aren't found are left out."""
    try:
        net = trial.scope()["m"]
    except BaseException:  # whatever a stranger's constructor does
        return {}
    found = {}
    there = [(path, shape) for path, shape in arrays(net, "m") if not says(path, NOT_WEIGHTS)]
    for name, sizes in SHAPES.items():
        shapes = alike(tuple(SIZES[size] for size in sizes))
        if match := next((path for path, own in there if own in shapes), None):
            found[name] = match
    return found | trial.lines
