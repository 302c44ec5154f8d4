"""Losses that are objects: they are given the forward pass's result, and a backward pass begins with theirs."""

import inspect

from .draft_calls import LAYOUTS, arguments, is_theirs
from .draft_words import says


def backward_of_losses(trial, forward):
    """Parts of an expression that run the net, a loss object and the backward passes of both.

    Args:
        trial: Has the net and the file.
        forward: The forward pass's expression; nothing is found without.
    """
    if not forward:
        return
    for made in _losses(trial):
        for _, y in LAYOUTS[:2]:
            for call in ("l.forward", "l", "l.calculate"):
                first = f"l := {made}, {call}({forward}, {y})"
                if trial.tried(f"[{first}]") is None:
                    continue
                for back in ("l.backward()", f"l.backward({forward}, {y})"):
                    yield f"{first}, m.backward({back})"
                    yield f"{first}, {back}"


def _losses(trial):
    """Expressions that make a loss of the file's."""
    for name, thing in list(vars(trial.module).items()):
        if (
            inspect.isclass(thing)
            and is_theirs(thing, trial.module)
            and says(name, "loss entropy criterion cost")
        ):
            for given in arguments(thing, {"max_classes": "n_out"}, left_out=()):
                made = f"{name}({given})"
                if trial.tried(made) is not None:
                    yield made
