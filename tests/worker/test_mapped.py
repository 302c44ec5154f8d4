"""Mappings: repositories that spell an MLP in their own way, seen through the lab's interface."""

import types
from pathlib import Path

import numpy as np
import pytest

from grader.worker.definitions import is_left_out
from grader.worker.loading import load
from grader.worker import mapped
from grader.worker.misfit import MappingError
from grader.worker.tools import Tools

COURSE = Path(__file__).parents[2]

INTERFACE = {
    "class": "MLP",
    "make": ["n_in", "n_hidden", "n_out", "seed"],
    "tensors": {"W1": ["n_in", "n_hidden"], "b1": ["n_hidden"], "W2": ["n_hidden", "n_out"], "b2": ["n_out"]},
    "methods": {
        "forward": ["X"],
        "loss": ["X", "y"],
        "gradients": ["X", "y"],
        "predict": ["X"],
        "fit": ["X", "y", "lr", "batches"],
    },
    "helpers": {"step": ["X", "y", "lr"]},
    "by_tensor": ["gradients"],
}
LAB = Tools(COURSE / "reference/week06/lab1_mlp")
N, I, H, O = 8, 5, 6, 3

ROWS = """
import numpy as np
class Net:
    def __init__(self, sizes):
        self.w = [np.zeros((i, o)) for i, o in zip(sizes, sizes[1:])]
        self.b = [np.zeros(o) for o in sizes[1:]]
    def forward(self, X):
        self.a = [X, np.maximum(X @ self.w[0] + self.b[0], 0)]
        return self.a, self.a[1] @ self.w[1] + self.b[1]
    def grads(self, X, y, scale=1.0):
        a, z = self.forward(X)
        p = np.exp(z - z.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
        d = (p - np.eye(z.shape[1])[y]) / len(X) * scale
        h = (d @ self.w[1].T) * (a[1] > 0)
        return [X.T @ h, h.sum(0), a[1].T @ d, d.sum(0)]
    def step(self, X, y, lr):
        g = self.grads(X, y)
        self.w[0] -= lr * g[0]; self.b[0] -= lr * g[1]; self.w[1] -= lr * g[2]; self.b[1] -= lr * g[3]
"""
COLUMNS = """
import numpy as np
def make(i, h, o):
    return {"W1": np.zeros((h, i)).tolist(), "b1": np.zeros((h, 1)).tolist(),
            "W2": np.zeros((o, h)).tolist(), "b2": np.zeros((o, 1)).tolist()}
def run(m, x):
    a = np.maximum(np.array(m["W1"]) @ x + np.array(m["b1"]), 0)
    return a, np.array(m["W2"]) @ a + np.array(m["b2"])
def update(m, x, t, lr):
    a, z = run(m, x)
    p = np.exp(z - z.max(0)); p /= p.sum(0)
    d = (p - t) / x.shape[1]
    h = (np.array(m["W2"]).T @ d) * (a > 0)
    for name, g in (("W1", h @ x.T), ("b1", h.sum(1, keepdims=True)), ("W2", d @ a.T), ("b2", d.sum(1, keepdims=True))):
        m[name] = (np.array(m[name]) - lr * g).tolist()
"""
SPELLINGS = {
    "rows, gradients as a list": (
        ROWS,
        {"make": "Net([n_in, n_hidden, n_out])", "W1": "m.w[0]", "b1": "m.b[0]", "W2": "m.w[1]", "b2": "m.b[1]",
         "forward": "m.forward(X)[1]", "gradients": "m.grads(X, y)"},
    ),
    "rows, only a step": (
        ROWS,
        {"make": "Net([n_in, n_hidden, n_out])", "W1": "m.w[0]", "b1": "m.b[0]", "W2": "m.w[1]", "b2": "m.b[1]",
         "forward": "m.forward(X)[1]", "step": "m.step(X, y, lr)"},
    ),
    "columns, (out, in), nested lists in a dict, only a step": (
        COLUMNS,
        {"make": "make(n_in, n_hidden, n_out)", **{n: f"m['{n}']" for n in ("W1", "b1", "W2", "b2")},
         "forward": "run(m, X.T)[1].T", "step": "update(m, X.T, np.eye(n_out)[y].T, lr)"},
    ),
}  # fmt: skip


def adapter(module, interface, spellings):
    """With the lab's own derivation of whatever is not spelled."""
    behaviours = {**interface["methods"], **interface["helpers"]}
    left = [name for name in behaviours if name not in (*spellings, "forward")]
    derived = {name: LAB.function(f"derive.{name}") for name in left}
    return mapped.adapter(module, interface, spellings, derived)


def module_of(source):
    module = types.ModuleType("theirs")
    exec(source, module.__dict__)
    return module


def probe():
    rng = np.random.default_rng(3)
    params = {
        "W1": rng.normal(size=(I, H)),
        "b1": rng.normal(size=H),
        "W2": rng.normal(size=(H, O)),
        "b2": rng.normal(size=O),
    }
    return params, rng.normal(size=(N, I)), rng.integers(O, size=N)


def truth(params, X, y):
    net = module_of(ROWS).Net([I, H, O])
    net.w, net.b = [params["W1"], params["W2"]], [params["b1"], params["b2"]]
    return net.forward(X)[1], dict(zip(params, net.grads(X, y), strict=True))


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_gives_the_same_logits_and_gradients(name):
    source, spellings = SPELLINGS[name]
    net = adapter(module_of(source), INTERFACE, spellings)(I, H, O, seed=1)
    params, X, y = probe()
    net.params = params
    logits, gradients = truth(params, X, y)
    np.testing.assert_allclose(net.forward(X), logits, rtol=1e-12)
    found = net.gradients(X, y)
    for tensor, value in gradients.items():
        np.testing.assert_allclose(found[tensor], value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SPELLINGS)
def test_reading_gradients_leaves_the_parameters_as_they_were(name):
    source, spellings = SPELLINGS[name]
    net = adapter(module_of(source), INTERFACE, spellings)(I, H, O)
    params, X, y = probe()
    net.params = params
    net.gradients(X, y)
    for tensor, value in net.params.items():
        np.testing.assert_array_equal(value, params[tensor])


def test_what_the_mapping_leaves_out_is_derived():
    source, spellings = SPELLINGS["rows, only a step"]
    net = adapter(module_of(source), INTERFACE, spellings)(I, H, O)
    params, X, y = probe()
    net.params = params
    np.testing.assert_array_equal(net.predict(X), net.forward(X).argmax(1))
    net.fit(X, y, lr=0.1, batches=[np.arange(4), np.arange(4, 8)])
    assert not np.array_equal(net.params["W1"], params["W1"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W1": "m.b[0]"}, r"shape \(6,\), not \(5, 6\) or its transpose"),
        ({"W1": "m.b["}, "was never closed"),
        ({"W1": "'text'"}, "'text', not numbers"),
    ],
)
def test_a_mapping_that_points_to_the_wrong_thing_says_which(change, message):
    source, spellings = SPELLINGS["rows, only a step"]
    with pytest.raises(MappingError, match=message) as caught:
        _ = adapter(module_of(source), INTERFACE, {**spellings, **change})(I, H, O).params
    assert caught.value.expression == "W1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("m.weights[0]", "no attribute 'weights'; m is an object of type Net with w, b, grads"),
        ("m.w[7]", "list index out of range; m.w is a list of 1, each an array of shape (2,)"),
        ("m.back()['W1']", "KeyError: 'W1'; m.back() is a dict with dW1, db1"),
        ("m.grads.W1", "'dict' object has no attribute 'W1'; m.grads is a dict with dW1"),
        ("m.back()[0][1]", "KeyError: 0; m.back() is a dict with dW1, db1"),
        ("n.w", "name 'n' is not defined"),
    ],
)
def test_an_expression_that_does_not_fit_says_which_part_of_it_gave_what_instead(text, message):
    class Net:
        def __init__(self):
            self.w, self.b, self.grads = [np.zeros(2)], 0, {"dW1": 1}

        def back(self):
            return {"dW1": 1, "db1": 2}

    with pytest.raises(MappingError) as caught:
        mapped._evaluate("W1", text, {"m": Net()})
    assert message in str(caught.value)


def test_a_call_that_gives_nothing_is_unfinished_and_no_question_of_spelling():
    scope = {"m": types.SimpleNamespace(forward=lambda: None)}
    with pytest.raises(NotImplementedError, match=r"m\.forward\(\) gave nothing"):
        mapped._evaluate("forward", "m.forward()[-1].T", scope)


def test_what_a_call_raises_itself_is_left_as_it_is():
    scope = {"m": types.SimpleNamespace(forward=lambda: {}["W1"])}
    with pytest.raises(KeyError):
        mapped._evaluate("forward", "m.forward()[-1]", scope)


def test_definitions_leave_out_what_trains_downloads_or_waits(tmp_path):
    (tmp_path / "net.py").write_text(
        "from __future__ import annotations\nimport numpy as np\nRATE = 0.1\nrng = np.random.default_rng(0)\n"
        "X = download()\nwhile True: pass\ninput()\ndef f() -> float: return RATE\nclass A: pass\n"
    )
    module = load(tmp_path, "net.py", "definitions", ())
    assert module.f() == 0.1
    assert hasattr(module, "A")
    assert hasattr(module, "rng")
    assert not hasattr(module, "X")


SHARED = """
import numpy as np
class Layer:
    def __init__(self, W): self.W = W
class Net:
    def __init__(self, sizes):
        self.params = {"W1": np.zeros((sizes[0], sizes[1])), "b1": np.zeros(sizes[1]),
                       "W2": np.zeros((sizes[1], sizes[2])), "b2": np.zeros(sizes[2])}
        self.layers = [Layer(self.params["W1"]), Layer(self.params["W2"])]
    @property
    def copied(self): return {name: value.copy() for name, value in self.params.items()}
    def forward(self, X): return np.maximum(X @ self.layers[0].W, 0) @ self.layers[1].W
"""


def test_layers_that_hold_the_same_array_see_what_is_set():
    tensors = {n: f"m.params['{n}']" for n in ("W1", "b1", "W2", "b2")}
    spellings = {"make": "Net([n_in, n_hidden, n_out])", "forward": "m.forward(X)", **tensors}
    net = adapter(module_of(SHARED), INTERFACE, spellings | {"step": "m"})(I, H, O)
    params, X, _ = probe()
    net.params = params
    np.testing.assert_allclose(net.forward(X), np.maximum(X @ params["W1"], 0) @ params["W2"])


def definitions(tmp_path, name, text):
    (tmp_path / f"{name}.py").write_text(text)
    return load(tmp_path, f"{name}.py", "definitions", ())


def test_a_constant_whose_inputs_were_left_out_is_left_out_too(tmp_path):
    module = definitions(
        tmp_path,
        "chained",
        "import numpy as np\nX = download()\nn = int(X.shape[0])\nsizes = (n, 3)\nRATE = 0.1\ndef f(): return RATE\n",
    )
    assert module.f() == 0.1
    assert not {"X", "n", "sizes"} & set(vars(module))


def test_a_library_that_is_missing_matters_only_where_it_is_used(tmp_path):
    module = definitions(
        tmp_path,
        "plotted",
        "import nosuchplots.pyplot as plt\nimport nosuchplots\nfrom nosuchbar import tqdm, trange as t\n"
        "class A(nosuchplots.Base):\n    pass\n"
        "def f(): return 7\ndef g(): plt.figure().show()\ndef h(): return [x for x in tqdm([1])]\n",
    )
    assert module.f() == 7
    for use in (module.g, module.h, module.A):
        with pytest.raises(ModuleNotFoundError, match="No module named 'nosuch"):
            use()


WITH_PICTURES = """
from __future__ import annotations
import numpy as np, nosuchtables as pd
import nosuchplots
import nosuchplots.pyplot as plt
from nosuchbar import tqdm, trange
from drawing import show
try:
    import nosuchcuda as xp
except ImportError:
    xp = np
nosuchplots.use("Agg")
plt.rcParams["figure.dpi"] = 100
figure = plt.figure()
X = np.ones(3)
class Table(pd.DataFrame): pass
@tqdm.wrapped
def wrapped(): X = 2; return X
def frame(table: pd.DataFrame | None = None): return 7
def f(): return frame() + xp.sum(X)
def g(): plt.plot(X)
def h(): show(X)
"""


def test_a_file_whose_pictures_can_not_be_drawn_is_imported_and_the_rest_of_it_works(tmp_path):
    (tmp_path / "drawing.py").write_text("import nosuchplots\ndef show(x): nosuchplots.show(x)\n")
    (tmp_path / "pictures.py").write_text(WITH_PICTURES)
    module = load(tmp_path, "pictures.py", "import", ())
    assert module.f() == 10
    for use in (module.g, module.h, module.wrapped, module.Table, module.figure):
        with pytest.raises(ModuleNotFoundError, match="No module named 'nosuch"):
            use()


def test_all_names_of_a_library_that_is_not_there_are_missed_at_once(tmp_path):
    (tmp_path / "starred.py").write_text("from nosuchplots import *\n")
    with pytest.raises(ModuleNotFoundError):
        load(tmp_path, "starred.py", "import", ())


def test_files_beside_it_are_loaded_by_their_definitions_too(tmp_path):
    package = tmp_path / "codes" / "mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .plots import show\n")
    (package / "plots.py").write_text("import nosuchplots\ndef show(): nosuchplots.show()\n")
    (package / "ops.py").write_text("import nosuchbar\nclass Op: pass\nwhile True: pass\n")
    (package / "model.py").write_text("from .ops import *\nfrom . import show\nclass Net(Op): pass\n")
    module = load(tmp_path, "codes/mine/model.py", "definitions", ())
    assert module.Net.__mro__[1].__name__ == "Op"


AS_PEOPLE_WRITE = """
import logging
import os, sys
from pathlib import Path
import nosuchapp
import numpy as np
sys.path.append(str(Path(__file__).parent / "beside"))
from far import VALUE, settings as given
if os.environ.get("NO_SUCH_VARIABLE"):
    RATE = 1.0
else:
    RATE = 0.5
log = logging.getLogger(__name__)
rng = np.random.default_rng(0)
W = rng.normal(size=(2, 3)).astype(np.float32)
relu = lambda z: maximum(z)
app = nosuchapp.App(__name__)
generator = make_generator(3)
data, labels = load_digits()
def maximum(z): return np.maximum(z, 0)
@app.route("/")
def page(): return W
def f(): log.debug("f"); return RATE * relu(W).shape[1] + VALUE
def g(): return generator.normal()
def h(): return given.rate
def k():
    if RATE > 1:
        data = 1
    return data
"""


def test_what_people_write_beside_their_definitions_is_had_and_what_is_left_out_is_remembered(tmp_path):
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "far.py").write_text("VALUE = 7\nsettings = read_settings()\n")
    module = definitions(tmp_path, "people", AS_PEOPLE_WRITE)
    assert module.f() == 8.5
    for use, name in ((module.g, "generator"), (module.h, "given")):
        with pytest.raises(NameError, match=name) as raised:
            use()
        assert is_left_out(raised.value)
    with pytest.raises(UnboundLocalError) as raised:
        module.k()
    assert not is_left_out(raised.value), "a variable of the function's own"
    assert not hasattr(module, "page")


def test_a_file_with_a_fault_of_its_own_is_not_loaded(tmp_path):
    with pytest.raises(ZeroDivisionError):
        definitions(tmp_path, "faulty", "class A:\n    x = 1 / 0\n")
    with pytest.raises(SyntaxError):
        definitions(tmp_path, "unreadable", "class A:\n  def\n")


def test_a_file_inside_a_package_may_import_its_neighbours(tmp_path):
    package = tmp_path / "pkgone"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helper.py").write_text("VALUE = 7\n")
    (package / "main_file.py").write_text("from .helper import VALUE\n")
    assert load(tmp_path, "pkgone/main_file.py", "import", ()).VALUE == 7
