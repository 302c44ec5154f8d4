"""A student's own mapping: it names what their class has, and what the class has is asked, not derived."""

import pytest

from grader.course import completed, load
from grader.course.mapping import declared, read_grade_file
from grader.errors import MappingNeeded
from tests.suites import COURSE

ASSIGNMENT = load(COURSE, "week06")
NUMPY, TORCH = ASSIGNMENT.labs[0].modules
LINES = {
    "make": "Net([n_in, n_hidden, n_out])",
    **{"W1": "m.w[0]", "b1": "m.b[0]", "W2": "m.w[1]", "b2": "m.b[1]"},
    "forward": "m.run(X)",
    "step": "m.update(X, y, lr)",
}
NET = """
import numpy as np
import torch.nn.functional as F
from mine import helper
class Base:
    def predict(self, x): ...
class Net(Base):
    def __init__(self, sizes): ...
    def run(self, x): ...
    def update(self, x, y, lr): ...
"""


def mapping(by_instructor=False, module="mlp_numpy", **changes):
    lines = {name: text for name, text in (LINES | changes).items() if text}
    text = "labs:\n  lab1_mlp:\n    " + module + ":\n"
    text += "".join(f"      {name}: {text!r}\n" for name, text in lines.items())
    return declared(read_grade_file(text.encode()), ASSIGNMENT, by_instructor=by_instructor).mappings[
        "lab1_mlp"
    ][0]


def refused(action):
    with pytest.raises(MappingNeeded) as caught:
        action()
    return " ".join(str(problem) for problem in caught.value.problems)


def test_what_the_class_has_under_the_labs_name_is_called_and_not_derived():
    done = completed(mapping(), NUMPY, NET)
    assert done.spellings["predict"] == "m.predict(X)"
    assert "predict" not in done.derived


def test_what_it_has_not_is_derived_and_hollow_unless_the_repositorys_own_step_is_in_it():
    done = completed(mapping(), NUMPY, NET)
    assert set(done.derived) == {"loss", "gradients", "fit"}
    assert done.hollow == ("loss",)


def test_without_a_step_of_its_own_all_that_is_derived_is_hollow():
    done = completed(mapping(step="", gradients="m.grads(X, y)"), NUMPY, NET)
    assert set(done.hollow) == {"loss", "step", "fit"}


@pytest.mark.parametrize(
    ("signature", "call"),
    [
        ("fit(self, X, y, lr, batches)", "m.fit(X, y, lr, batches)"),
        ("fit(self, X, y, *, lr, batches)", "m.fit(X, y, lr=lr, batches=batches)"),
        ("fit(self, X, y, *, lr=0.1, batches, verbose=False)", "m.fit(X, y, lr=lr, batches=batches)"),
        ("fit(self, x, Y, lr, batches, verbose=False)", "m.fit(X, y, lr, batches)"),
        ("fit(self, X, y, epochs, lr)", None),
        ("fit(self, *args)", None),
    ],
)
def test_a_method_is_called_if_it_takes_the_labs_arguments(signature, call):
    done = completed(mapping(), NUMPY, NET + f"    def {signature}: ...\n")
    assert done.spellings.get("fit") == call


def test_a_method_with_other_arguments_must_be_spelled_where_its_derivation_would_be_hollow():
    source = NET + "    def loss(self, scores, y): ...\n"
    told = refused(lambda: completed(mapping(), NUMPY, source))
    assert "it leaves out 'loss', which the class seems to have as loss(scores, y)" in told
    done = completed(mapping(loss="m.loss(m.run(X), y)"), NUMPY, source)
    assert done.spellings["loss"] == "m.loss(m.run(X), y)"


@pytest.mark.parametrize(
    "text",
    ["m.run(X.T)[-1].T", "m.run(X.reshape(len(X), 1, -1))", "run(m, torch.as_tensor(X))", "m.forward({'x': X})[0]",
     "m.update((X, y), lr)", "m.f(np.eye(n_out)[y].T, *m.state)",
     "[l := helper(m), l.forward(m.run(X), y), m.back(l.backward())][-1]"],
)  # fmt: skip
def test_names_calls_and_layouts_are_a_students_to_say(text):
    assert mapping(forward=text).spellings["forward"] == text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("np.maximum(m.h(X), 0)", "maximum()"),
        ("m.run(X) / 2", "an operator"),
        ("-m.run(X)", "an operator"),
        ("[m.run(x) for x in X]", "a comprehension"),
        ("(lambda z: z)(X)", "a call of what has no name"),
        ("list(lambda: 1)", "lambda"),
        ("m.run(X) if m else X", "if … else"),
        ("m.run(X).clip(0)", "clip()"),
        ("X.dot(m.w)", "dot()"),
        ("m.w.__rmul__(X)", "__rmul__"),
        ("eval('1')", "eval()"),
        ("torch.relu(m.run(X))", "relu()"),
        ("m.make()(X)", "a call of what has no name"),
        ("m.w[0].dot(X)", "dot()"),
        ("[f := np.maximum, f(X, 0)][1]", "an assignment"),
        ("[f := list([np.maximum]), f[0](X, 0)][1]", "an assignment"),
        ("[f := [np.maximum][0], f(X, 0)][1]", "an assignment"),
        ("m.W1.T.dot(X)", "dot()"),
    ],
)
def test_computing_is_not_a_students_to_say_and_is_an_instructors(text, what):
    assert f"'forward' computes ({what})" in refused(lambda: completed(mapping(forward=text), NUMPY, NET))
    given = mapping(by_instructor=True, forward=text)
    assert completed(given, NUMPY, NET).spellings["forward"] == text


def test_what_computes_is_passed_over_where_the_class_has_the_method():
    done = completed(mapping(predict="m.run(X).argmax(axis=1)"), NUMPY, NET)
    assert done.spellings["predict"] == "m.predict(X)"
    assert done.called == ("predict",)
    assert done.notes == (
        "grade.yml:3: 'predict' computes (argmax()), so lab1_mlp/mlp_numpy.py's own predict(x) is called.",
    )


def test_a_file_that_can_not_be_read_is_no_way_round():
    told = refused(lambda: completed(mapping(forward="np.maximum(m.h(X), 0)"), NUMPY, "class Net(:"))
    assert "'forward' computes (maximum())" in told


def test_what_is_neither_spelled_nor_there_is_absent():
    done = completed(mapping(forward="", step=""), NUMPY, "class Net: pass")
    assert not {"forward", "loss", "gradients", "fit", "predict"} & {*done.spellings, *done.derived}


def test_a_method_that_the_mapping_gives_another_meaning_is_not_taken_for_the_labs():
    source = NET.replace("def run(self, x)", "def predict(self, x)")
    done = completed(mapping(forward="m.predict(X)"), NUMPY, source)
    assert "predict" in done.hollow


def test_a_class_of_another_file_is_looked_at_too():
    own = "from net import Net"
    done = completed(
        mapping(), NUMPY, own, [NET.replace("(Base)", "(Far)"), "class Far:\n  def loss(self, X, y): ...\n"]
    )
    assert (done.spellings["loss"], done.called) == ("m.loss(X, y)", ("loss",))


def test_a_method_under_another_usual_name_must_be_spelled():
    source = NET + "    def cost(self, out, y): ...\n"
    told = refused(lambda: completed(mapping(), NUMPY, source))
    assert """seems to have as cost(out, y); say how it is called: loss: "m.cost(…)".""" in told
    completed(mapping(loss="m.cost(m.run(X), y)"), NUMPY, source)


def test_what_the_class_is_made_with_is_not_left_out():
    source = NET.replace("def __init__(self, sizes)", "def __init__(self, sizes, seed=0)")
    assert "'make' leaves out 'seed'" in refused(lambda: completed(mapping(), NUMPY, source))
    completed(mapping(make="Net([n_in, n_hidden, n_out], seed=seed)"), NUMPY, source)


def test_a_library_under_a_name_of_the_files_own_is_still_a_library():
    told = refused(lambda: completed(mapping(forward="F.linear(X, m.w[0])"), NUMPY, NET))
    assert "'forward' computes (linear())" in told
    completed(mapping(forward="helper(X, m.w[0])"), NUMPY, NET)


def test_an_instructors_mapping_is_left_as_it_is():
    given = mapping(by_instructor=True)
    assert completed(given, NUMPY, NET) == given
    assert given.hollow == ()


@pytest.mark.parametrize("source", ["", "class Net(:", "\0", "class Net(Net): pass", "Net = 3"])
def test_any_source_will_do(source):
    assert completed(mapping(), NUMPY, source).spellings["forward"] == "m.run(X)"


def test_a_port_is_completed_likewise():
    done = completed(mapping(module="mlp_torch", step=""), TORCH, NET)
    assert set(done.hollow) == {"loss", "gradients", "step", "fit"}
