"""The search for an architecture: is what it finds in the space, and is it any good?"""

import numpy as np

from grader.checks import Handle, ask, check, fail

FEW, DEAF = 1, 1e-7
"""A unit and a learning rate with which nothing is learnt."""


def rings(rng):
    """Points on two rings, one inside of the other: inputs (240, 2), and which ring."""
    labels = rng.permutation(np.arange(240) % 2)
    angles = rng.uniform(0, 2 * np.pi, size=240)
    radii = np.where(labels, 1.6, 0.6) + rng.normal(scale=0.08, size=240)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1), labels


def space(rng):
    """27 configurations; 8 of them can tell rings apart, and neither the first nor the last is one."""
    return {
        "n_units": [FEW, *(int(n) for n in rng.permutation([24, 48]))],
        "activation": [str(name) for name in rng.permutation(["identity", "relu", "tanh"])],
        "learning_rate": [*(float(rate) for rate in rng.permutation([0.01, 0.03])), DEAF],
    }


def searched(student, rng):
    """A space, and the configuration that was found in it, by whatever else it was accompanied."""
    choices = space(rng)
    data = student.search.tool("bonus_bench.dataset", *rings(rng))
    answer = student.search.search_architecture(data, choices)
    found = configuration(answer.as_it_came(), choices)
    if found is None and isinstance(answer.as_it_came(), Handle):
        raise ask("search_architecture returns an object of its own: a person looks at it.", call=answer.call)
    if found is None:
        raise fail(
            "search_architecture returns no configuration of the space.",
            call="search_architecture(dataset, search_space)",
            yours=str(answer.as_it_came())[:120],
            expected="a dict: name → one of its choices",
        )
    return choices, found


def configuration(value, choices):
    """What in a value has a choice for each name, nearest to its top; None if there is nothing.

    A dict, or the choices alone in the space's order. So of a best one beside the list of all, it is the best.
    """
    level = [value]
    while level:
        for part in level:
            listed = isinstance(part, list) and len(part) == len(choices)
            named = dict(zip(choices, part, strict=True)) if listed else part
            if isinstance(named, dict) and all(named.get(n) in allowed for n, allowed in choices.items()):
                return {name: named[name] for name in choices}
        inner = [p.values() if isinstance(p, dict) else p for p in level if isinstance(p, dict | list)]
        level = [part for parts in inner for part in parts]
    return None


@check("search.valid", seconds=120)
def test_valid(student, rng):
    """search_architecture returns a configuration of the space that it was given."""
    searched(student, rng)


@check("search.best", needs="search.valid", seconds=120)
def test_best(student, rng):
    """It finds a network that can tell two rings apart, in two spaces."""
    for _ in range(2):
        _, found = searched(student, rng)
        if found["n_units"] == FEW or found["activation"] == "identity" or found["learning_rate"] == DEAF:
            raise fail(
                "The network that was found can't learn the task.",
                call="search_architecture(dataset, search_space)",
                yours=str(found),
                expected="more than one unit, relu or tanh, and a rate with which something is learnt",
                hint="Train each configuration, and take the most accurate one on unseen data.",
            )
