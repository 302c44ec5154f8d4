"""Public functions are found, and broken one at a time, without running a line of them."""

import ast

import numpy as np
import pytest

from grader.checks.project.functions import public_functions
from grader.checks.project.mutants import bugs, emptied, taken_out, unchanged

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


def test_the_same_code_in_other_words_does_the_same_and_compiles_to_something_else():
    text = unchanged(SOURCE, [named("add")])
    assert run(text, "add(5)") == 11
    assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(SOURCE))
    assert run(text, "add.__code__.co_code") != run(SOURCE, "add.__code__.co_code")
