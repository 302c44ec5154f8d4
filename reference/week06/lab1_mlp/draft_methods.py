"""What runs a net and what trains it: expressions that do what the lab's methods do, or seem to."""

import itertools

import numpy as np

from .draft_calls import LAYOUTS, calls
from .draft_losses import backward_of_losses
from .draft_tensors import arrays, as_numbers, one_each, parts
from .draft_trial import SHAPES, SIZES, N
from .draft_words import DIFFERENTIATES, RUNS, TRAINS, UPDATES, says

TRUE = 0.99
"""Cosine between a candidate's movement and the true gradient from which on none better is looked for."""
FALSE = 0.1
"""Cosine below which a candidate is something else: arrays of zeros, a running mean."""
MOST_TRIALS = 600


def with_methods(trial):
    """Lines for the forward pass, and for the gradients or one update."""
    lines = forward_of(trial) | trial.lines
    forward = lines.get("forward", "")
    loss = next(_losses(trial, forward), None) if forward else None
    lines = ({"loss": loss} if loss else {}) | lines
    if "gradients" in lines or "step" in lines:
        return lines
    true = _slopes(trial, forward) if forward else None
    found = _best(_gradients(trial, forward), true, _cosine)
    if found is None or found[0] < TRUE:
        steps = _best(_steps(trial, forward), true, lambda moved, slopes: -_cosine(moved, slopes))
        found = steps if found is None or (steps and steps[0] > found[0]) else found
    return lines | (dict([found[1]]) if found else {})


def forward_of(trial):
    """A line for the forward pass, if one is found."""
    found = trial.lines.get("forward") or next(_forwards(trial), None)
    return {"forward": found} if found else {}


# ── The forward pass and its loss ─────────────────────────────────────────────────────────────────────────


def _forwards(trial):
    """Expressions that give one row of finite numbers for each row of X, and that differ from row to row."""
    for call in calls(trial, RUNS, (("X", ""), ("X.T", ""))):
        tried = trial.tried(call)
        for path, part in parts(tried[0]) if tried else ():
            if (
                part.shape in ((N, SIZES["n_out"]), (SIZES["n_out"], N))
                and np.isfinite(part).all()
                and part.std() > 0
            ):
                yield f"{call}{path}" + (".T" if len(part) != N else "")


def _value(trial, forward, scope):
    return np.asarray(as_numbers(trial.evaluate(forward, scope)))


def _cross_entropy(given, y):
    """Of logits or probabilities."""
    is_probable = (given > 0).all() and np.allclose(given.sum(axis=1), 1)
    logits = np.log(given) if is_probable else given
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -log_p[np.arange(N), y].mean()


def _losses(trial, forward):
    """Calls that give the mean cross-entropy of what the forward pass gives."""
    truth = _cross_entropy(_value(trial, forward, trial.scope()), trial.y)
    for call in calls(trial, "loss cost cross_entropy", LAYOUTS, forward):
        tried = trial.tried(call) if says(call.split("(")[0], "loss cost entropy") else None
        try:
            if tried and np.ndim(tried[0]) == 0 and abs(float(tried[0]) - truth) < 1e-6 * truth:
                yield call
        except (TypeError, ValueError):
            continue


def _slopes(trial, forward):
    """The true gradient of the cross-entropy, measured; ``None`` if weights can't be moved one by one."""
    scope = trial.scope()
    if not np.isfinite(_cross_entropy(_value(trial, forward, scope), trial.y)):
        return None
    slopes = {}
    for name in SHAPES:
        tensor = trial.evaluate(trial.lines[name], scope)
        if not isinstance(tensor, np.ndarray) or tensor.dtype.kind != "f":
            return None
        slopes[name] = np.zeros(tensor.shape)
        for at in np.ndindex(tensor.shape):
            ends = []
            for change in (1e-4, -1e-4):
                before = tensor[at]
                tensor[at] = before + change
                ends.append(_cross_entropy(_value(trial, forward, scope), trial.y))
                tensor[at] = before
            slopes[name][at] = (ends[0] - ends[1]) / 2e-4
    return slopes


# ── Gradients and updates ─────────────────────────────────────────────────────────────────────────────────


def _cosine(found, true):
    """Between two sets of tensors."""
    if true is None:
        return 0.5
    one = np.concatenate([np.reshape(_like(found[n], true[n].shape), -1) for n in SHAPES])
    two = np.concatenate([true[n].reshape(-1) for n in SHAPES])
    return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two) + 1e-300))


def _like(value, shape):
    return value.T if value.shape != shape and value.shape == shape[::-1] else value.reshape(shape)


def _best(candidates, true, score):
    """The candidate whose tensors are nearest to the true gradient: score, (name, expression)."""
    best = None
    for expression, found in itertools.islice(candidates, MOST_TRIALS):
        nearness = score(found, true) if found else -2.0
        if best is None or nearness > best[0]:
            best = nearness, expression
        if nearness > TRUE:
            break
    return best if best and best[0] > FALSE else None


def _gradients(trial, forward):
    """Expressions that give an array for each tensor, by a call's result or by what it leaves behind."""
    weights = trial.tensors(trial.scope())
    shapes = {name: value.shape for name, value in weights.items()}
    firsts = [""] + ([forward.removesuffix(".T")] if forward else [])
    in_turn = itertools.product(calls(trial, DIFFERENTIATES, LAYOUTS, forward), firsts)
    called = (f"[{first}, {call}][-1]" if first else call for call, first in in_turn)
    for text in itertools.chain(called, (f"[{back}][-1]" for back in backward_of_losses(trial, forward))):
        tried = trial.tried(text)
        if tried is None or _moved(trial, tried[1]):
            continue
        value, scope = tried
        there = dict(parts(value)) if value is not None else {}
        if paths := one_each({path: part.shape for path, part in there.items()}, shapes):
            found = {name: there[path] for name, path in paths.items()}
            if np.array_equal(found["W2"], weights["W2"]):
                continue  # a cache, which has the weights in it
            yield ("gradients", _returned(text, paths, len(there))), found
        left = dict(arrays(scope["m"], "m"))
        named = {p: s for p, s in left.items() if p not in trial.lines.values() and says(p, "grad d")}
        if paths := one_each(named, shapes):
            found = {name: np.array(trial.evaluate(path, scope), float) for name, path in paths.items()}
            yield ("gradients", f"[{text}, {_as_dict(paths)}][-1]"), found


def _moved(trial, scope):
    """Whether any tensor is another than in a new net."""
    before, after = trial.tensors(trial.scope()), trial.tensors(scope)
    return after is None or any(
        after[n].shape != before[n].shape or (after[n] != before[n]).any() for n in SHAPES
    )


def _returned(text, paths, count):
    """The shortest expression for what a call returns."""
    if paths == {name: f"[{name!r}]" for name in SHAPES}:
        return text
    places = ["[0]", "[1]", "[2]", "[-1]"]
    if count == len(SHAPES) and [*paths.values()] == places:
        return text
    return _as_dict({name: f"{text}{path}" for name, path in paths.items()})


def _as_dict(expressions):
    return f"dict({', '.join(f'{name}={text}' for name, text in expressions.items())})"


def _steps(trial, forward):
    """Expressions that move every tensor, by twice as much for twice the rate."""
    for text in _updates(trial, forward):
        moved = [_movement(trial, text, rate) for rate in (1e-3, 2e-3)]
        if all(moved) and _doubles(*moved):
            yield ("step", text), moved[0]


def _updates(trial, forward):
    """A call that takes the rate, alone or behind a forward pass; or a backward pass and then an update."""
    all_calls = list(calls(trial, TRAINS, LAYOUTS, forward))
    updates = [c for c in all_calls if "lr" in c.split("(", 1)[1]]
    yield from updates
    rate = _rate(trial)
    firsts = [forward.removesuffix(".T")] if forward else []
    backs = [c for c in calls(trial, DIFFERENTIATES, LAYOUTS, forward) if c not in updates]
    for first, back in itertools.product(firsts, [c for c in updates if says(c, "back update")]):
        yield f"[{first}, {back}]"
    applies = [c for c in updates if "X" not in c.split("(", 1)[1] and says(c, UPDATES)]
    for back, apply in itertools.product(backward_of_losses(trial, forward), applies[:4]):
        yield f"[{back}, {apply}]"
    for back, apply in itertools.product(backs[:24], applies[:4]):
        yield from ([f"[{back}, {apply}]"] + [f"[{first}, {back}, {apply}]" for first in firsts])
    if rate:
        without = [c for c in all_calls if c not in updates and says(c, TRAINS)]
        bare = [c for c in without if c.endswith("()")]
        yield from (f"[{rate}, {call}]" for call in without)
        yield from (f"[{rate}, {first}, {back}]" for first in firsts for back in backs[:24])
        for back, apply in itertools.product(backs[:24], bare[:4]):
            yield from (f"[{rate}, {first}, {back}, {apply}]" for first in firsts)


def _rate(trial):
    """How the rate is set that a net keeps as an attribute; empty if it keeps none."""
    kept = vars(trial.scope()["m"]) if hasattr(trial.scope()["m"], "__dict__") else {}
    name = next(
        (n for n in kept if n.strip("_") in {"lr", "learning_rate", "eta", "alpha", "learningrate"}), ""
    )
    return f"setattr(m, {name!r}, lr)" if name else ""


def _movement(trial, text, rate):
    """What an expression adds to each tensor; ``None`` if it raises, or leaves one where it is."""
    before = trial.tensors(trial.scope())
    tried = trial.tried(text, lr=rate)
    after = trial.tensors(tried[1]) if tried else None
    if after is None or any(after[name].shape != before[name].shape for name in SHAPES):
        return None
    moved = {name: after[name] - before[name] for name in SHAPES}
    return moved if all(np.isfinite(d).all() and d.any() for d in moved.values()) else None


def _doubles(one, two):
    return all(0.5 < np.abs(two[name]).max() / np.abs(one[name]).max() < 8 for name in SHAPES)
