"""Answers of every kind are asked for by kind; anything else fails the check in words."""

import ast
from pathlib import Path

import numpy as np
import pytest

from grader.checks import CheckFailed
from tests.checks.answers import answer

SUITES = Path(__file__).parents[2] / "test_suites"
ODD = (None, True, 3, 2.5, float("nan"), "text", b"bytes", [], [1, "a"], {}, {"a": None}, np.array([["x"]]))

FITTING = {("flag", bool), ("text", str), ("whole", int), ("whole", bool), ("pair", list)}
"""Besides ``shapes``: what is no dict has none."""


def test_what_fits_comes_back_as_plain_data():
    assert answer(True).flag() is True
    assert answer("a").text() == "a"
    assert answer(3.0).whole() == 3
    assert [part.number() for part in answer([1, 2]).pair()] == [1, 2]
    assert answer([[1, 2], [3, 4]]).table(2).tolist() == [[1, 2], [3, 4]]
    assert answer([[1, 2, 3]]).table().shape == (1, 3)
    assert answer({"W": [2, 3], "b": []}).shapes() == {"W": (2, 3), "b": ()}
    assert answer({"a": 1, 2: 3}).names() == ("a",)
    assert answer(np.zeros((2, 3))).shape() == (2, 3)
    assert answer({"a": [1.0, np.zeros(2)]}).is_finite()
    assert not answer([1.0, np.array([np.inf])]).is_finite()


@pytest.mark.parametrize("kind", ["flag", "text", "whole", "pair", "table", "shapes"])
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_what_does_not_fit_fails_the_check_and_never_raises_anything_else(kind, value):
    try:
        getattr(answer(value), kind)()
    except CheckFailed as failure:
        assert failure.finding.headline
    else:
        assert kind == "shapes" or (kind, type(value)) in FITTING


def test_a_number_below_the_least_is_told_with_both():
    with pytest.raises(CheckFailed) as failure:
        answer(2, call="results['days']").whole(5)
    finding = failure.value.finding
    assert (finding.headline, finding.yours) == ("results['days'] is too small.", "2")
    assert finding.expected == "at least 5"


def test_a_headline_of_the_labs_own_is_told():
    with pytest.raises(CheckFailed) as failure:
        answer("yes").flag("exploits_artifact must be True or False.")
    assert failure.value.finding.headline == "exploits_artifact must be True or False."
    assert failure.value.finding.yours == "str 'yes'"


@pytest.mark.parametrize("file", sorted(SUITES.rglob("*.py")), ids=lambda f: f.relative_to(SUITES).as_posix())
def test_no_suite_looks_into_an_answer(file):
    looked = [
        node.lineno
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "value"
    ]
    assert looked == [], "docs/writing-checks.md: ask for flag(), text(), whole(), pair(), table(), item(), …"
