"""Public functions are found, and broken one at a time, without running a line of them."""

import ast

import numpy as np
import pytest

from grader.checks.project.functions import public_functions
from grader.checks.project.broken import all_raise, all_wrong
from grader.checks.project.controls import controls, disguised
from grader.checks.project.mutants import bugs, emptied, taken_out

SOURCE = '''"""A module."""
import functools

def add(a, b=3):
    """Sum."""
    # a remark
    if a is None:
        raise ValueError("a" + "b")
    return a + b * 2

def _private(): return 1

def main(): add(1, 2)

class Net:
    @property
    def size(self):
        return 7

    @staticmethod
    def one(x): return -x

    def later(self):
        """To be written."""
        ...

    class Inner:
        def deep(self, x):
            return x > 0

class _Hidden:
    def seen(self): return 1
'''


def named(name):
    return next(t for t in public_functions("m.py", SOURCE) if t.name == name)


def run(text, expression):
    scope = {}
    exec(compile(text, "m.py", "exec"), scope)
    return eval(expression, scope)


def test_public_functions_and_methods_are_found_and_nothing_else():
    assert [t.name for t in public_functions("m.py", SOURCE)] == [
        "add",
        "Net.size",
        "Net.one",
        "Net.Inner.deep",
    ]


def test_what_is_no_python_has_no_functions():
    assert public_functions("m.py", "def f(:") == public_functions("m.py", "\x00") == []


def test_a_function_taken_out_raises_and_all_others_stay():
    text = taken_out(SOURCE, named("add")).text
    with pytest.raises(RuntimeError):
        run(text, "add(1)")
    assert run(text, "Net.one(2)") == -2


def test_an_emptied_method_returns_none_also_behind_a_decorator():
    assert run(emptied(SOURCE, named("Net.size")).text, "Net().size") is None
    assert run(emptied(SOURCE, named("Net.one")).text, "Net.one(2)") is None


@pytest.mark.parametrize(
    ("name", "call", "right"),
    [("add", "add(5)", 11), ("Net.one", "Net.one(2)", -2), ("Net.Inner.deep", "Net.Inner().deep(1)", True)],
)
def test_every_bug_changes_what_the_function_does(name, call, right):
    found = bugs(SOURCE, named(name), np.random.default_rng(0), 10)
    assert found
    assert all(run(bug.text, call) != right for bug in found)


def test_bugs_leave_defaults_texts_and_checks_of_arguments_alone():
    lines = {bug.line for bug in bugs(SOURCE, named("add"), np.random.default_rng(0), 10)}
    assert lines == {9}


def test_a_bug_tells_what_was_done_and_where():
    (bug,) = bugs(SOURCE, named("Net.one"), np.random.default_rng(0), 10)
    assert (bug.line, bug.what) == (21, "a minus sign dropped")


def test_the_same_seed_makes_the_same_bugs():
    one, two = (bugs(SOURCE, named("add"), np.random.default_rng(5), 2) for _ in range(2))
    assert one == two


EQUIVALENT = """
def softmax(s):
    largest = s.max(axis=-1, keepdims=True)
    e = np.exp(s - s.max(axis=1, keepdims=True))
    f = np.exp(s - largest)
    print(1 + 1)
    rng = np.random.default_rng(7)
    logger.info(3 * 4)
    if verbose > 2:
        print("much")
    return e if s is None else np.log(f + 1e-8)
"""


def test_a_change_that_makes_no_difference_is_no_bug():
    (target,) = public_functions("m.py", EQUIVALENT)
    assert bugs(EQUIVALENT, target, np.random.default_rng(0), 20) == []


SAID = '''"""A module."""


def spread(values, power=2):
    """How far apart they are."""
    count = len(values)
    floor = power
    total = 0
    for value in values:
        total = total + value**2
    return total / count + floor * 3
'''


def test_every_control_does_the_same_in_a_text_of_its_own():
    (target,) = public_functions("m.py", SAID)
    found = controls(SAID, target, np.random.default_rng(0))
    assert {c.what for c in found} == {
        "local names changed",
        "numbers written as sums",
        "a line added that does nothing",
        "two independent lines swapped",
        "a comment added",
    }
    assert len({c.text for c in found} | {SAID}) == 6
    assert {run(c.text, "spread([1, 2, 3.5])") for c in found} == {run(SAID, "spread([1, 2, 3.5])")}


def test_independent_lines_are_swapped_and_others_are_not():
    source = "def f(a):\n    b = a\n    c = b\n    d = a.x\n    return b, c, d\n"
    (target,) = public_functions("m.py", source)
    (swapped,) = [
        c.text for c in controls(source, target, np.random.default_rng(0)) if c.what.startswith("two")
    ]
    assert swapped.index("d = a.x") < swapped.index("c = b") > swapped.index("b = a")


@pytest.mark.parametrize(
    "body", ["return locals()", "y = 1\n    return eval('y')", "y = 1\n    return [y for f in [lambda: y]]"]
)
def test_names_that_something_can_see_are_kept(body):
    source = f"def f(x):\n    {body}\n"
    (target,) = public_functions("m.py", source)
    found = controls(source, target, np.random.default_rng(0))
    assert "local names changed" not in {c.what for c in found}


def test_a_bug_in_disguise_is_the_same_bug():
    (target,) = public_functions("m.py", SAID)
    for bug in bugs(SAID, target, np.random.default_rng(0), 6):
        text = disguised(bug.text, target, np.random.default_rng(1))
        assert text != bug.text
        assert run(text, "spread([1, 2, 3.5])") == run(bug.text, "spread([1, 2, 3.5])")


def test_on_broken_copies_every_function_raises_or_returns_something_else():
    texts = {"m.py": SOURCE, "tests/test_m.py": "def test_add():\n    pass\n", "conftest.py": ""}
    assert set(all_raise(texts)) == set(all_wrong(texts)) == {"m.py"}
    with pytest.raises(RuntimeError):
        run(all_raise(texts)["m.py"], "add(1)")
    wrong = all_wrong(texts)["m.py"]
    assert (run(wrong, "add(5)"), run(wrong, "Net.one(2)")) == (12, -1)
    assert run(wrong, "Net.Inner().deep(1)") is False


def test_something_else_is_made_of_every_kind_of_value():
    source = """
from __future__ import annotations
def text(): return "a"
def pair(): return 1, [2.5, True]
def table(): return {"a": 1}
def nothing(box): box.append(1)
def itself(): return len
def count():
    def inner(): return 3
    return inner()
"""
    wrong = all_wrong({"m.py": source})["m.py"]
    assert run(wrong, "text()") == "a?"
    assert run(wrong, "pair()") == (2, [3.625, False])
    assert run(wrong, "table()") == {"a": 2}
    assert run(wrong, "(box := [], nothing(box))")[0] == []
    assert run(wrong, "itself()") is len
    assert run(wrong, "count()") == 4
