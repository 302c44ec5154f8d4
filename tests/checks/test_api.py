"""What suites may import is one sorted list, and every name on it says what it is."""

import grader.checks


def test_the_public_names_are_sorted_and_exist():
    names = grader.checks.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))
    for name in grader.checks.__all__:
        assert hasattr(grader.checks, name)


def test_every_public_function_and_class_has_a_docstring():
    for name in grader.checks.__all__:
        thing = getattr(grader.checks, name)
        if callable(thing):
            assert (thing.__doc__ or "").strip(), name
