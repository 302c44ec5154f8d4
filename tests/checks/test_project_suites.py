"""Test files → the tests in them, and whether they assert anything."""

import pytest

from grader.checks.project.suites import tests as all_tests
from grader.checks.project.suites import unnoticed


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("assert f(1) == 2", True),
        ("np.testing.assert_allclose(f(1), 2)", True),
        ("with pytest.raises(ValueError): f(0)", True),
        ("if f(1) != 2: raise AssertionError", True),
        ("helper(f(1))", True),
        ("f(1)", False),
        ("assert True", False),
        ("assert f(1) == f(1)", False),
        ("assert (f(1), 'said')", False),
        ("idle(f(1))", False),
        ("gradient_check(f, 1)", True),
    ],
)
def test_a_test_asserts_if_something_in_it_can_fail(body, want):
    helpers = "def helper(x):\n    assert x\n\ndef idle(x):\n    idle(x)\n"
    found = all_tests({"tests/test_a.py": f"{helpers}\ndef test_a():\n    {body}\n"})
    assert [t.asserts for t in found] == [want]


def test_files_that_are_no_python_have_no_tests():
    assert all_tests({"test_a.py": "def test_a(:", "a.py": "def test_b(): pass"}) == []


CASES = "import unittest\nclass TestNet(unittest.TestCase):\n    def test_a(self):\n        self.assertTrue(f())\n"
FUNCTION = "def test_a():\n    assert f() == 1\n"


@pytest.mark.parametrize(
    ("path", "text", "commands"),
    [
        ("unittests.py", CASES, ["python -m pytest unittests.py"]),
        ("tests/layer.py", CASES, ["python -m pytest tests/layer.py"]),
        ("test.py", FUNCTION, ["python -m pytest test.py"]),
        ("test_net.py", FUNCTION, []),
        ("test_net.py", "assert f() == 1\n", ["python test_net.py"]),
        ("test_net.py", "print(f())\n", []),
        ("test.py", "def test_model(model, loader):\n    return 1\n", []),
        ("venv/lib/site-packages/x/tests.py", CASES, []),
    ],
    ids=["course", "folder", "one file", "pytest finds it", "a script", "prints", "evaluates", "another's"],
)
def test_tests_in_files_of_other_names_are_found_and_run(path, text, commands):
    assert unnoticed({path: text}) == commands
    assert bool(all_tests({path: text})) is (text in {CASES, FUNCTION} and "venv" not in path)


def test_a_fixture_is_no_test():
    assert all_tests({"test_a.py": "@pytest.fixture\ndef test_input():\n    return 1\n"}) == []
