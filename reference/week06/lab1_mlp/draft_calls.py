"""Ways to call a function of a stranger's, by what its arguments are called."""

import inspect
import sys

from .draft_words import ARGUMENTS, BATCHES, MEANING, OUTPUTS

LAYOUTS = (
    ("X", "np.eye(n_out)[y]"),
    ("X", "y"),
    ("X.T", "np.eye(n_out)[y].T"),
    ("X.T", "y"),
    ("X", "y.reshape(-1, 1)"),
    ("X.T", "y.reshape(1, -1)"),
)
"""How batches and labels are laid out."""
LEFT_OUT = ("m", "'relu'")
"""What is not passed where it may be left out."""


def arguments(function, meanings, left_out=LEFT_OUT):
    """Ways to write its arguments: with those optional ones that are known, and without; none if one is unknown.

    Args:
        function: Its signature is read.
        meanings: Name of an argument → what to pass, beside the usual.
        left_out: What is not passed where it may be left out.
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []
    parameters = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    all_meanings = MEANING | meanings
    known = {
        p.name: all_meanings.get(p.name) or all_meanings.get(p.name.lower().strip("_")) for p in parameters
    }
    required = [p for p in parameters if p.default is p.empty]
    if not all(known[p.name] for p in required):
        return []
    given = [f"{p.name}={known[p.name]}" if p.kind is p.KEYWORD_ONLY else known[p.name] for p in required]
    more = [p for p in parameters if p not in required and known[p.name] and known[p.name] not in left_out]
    optional = [f"{p.name}={known[p.name]}" for p in more]
    return list(dict.fromkeys([", ".join([*given, *optional]), ", ".join(given)]))


def callables(trial, words):
    """Methods of the net and functions of the file, those with a telling name first: expression, function."""
    net = trial.scope()["m"]
    names = words.split()
    homes = [home for home in type(net).__mro__ if is_theirs(home, trial.module)]
    own = {name for home in homes for name in vars(home)} | set(getattr(net, "__dict__", ()))
    methods = [
        (f"m.{name}", getattr(net, name))
        for name in sorted(own)
        if (not name.startswith("_") or name == "__call__") and callable(getattr(net, name, None))
    ]
    if "forward" in own and callable(net) and "__call__" not in own:
        methods.append(("m.__call__", net.forward))
    functions = [
        (name, function)
        for name, function in vars(trial.module).items()
        if inspect.isfunction(function) and is_theirs(function, trial.module)
    ]

    def rank(item):
        name = item[0].removeprefix("m.").lower()
        return next((i for i, word in enumerate(names) if word in name), len(names))

    return sorted([(e.removesuffix(".__call__"), f) for e, f in (*methods, *functions)], key=rank)


def is_theirs(thing, module):
    """Whether a class or function is the repository's: the file's own, or imported from a file beside it."""
    home = getattr(thing, "__module__", None) or ""
    file = getattr(sys.modules.get(home), "__file__", None) or ""
    return home == module.__name__ or "/submission/" in file


def calls(trial, words, layouts=LAYOUTS, output=""):
    """Ways to call each method and function with a batch, those with telling names first.

    Args:
        trial: Has the net and the file.
        words: Telling names, the best first.
        layouts: Of the batch and its labels.
        output: The forward pass's expression, for a backward pass that is given its result.
    """
    for expression, function in callables(trial, words):
        for X, y in layouts:
            data = dict.fromkeys(OUTPUTS.split(), output)
            data |= dict.fromkeys(ARGUMENTS["X"].split(), X) | dict.fromkeys(ARGUMENTS["y"].split(), y)
            data |= dict.fromkeys(BATCHES.split(), f"({X}, {y})" if y else X)
            for given in arguments(function, data):
                yield f"{expression}({given})"
