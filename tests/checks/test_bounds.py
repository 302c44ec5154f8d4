"""What students write is read within bounds of size, depth and count; over one of them is a finding, never an error."""

import itertools
import tracemalloc

import numpy as np
import pytest

from grader.checks import CheckFailed, DocumentText, imports_only
from grader.checks.answer import describe, render
from grader.checks.project import functions, mutants, suites
from grader.checks.project.controls import controls, disguised
from grader.checks.project.functions import lines_of, parse, public_functions
from tests.checks.answers import answer


def test_the_first_of_many_nans_in_eight_axes_is_found_in_the_space_of_the_array():
    value = np.full((4, 4, 4, 4, 4, 4, 4, 256), np.nan, dtype=np.float16)
    tracemalloc.start()
    try:
        with pytest.raises(CheckFailed) as failure:
            answer(value).array()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert failure.value.finding.where == "index (0, 0, 0, 0, 0, 0, 0, 0)"
    assert peak < 2 * value.nbytes


def test_the_place_of_a_nan_is_right():
    value = np.zeros((3, 4))
    value[1, 2] = np.inf
    with pytest.raises(CheckFailed) as failure:
        answer(value).array()
    assert failure.value.finding.where == "index (1, 2)"
    assert failure.value.finding.how_many == "1 of 12 are not finite"


def test_a_number_of_four_hundred_digits_beside_a_float_is_a_finding():
    with pytest.raises(CheckFailed) as failure:
        DocumentText("results.json", "[0.5, " + "7" * 400 + "]").json().array()
    assert failure.value.finding.allowed == "18 digits"


def test_a_call_shows_no_more_than_the_beginning_of_what_was_passed():
    assert len(render({f"{i}" * 1000: 0 for i in range(5000)})) < 400
    assert len(render("x" * 1_000_000)) < 60
    assert len(describe({f"{i}" * 1000: 0 for i in range(5000)})) < 400


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────

TERMS = [600, 1_400]


@pytest.mark.parametrize("count", TERMS)
def test_a_module_with_a_long_expression_may_be_handed_in(count):
    long = " + ".join(["x"] * count)
    imports_only(f"import numpy\ndef f(x):\n    return {long}\n", ("numpy",))
    with pytest.raises(CheckFailed, match="torch"):
        imports_only(
            f"def f(x):\n    return {long} + __import__('a')\nimport torch\n".replace("__import__", "g"), ()
        )


def test_a_module_with_a_chain_of_1500_ifs_may_be_handed_in():
    chain = "if x == 0:\n    y = 0\n" + "".join(f"elif x == {i}:\n    y = {i}\n" for i in range(1, 900))
    imports_only(chain, ("numpy",))


def test_what_is_too_deep_for_python_is_called_so_and_not_a_syntax_error():
    with pytest.raises(CheckFailed, match="nested deeper than Python allows"):
        imports_only("x = " + "-" * 100_000 + "1", ("numpy",))


@pytest.mark.parametrize(
    "source", ["x" * 300_000, "if 1:\n" * 1500, "(" * 5000, "x = " + "-" * 50_000 + "1", "\0", "'"]
)
def test_what_has_no_tree_has_no_functions(source):
    assert public_functions("m.py", source) == []


@pytest.mark.parametrize("count", TERMS)
def test_a_function_with_a_long_expression_is_broken_or_left_alone(count):
    source = "def f(x):\n    return " + " + ".join(["x"] * count) + "\n\ndef g(x):\n    return x + 1\n"
    first, second = public_functions("m.py", source)
    assert mutants.taken_out(source, first) is not None
    mutants.bugs(source, first, np.random.default_rng(0), 2)
    for target in (first, second):
        text = disguised(source, target, np.random.default_rng(0))
        assert text != source
        assert parse(text) is not None


def test_of_three_thousand_functions_each_is_read_again_by_itself(monkeypatch):
    source = "".join(f"def f{i}(x): return x + {i}\n" for i in range(3000))
    targets = public_functions("m.py", source)
    parsed = []
    monkeypatch.setattr(functions, "parse", lambda text: parsed.append(len(text)) or parse(text))
    for target in targets[::10]:
        assert mutants.taken_out(source, target) is not None
    assert sum(parsed) < len(source)  # what is parsed grows with the file, not with its square


def test_a_form_feed_does_not_move_the_lines():
    source = "x = 1\n\f\ndef f(x):\n    return x + 1\r\ny = '\u2028'\n"
    (target,) = public_functions("m.py", source)
    text = mutants.taken_out(source, target).text
    assert lines_of(text)[1] == "\f"
    assert "taken out" in text
    assert parse(text) is not None


def test_text_in_a_function_keeps_its_own_indentation():
    source = (
        'class A:\n    def f(self):\n        x = """\nno indent\n"""\n        y = 7\n        return x, y\n'
    )
    (target,) = public_functions("m.py", source)
    found = controls(source, target, np.random.default_rng(0))
    assert len(found) > 3
    for control in found:
        scope = {}
        exec(control.text, scope)
        assert scope["A"]().f() == ("\nno indent\n", 7), control.what


# ── tests ────────────────────────────────────────────────────────────────────────────────────────────────


def test_helpers_that_call_helpers_are_visited_once():
    layers = "".join(
        f"def h{i}():\n    h{i + 1}()\n    g{i + 1}()\ndef g{i}():\n    h{i + 1}()\n    g{i + 1}()\n"
        for i in range(40)
    )
    idle = suites.tests({"tests/test_a.py": layers + "def test_it():\n    h0()\n"})
    busy = suites.tests(
        {"tests/test_a.py": layers + "def h40():\n    assert 1 < f()\ndef test_it():\n    g0()\n"}
    )
    assert [t.asserts for t in idle] == [False]
    assert [t.asserts for t in busy] == [True]


def test_helpers_that_call_each_other_end():
    text = "def a():\n    b()\ndef b():\n    a()\ndef test_it():\n    a()\n"
    assert [t.asserts for t in suites.tests({"test_a.py": text})] == [False]


def test_a_long_chain_of_helpers_is_no_recursion():
    chain = "".join(f"def h{i}():\n    h{i + 1}()\n" for i in range(5000))
    found = suites.tests(
        {"test_a.py": chain + "def h5000():\n    raise ValueError\ndef test_it():\n    h0()\n"}
    )
    assert [t.asserts for t in found] == [True]


@pytest.mark.parametrize("count", TERMS)
def test_both_sides_of_an_assertion_may_be_long(count):
    long = " + ".join(["x"] * count)
    same = suites.tests({"test_a.py": f"def test_it():\n    assert {long} == {long}\n"})
    other = suites.tests({"test_a.py": f"def test_it():\n    assert {long} == {long} + 1\n"})
    assert [t.asserts for t in same + other] == [False, True]


def test_more_tests_than_can_be_read_are_a_finding_with_the_bound_in_it():
    texts = {f"tests/test_{i}.py": "x = 1\n" * 20_000 for i in range(40)}
    with pytest.raises(CheckFailed) as failure:
        suites.tests(texts)
    assert "4 million characters" in failure.value.finding.allowed
    many = dict(zip((f"tests/test_{i}.py" for i in range(1001)), itertools.repeat(""), strict=False))
    with pytest.raises(CheckFailed):
        suites.tests(many)
