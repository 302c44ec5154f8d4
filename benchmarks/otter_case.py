"""One function of the bare suite, called as pytest would: what a doctest of otter-grader runs."""

import importlib

import numpy as np


def call(module, name):
    """Call it with a seeded ``rng`` and each value of its parameters; raises if it fails."""
    function = getattr(importlib.import_module(module), name)
    marks = [mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    for value in marks[0].args[1] if marks else [None]:
        given = {"rng": np.random.default_rng(1)} | ({marks[0].args[0]: value} if marks else {})
        function(**{key: given[key] for key in names})
