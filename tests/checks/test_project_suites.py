"""Test files → the tests in them, and whether they assert anything."""

import pytest

from grader.checks.project.suites import tests as all_tests


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
    ],
)
def test_a_test_asserts_if_something_in_it_can_fail(body, want):
    helpers = "def helper(x):\n    assert x\n\ndef idle(x):\n    idle(x)\n"
    found = all_tests({"tests/test_a.py": f"{helpers}\ndef test_a():\n    {body}\n"})
    assert [t.asserts for t in found] == [want]


def test_files_that_are_no_python_have_no_tests():
    assert all_tests({"test_a.py": "def test_a(:", "a.py": "def test_b(): pass"}) == []
