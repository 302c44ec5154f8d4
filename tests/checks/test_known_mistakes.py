"""A mistake is named only if its mutant, and no other, gives the student's numbers."""

import numpy as np
import pytest

from grader.checks import KnownMistakes
from grader.checks.values import distance
from grader.records import Edit, Mistake

REFERENCE = "def f(x):\n    y = x * x\n    return y + 1\n"


def mistake(id, replace, with_, says=None):
    edit = Edit(file="model.py", replace=replace, with_=with_)
    return Mistake(
        id=id, idea=id, edits=(edit,), fails=(f"check.{id}",), diagnosis=id if says is None else says
    )


CUBED = mistake("cubed", "x * x", "x * x * x")
DOUBLED = mistake("doubled", "return y", "return 2 * y")
X = np.array([0.5, 1.5, 2.5])


@pytest.fixture
def known_mistakes(tmp_path):
    (tmp_path / "model.py").write_text(REFERENCE)
    return lambda *mistakes: KnownMistakes(tmp_path, mistakes)


def name(known_mistakes, yours, x=X, **options):
    known_mistakes = known_mistakes() if callable(known_mistakes) else known_mistakes
    found = known_mistakes.matcher("model", lambda module: [module.f(x)], **options)(
        [np.asarray(yours)], distance, 1e-3
    )
    return found and (found.id, found.sentence)


def test_a_mutant_that_gives_the_numbers_names_the_bug(known_mistakes):
    assert name(known_mistakes(CUBED, DOUBLED), X**3 + 1) == ("cubed", "cubed")


def test_numbers_that_no_mutant_gives_have_no_name(known_mistakes):
    assert name(known_mistakes(CUBED, DOUBLED), X + 7) is None


def test_mutants_that_look_alike_are_not_told_apart(known_mistakes):
    alike = mistake("times x", "x * x", "x ** 3")
    assert name(known_mistakes(CUBED, alike), X**3 + 1) is None


def test_mutants_that_say_the_same_may_look_alike(known_mistakes):
    alike = mistake("times x", "x * x", "x ** 3", says="cubed")
    assert name(known_mistakes(CUBED, alike), X**3 + 1)[1] == "cubed"


def test_two_mistakes_at_once_are_both_named(known_mistakes):
    both = 2 * X**3 + 1
    assert name(known_mistakes(CUBED, DOUBLED), both) is None
    assert name(known_mistakes(CUBED, DOUBLED), both, pairs=True) == (
        "cubed+doubled",
        "Two things at once. cubed doubled",
    )


def test_a_mutant_hardly_different_from_the_truth_names_nothing(known_mistakes):
    nearly = mistake("nearly", "y + 1", "y + 1.0001")
    assert name(known_mistakes(nearly), X**2 + 1.0002) is None
    assert name(known_mistakes(nearly), X**2 + 1.0001) == ("nearly", "nearly")


def test_mistakes_that_fail_a_passed_check_are_ruled_out(known_mistakes):
    assert name(known_mistakes(CUBED), X**3 + 1, passed=("check.cubed",)) is None


def test_what_a_submission_passed_rules_mistakes_out(known_mistakes):
    given = known_mistakes(CUBED, DOUBLED).given(["check.cubed"])
    assert name(lambda: given, X**3 + 1) is None
    assert name(lambda: given, 2 * X**2 + 1)[0] == "doubled"
    assert name(lambda: given, X**3 + 1, passed=())[0] == "cubed"  # of another module's checks


def test_of_two_at_once_only_the_one_that_was_not_named_before_is_news(known_mistakes):
    both = 2 * X**3 + 1
    assert name(lambda: known_mistakes(CUBED, DOUBLED).given([], ["cubed"]), both, pairs=True) == (
        "doubled",
        "doubled",
    )
    assert (
        name(lambda: known_mistakes(CUBED, DOUBLED).given([], ["cubed", "doubled"]), both, pairs=True)[0]
        == "cubed"
    )


def test_a_mistake_without_a_diagnosis_names_nothing(known_mistakes):
    assert name(known_mistakes(mistake("cubed", "x * x", "x * x * x", says="")), X**3 + 1) is None


def test_mutants_that_crash_or_give_other_shapes_are_passed_over(known_mistakes):
    crash = mistake("crash", "x * x", "x / None")
    shape = mistake("shape", "return y", "return y[:2]")
    assert name(known_mistakes(crash, shape, CUBED), X**3 + 1) == ("cubed", "cubed")


def test_without_a_reference_the_known_mistakes_are_silent(tmp_path):
    assert name(KnownMistakes(tmp_path, (CUBED,)), X**3 + 1) is None
