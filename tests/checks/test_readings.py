"""A lab that leaves things open: one reading fits everything, or the nearest one is spoken of."""

import numpy as np
import pytest

from grader.checks import Answer, Readings, options, values_match
from grader.checks.evidence import Evidence
from grader.checks.failure import CheckFailed, MappingMismatchError, fail

LAYOUTS = options("Conv2D", layout=("NCHW", "NHWC"), kernels=("as they are", "flipped"))
RNN = options("RNN", layout=("(T, N, D)", "(N, T, D)"))


def answers(*values):
    return [Answer("forward(X)", np.asarray(value, dtype=np.float64)) for value in values]


def reads(table):
    """Compares each probe (an answer's number) with what it would be in a reading."""

    def compare(reading, probe):
        number, answer = probe
        values_match(
            answer, np.asarray(table[reading["layout"], reading["kernels"]][number], dtype=np.float64)
        )

    return compare


TABLE = {
    ("NCHW", "as they are"): ([1.0, 2.0], [3.0, 4.0]),
    ("NCHW", "flipped"): ([2.0, 1.0], [4.0, 3.0]),
    ("NHWC", "as they are"): ([1.0, 2.0], [4.0, 3.0]),
    ("NHWC", "flipped"): ([2.0, 1.0], [3.0, 4.0]),
}


def find(left, *values, evidence=None, **more):
    readings = Readings(left, evidence or Evidence())
    return readings.find(LAYOUTS, list(enumerate(answers(*values))), reads(TABLE), **more)


def test_the_usual_answers_come_first():
    assert [str(reading) for reading in LAYOUTS] == [
        "",
        "kernels flipped",
        "layout NHWC",
        "layout NHWC, kernels flipped",
    ]


def test_the_usual_reading_is_found_in_silence():
    evidence = Evidence()
    assert str(find({}, [1, 2], [3, 4], evidence=evidence)) == ""
    assert evidence.notes == []


def test_another_reading_is_found_and_noted():
    evidence = Evidence()
    assert find({}, [2, 1], [4, 3], evidence=evidence)["kernels"] == "flipped"
    assert evidence.notes == ["Your Conv2D is read so, which is legal: kernels flipped."]


def test_probes_that_need_different_readings_agree_in_none():
    with pytest.raises(CheckFailed):
        find({}, [2, 1], [3.5, 4])


def test_what_one_check_left_open_the_next_one_decides():
    left = {}
    find(left, [1, 2])
    assert [str(reading) for reading in left["Conv2D"]] == ["", "layout NHWC"]
    find(left, [2, 1][::-1], [4, 3])
    assert [str(reading) for reading in left["Conv2D"]] == ["layout NHWC"]
    with pytest.raises(CheckFailed):
        find(left, [1, 2], [3, 4])


def test_classes_may_differ():
    left = {}
    find(left, [2, 1], [4, 3])
    readings = Readings(left, Evidence())
    found = readings.find(RNN, [0], lambda reading, _: None)
    assert str(found) == ""
    assert set(left) == {"Conv2D", "RNN"}


def test_of_readings_that_do_not_fit_the_nearest_is_spoken_of():
    evidence = Evidence()
    with pytest.raises(CheckFailed) as caught:
        find({}, [2, 1], [4, 3.01], evidence=evidence)
    assert caught.value.finding.yours == "3.01"
    assert evidence.notes == ["Of all readings of your Conv2D, this one is the nearest: kernels flipped."]


def test_the_nearest_readings_bug_is_named_if_it_can_be():
    def explain(reading):
        raise fail(f"named in the reading {reading}")

    with pytest.raises(CheckFailed, match="named in the reading kernels flipped"):
        find({}, [2, 1], [4, 3.01], explain=explain)


def test_an_explanation_that_finds_nothing_wrong_changes_nothing():
    with pytest.raises(CheckFailed, match="The result is wrong"):
        find({}, [2, 1], [4, 3.01], explain=lambda _: None)


def test_where_nothing_fits_a_bug_is_looked_for_in_every_reading():
    readings = Readings({}, Evidence())
    asked = []

    def explain(reading):
        asked.append(str(reading))
        diagnosis = "The kernels are turned." if reading["layout"] == "NHWC" else ""
        raise fail("The outputs are wrong.", diagnosis=diagnosis)

    probes = list(enumerate(answers([9, 9], [9, 9])))
    with pytest.raises(CheckFailed) as caught:
        readings.find(LAYOUTS, probes, reads(TABLE), explain=readings.named_first(LAYOUTS, explain))
    assert caught.value.finding.diagnosis == "The kernels are turned."
    assert asked == ["", "kernels flipped", "layout NHWC"]


def test_where_no_reading_names_a_bug_the_nearest_is_spoken_of():
    readings = Readings({}, Evidence())

    def explain(reading):
        raise fail(f"Wrong: {reading}.")

    probes = list(enumerate(answers([1, 2], [4, 3.5])))
    with pytest.raises(CheckFailed, match="Wrong: layout NHWC"):
        readings.find(LAYOUTS, probes, reads(TABLE), explain=readings.named_first(LAYOUTS, explain))


@pytest.mark.parametrize("works", [("NCHW", "NHWC"), ("NHWC",), ()])
def test_a_mapping_has_to_work_in_one_reading_only(works):
    """An expression that takes one layout alone raises in the other."""
    readings = Readings({}, Evidence())
    compare = reads(TABLE)

    def through_a_mapping(reading, probe):
        if reading["layout"] not in works:
            raise MappingMismatchError("conv", "forward: m.convolve(X) → IndexError")
        compare(reading, probe)

    probes = list(enumerate(answers([1, 2], [4, 3])))
    if works:
        assert readings.find(LAYOUTS, probes, through_a_mapping)["layout"] == "NHWC"
        with pytest.raises(CheckFailed):
            readings.find(LAYOUTS, list(enumerate(answers([9, 9], [9, 9]))), through_a_mapping)
    else:
        with pytest.raises(MappingMismatchError):
            readings.find(LAYOUTS, probes, through_a_mapping)
