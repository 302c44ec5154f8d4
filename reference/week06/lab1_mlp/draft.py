"""Drafts a mapping of a NumPy net, for ``grade map``: what makes it, holds its tensors, runs it and trains it.

Everything is tried: a line is written only if it did what the line says, on sizes that are all different.
"""

import inspect
import itertools
import signal

import numpy as np

N = 11
SIZES = {"n_in": 5, "n_hidden": 7, "n_out": 3, "seed": 0}
SHAPES = {"W1": ("n_in", "n_hidden"), "b1": ("n_hidden",), "W2": ("n_hidden", "n_out"), "b2": ("n_out",)}
LAYERS = "[n_in, n_hidden, n_out]"
ARGUMENTS = {
    "n_in": "n_in input_size input_dim n_input n_inputs num_inputs inputs in_dim n_x nx input_nodes num_features "
    "n_features inputnodes input_layer_size d_in input in_features inputsize features num_input "
    "input_layer input_node",
    "n_hidden": "n_hidden hidden_size hidden_dim hidden num_hidden n_h nh hidden_nodes hiddennodes n_hid d_hidden "
    "hidden_layer_size hidden_units hiddensize hidden_layer num_hiddens num_hidden_units hidden_node",
    "n_out": "n_out output_size output_dim n_output n_outputs num_outputs outputs out_dim n_y ny output_nodes "
    "num_classes n_classes classes outputnodes output_layer_size d_out output out_features outputsize num_output "
    "output_layer output_node",
    LAYERS: "sizes layers layer_sizes layer_dims layers_dims dims architecture layers_sizes topology units nodes "
    "layer_dimensions layers_size shape neurons layer_size size dimensions",
    "[n_hidden]": "hidden_sizes hidden_layers hidden_dims hiddens hidden_layer_sizes hidden_units_list n_neurons",
    "seed": "seed random_state random_seed",
    "X": "x X a inputs input data images features x_batch x_train input_data xs a0 input_array train_x xb",
    "y": "y t Y target targets label labels y_true truth y_batch y_train labels_batch ys one_hot_y y_onehot "
    "target_array one_hot train_y d_out expected yb",
    "lr": "lr learning_rate eta alpha step_size rate learningrate",
    "m": "model net network params parameters nn mlp weights",
    "1": "epochs n_epochs num_epochs iterations n_iter num_iterations max_iter epoch n_iterations iters steps",
    "len(X)": "batch_size m minibatch_size mini_batch_size size_batch n_samples batchsize",
    "False": "verbose print_cost shuffle print_loss show plot debug train_flg",
    "0.0": "reg lamb_da lambd lamda reg_lambda l2 weight_decay momentum regularization decay dropout",
    "0.1": "std weight_init_std weight_scale init_scale scale",
    "'relu'": "activation hidden_activation activation_function act activation_name",
}
"""What to pass: what arguments for it are called; the last that names a word counts."""
MEANING = {word: value for value, words in ARGUMENTS.items() for word in words.split()}
RUNS = "forward feedforward forward_pass forward_propagation forwardprop feed_forward run __call__ predict"
TRAINS = (
    "train step update fit backward backprop train_step train_batch learn sgd gd optimize gradient_descent"
)
NOT_WEIGHTS = ("grad", "dw", "db", "delta", "cache", "mom", "vel", "prev", "v_", "m_", "acc", "history")


def draft(module):
    """The lines of a mapping.

    Returns:
        Name → expression, for what was found; the others are left out.
    """
    signal.signal(signal.SIGALRM, _too_long)
    best = {}
    for make in _makers(module):
        lines = _with_tensors(Trial(module, {"make": make}))
        if len(lines) > len(best):
            best = lines
        if len(best) == 5:
            break
    return _with_methods(Trial(module, best)) if len(best) == 5 else best


class TooLongError(Exception):
    """A trial took too long."""


def _too_long(*_):
    raise TooLongError


class Trial:
    """Evaluates expressions of a mapping, each on a net made anew."""

    def __init__(self, module, lines):
        self.module, self.lines = module, lines
        rng = np.random.default_rng(7)
        self.X, self.y = rng.normal(size=(N, SIZES["n_in"])), rng.integers(SIZES["n_out"], size=N)
        self.y[:3] = 0, 1, 2

    def net(self):
        """A new net, and what expressions see of it."""
        scope = {**vars(self.module), "np": np, **SIZES}
        scope["m"] = self.evaluate(self.lines["make"], scope)
        return scope | {"X": self.X.copy(), "y": self.y.copy(), "lr": 0.1}

    def evaluate(self, text, scope):
        """An expression's value; raises whatever it raises, or ``TooLongError``."""
        signal.setitimer(signal.ITIMER_REAL, 3)
        try:
            with np.errstate(all="ignore"):
                return eval(text, scope)  # noqa: S307 - in the student's own sandbox
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def tensors(self, scope):
        """The tensors that were found, as arrays."""
        return {name: np.array(eval(self.lines[name], scope), float) for name in SHAPES}  # noqa: S307


def _makers(module):
    """Ways to make a net: of each class, then of each function that says so."""
    own = [
        v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__ and callable(v)
    ]
    classes = [v for v in own if inspect.isclass(v)]
    functions = [
        v for v in own if inspect.isfunction(v) and _says(v.__name__, "init create make build param")
    ]
    for thing in (*classes[::-1], *functions):
        for arguments in _arguments(thing, MADE_WITH, positional=True):
            yield f"{thing.__name__}({arguments})"


AS_SIZES = {word: size for size in ("n_in", "n_out") for word in ARGUMENTS[size].split()}
MADE_WITH = tuple(
    AS_SIZES | dict.fromkeys(ARGUMENTS["lr"].split(), "0.1") | other
    for other in ({}, {"hidden_layers": "n_hidden"})
)
"""A constructor's arguments are sizes and settings, never a batch."""


def _says(name, words):
    return any(word in name.lower() for word in words.split())


def _arguments(function, others, *, positional=False, data=None):
    """Ways to call a function, by what its arguments are called."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    required = [
        p
        for p in parameters
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    found = []
    for other in others:
        meanings = MEANING | other | (data or {})
        known = {p.name: meanings.get(p.name) or meanings.get(p.name.lower().strip("_")) for p in parameters}
        if all(known[p.name] for p in required):
            given = [known[p.name] for p in required]
            more = [
                p
                for p in parameters
                if p not in required and known.get(p.name) and p.kind is not p.VAR_KEYWORD
            ]
            optional = [f"{p.name}={known[p.name]}" for p in more if known[p.name] not in ("m", "'relu'")]
            found += [", ".join([*given, *optional]), ", ".join(given)]
    if positional:
        found += ["n_in, n_hidden, n_out", LAYERS, "n_in, [n_hidden], n_out", "n_in, n_out, [n_hidden]", ""]
        found += ["n_in, n_out, n_hidden", "n_hidden, n_in, n_out", f"{LAYERS}, ['relu', 'softmax']"]
    return list(dict.fromkeys(found))


# ── Where the tensors are ─────────────────────────────────────────────────────────────────────────────────


def _with_tensors(trial):
    """Lines for each tensor of a net; those that aren't found are left out."""
    try:
        net = trial.net()["m"]
    except BaseException:  # whatever a stranger's constructor does
        return {}
    lines = dict(trial.lines)
    there = [(path, shape) for path, shape in _arrays(net, "m", 4) if not _says(path, " ".join(NOT_WEIGHTS))]
    for name, sizes in SHAPES.items():
        shape = tuple(SIZES[size] for size in sizes)
        alike = {shape, shape[::-1], (1, *shape), (*shape, 1)} if len(shape) == 1 else {shape, shape[::-1]}
        match = next((path for path, own in there if own in alike), None)
        if match:
            lines[name] = match
    return lines


def _arrays(value, path, depth):
    """Every array of numbers in an object, with the expression that leads there."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield path, value.shape
        if value.ndim == 3 and path.count("[") < 3:
            yield from ((f"{path}[{i}]", part.shape) for i, part in enumerate(value))
    elif isinstance(value, dict) and depth:
        for key, part in value.items():
            yield from _arrays(part, f"{path}[{key!r}]", depth - 1)
    elif isinstance(value, list | tuple) and depth:
        numbers = _as_numbers(value)
        if numbers is not None:
            yield path, numbers.shape
        else:
            for i, part in enumerate(value):
                yield from _arrays(part, f"{path}[{i}]", depth - 1)
    elif hasattr(value, "__dict__") and depth and type(value).__module__ not in ("builtins", "numpy"):
        for name, part in vars(value).items():
            yield from _arrays(part, f"{path}.{name}", depth - 1)


def _as_numbers(value):
    try:
        array = np.array(value)
    except ValueError:
        return None
    return array if array.dtype.kind == "f" and array.ndim else None


# ── What runs and trains it ───────────────────────────────────────────────────────────────────────────────

LAYOUTS = (
    ("X", "np.eye(n_out)[y]"),
    ("X", "y"),
    ("X.T", "np.eye(n_out)[y].T"),
    ("X.T", "y"),
    ("X", "y.reshape(-1, 1)"),
)


def _with_methods(trial):
    """Lines for the forward pass, and for one update or the gradients."""
    lines = dict(trial.lines)
    forward = next(_forwards(trial), None)
    if forward:
        lines["forward"] = forward
        loss = next(_losses(trial, forward), None)
        lines |= {"loss": loss} if loss else {}
    trained = next(_gradients(trial, forward), None) or next(_steps(trial, forward), None)
    if trained:
        lines[trained[0]] = trained[1]
    return lines


def _callables(trial, words):
    """Methods of the net and functions of the module with a telling name first: expression, function."""
    net = trial.net()["m"]
    names = words.split()
    methods = [
        (f"m.{n}", f)
        for n, f in inspect.getmembers(net, callable)
        if not n.startswith("_") or n == "__call__"
    ]
    functions = [
        (n, f) for n, f in vars(trial.module).items()
        if inspect.isfunction(f) and f.__module__ == trial.module.__name__
    ]  # fmt: skip

    def rank(item):
        name = item[0].removeprefix("m.").lower()
        return next((i for i, word in enumerate(names) if word in name), len(names))

    return sorted([(e.removesuffix(".__call__"), f) for e, f in (*methods, *functions)], key=rank)


OUTPUTS = "y_hat yhat output outputs al a2 a3 pred y_pred predictions probs logits out y_out prediction"
"""What a backward pass calls the forward pass's result."""


def _calls(trial, words, layouts, output=""):
    """Ways to call each method and function with a batch, those with telling names first."""
    given = {"X": ARGUMENTS["X"].split(), "y": ARGUMENTS["y"].split()}
    for expression, function in _callables(trial, words):
        for X, y in layouts:
            data = dict.fromkeys(OUTPUTS.split(), output)
            data |= dict.fromkeys(given["X"], X) | dict.fromkeys(given["y"], y)
            data |= dict.fromkeys(("batch", "mini_batch"), f"({X}, {y})" if y else X)
            for arguments in _arguments(function, ({},), data=data):
                yield f"{expression}({arguments})"


def _forwards(trial):
    """Expressions that give one row of finite numbers for each row of X, and that differ from row to row."""
    for call in _calls(trial, RUNS, (("X", ""), ("X.T", ""))):
        try:
            value = trial.evaluate(call, trial.net())
        except BaseException:  # noqa: S112 - most of what is tried fails
            continue
        for path, part in _parts(value):
            if part.shape in ((N, 3), (3, N)) and np.isfinite(part).all() and part.std() > 0:
                yield f"{call}{path}" + (".T" if part.shape == (3, N) else "")


def _losses(trial, forward):
    """Calls that give the mean cross-entropy of what the forward pass gives, logits or probabilities."""
    np.random.seed(0)  # noqa: NPY002 - a net that draws from there begins alike
    scope = trial.net()
    given = np.asarray(trial.evaluate(forward, scope), dtype=float)
    logits = np.log(given) if (given > 0).all() and np.allclose(given.sum(axis=1), 1) else given
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    truth = -log_p[np.arange(N), scope["y"]].mean()
    for call in _calls(trial, "loss cost cross_entropy", LAYOUTS, forward):
        if _says(call.split("(")[0], "loss cost entropy"):
            np.random.seed(0)  # noqa: NPY002 - a net that draws from there begins alike
            try:
                value = trial.evaluate(call, trial.net())
                close = np.ndim(value) == 0 and abs(float(value) - truth) < 1e-6 * truth
            except BaseException:  # noqa: S112 - most of what is tried fails
                continue
            if close:
                yield call


def _parts(value, path=""):
    """The arrays in a call's result; the last of a tuple or a dict first, for it is the output."""
    if isinstance(value, list | tuple) and _as_numbers(value) is None:
        for i in (-1, *range(len(value) - 1)):
            if len(value):
                yield from _parts(value[i], f"{path}[{i}]")
    elif isinstance(value, dict):
        for key in list(value)[::-1]:
            yield from _parts(value[key], f"{path}[{key!r}]")
    else:
        numbers = _as_numbers(value)
        if numbers is not None:
            yield path, numbers


def _gradients(trial, forward):
    """Expressions that give an array for each tensor, by a call's result or by what it leaves behind."""
    shapes = {name: value.shape for name, value in trial.tensors(trial.net()).items()}
    before = [""] + ([forward.removesuffix(".T")] if forward else [])
    for call, first in itertools.product(
        _calls(trial, "gradient grad backward backprop", LAYOUTS[:4], forward or ""), before
    ):
        text = f"[{first}, {call}][-1]" if first else call
        scope = trial.net()
        old = trial.tensors(scope)
        try:
            value = trial.evaluate(text, scope)
        except BaseException:  # noqa: S112 - most of what is tried fails
            continue
        if any((new != old[name]).any() for name, new in trial.tensors(scope).items()):
            continue
        there = dict(_parts(value)) if value is not None else {}
        paths = _one_each({path: part.shape for path, part in there.items()}, shapes)
        if paths:
            flat = ", ".join(f"{name}={text}{paths[name]}" for name in SHAPES)
            short = text if paths == {n: f"[{n!r}]" for n in SHAPES} else f"dict({flat})"
            if [*paths.values()] == [f"[{i}]" for i in range(4)] and len(there) == 4:
                short = text
            yield "gradients", short
        left = {
            path: shape for path, shape in _arrays(scope["m"], "m", 4) if path not in trial.lines.values()
        }
        named = {p: s for p, s in left.items() if _says(p, "grad d") and not _says(p, "hidden_delta")}
        paths = _one_each(named, shapes)
        if paths:
            yield "gradients", f"[{text}, dict({', '.join(f'{n}={paths[n]}' for n in SHAPES)})][-1]"


def _one_each(there, shapes):
    """A path for each tensor's shape, if there is one for every tensor."""
    found = {
        name: next((p for p, own in there.items() if own == shape), None) for name, shape in shapes.items()
    }
    return found if all(found.values()) else None


def _steps(trial, forward):
    """Expressions that move every tensor, by twice as much for twice the rate."""
    output = forward or ""
    calls = list(_calls(trial, TRAINS, LAYOUTS, output))
    updates = [c for c in calls if "lr" in c.split("(", 1)[1]]
    yield from (("step", c) for c in updates if _moves(trial, c))
    firsts = [forward.removesuffix(".T")] if forward else []
    backs = [c for c in _calls(trial, "backward backprop back gradient", LAYOUTS, output) if c not in updates]
    applies = [c for c in updates if "X" not in c.split("(", 1)[1] and _says(c, "update step apply optim")]
    for first, back, apply in itertools.product(firsts, backs[:24], applies[:4]):
        text = f"[{first}, {back}, {apply}]"
        if _moves(trial, text):
            yield "step", text
    for first, back in itertools.product(firsts, [c for c in updates if _says(c, "back update")][:24]):
        if _moves(trial, f"[{first}, {back}]"):
            yield "step", f"[{first}, {back}]"


def _moves(trial, text):
    moved = []
    for rate in (1e-3, 2e-3):
        np.random.seed(0)  # noqa: NPY002 - a net that draws from there begins alike
        scope = trial.net() | {"lr": rate}
        before = trial.tensors(scope)
        try:
            trial.evaluate(text, scope)
            after = trial.tensors(scope)
        except BaseException:
            return False
        moved.append({name: after[name] - before[name] for name in SHAPES})
        if any(not np.isfinite(d).all() or not d.any() for d in moved[-1].values()):
            return False
    one, two = moved
    size = {name: np.abs(d).max() for name, d in one.items()}
    return all(0.5 < np.abs(two[name]).max() / size[name] < 8 for name in SHAPES)
