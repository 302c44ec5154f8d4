"""values_match tells shape before dtype before values, then where, how many, how far, what was allowed."""

import numpy as np
import pytest

from grader.checks import Evidence, values_match
from tests.checks.answers import answer, finding, rising


def test_equal_values_pass_without_a_word():
    evidence = Evidence()
    values_match(answer(rising(3, 2)), rising(3, 2), evidence=evidence)
    assert evidence.notes == []


def test_a_wrong_shape_is_reported_before_wrong_values():
    told = finding(values_match, answer(np.full((2, 3), np.nan)), rising(3, 2), name="logits")
    assert told.headline == "The array has the wrong shape."
    assert (told.yours, told.expected) == ("shape (2, 3)", "an array of shape (3, 2)")


def test_complex_numbers_are_reported_before_their_values():
    told = finding(values_match, answer(rising(3, 2) + 1j), rising(3, 2))
    assert told.headline == "The array does not hold real numbers."


def test_a_difference_is_reported_in_full():
    yours = rising(2, 2)
    yours[1, 0] += 0.4
    told = finding(
        values_match, answer(yours, call="net.forward(X)"), rising(2, 2), name="logits", hint="Look."
    )
    assert told.headline == "The logits are wrong."
    assert told.call == "net.forward(X)"
    assert (told.yours, told.expected) == ("0.7", "0.3")
    assert told.where == "logits[1, 0]"
    assert told.how_many == "1 of 4 values differ"
    assert told.how_far == "off by 0.4, where the largest true value is 0.4"
    assert told.allowed == "to be off by 2e-05"
    assert told.hint == "Look."


def test_values_that_look_alike_are_shown_with_enough_digits():
    told = finding(values_match, answer(0.101), 0.10102, name="loss")
    assert told.headline == "The loss is wrong."
    assert (told.yours, told.expected) == ("0.101", "0.10102")


def test_the_scale_is_never_the_students():
    huge = rising(2, 2)
    huge[0, 0] = 1e308
    assert finding(values_match, answer(huge), rising(2, 2)).how_many == "1 of 4 values differ"


def test_single_precision_passes_and_is_noted():
    evidence = Evidence()
    values_match(answer(rising(3).astype(np.float32) * np.float32(1 + 7e-5)), rising(3), evidence=evidence)
    assert evidence.notes == ["Your numbers agree to 7e-05, as in single precision (float32) arithmetic."]


def test_double_precision_is_held_to_double_precision():
    off = rising(3) * (1 + 7e-5)
    assert finding(values_match, answer(off), rising(3)).headline == "The result is wrong."
    values_match(answer(off.astype(np.float32)), rising(3))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_never_passes(value):
    yours = rising(3)
    yours[1] = value
    told = finding(values_match, answer(yours), rising(3), hint="Shift the logits.")
    assert told.headline == "The result is not finite: it contains NaN or infinity."
    assert (told.where, told.hint) == ("index (1,)", "Shift the logits.")


def test_every_probe_is_compared_and_the_worst_is_reported():
    answers = [answer(rising(2), call="first"), answer(rising(2) * 2, call="second")]
    assert finding(values_match, answers, [rising(2), rising(2)]).call == "second"


def test_labels_must_be_equal():
    told = finding(values_match, answer([0, 1, 1]), np.array([0, 2, 1]), name="labels")
    assert (told.yours, told.expected, told.where) == ("1", "2", "labels[1]")
    assert told.how_many == "1 of 3 differ"


def test_labels_may_be_whole_floats_but_no_others():
    values_match(answer(np.array([0.0, 2.0])), np.array([0, 2]))
    assert finding(values_match, answer(np.array([0.0, 1.5])), np.array([0, 2])).headline == (
        "Whole numbers were expected."
    )
