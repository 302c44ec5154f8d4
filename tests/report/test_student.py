"""The student's copy tells nothing that hidden checks must keep."""

import json
import math

import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.records import (
    CheckResult,
    Decision,
    Fault,
    Finding,
    Measurement,
    Outcome,
    Record,
    SourceLine,
)
from grader.report import FILES, RENDERERS, encode, student_copy
from grader.report.plot import describe
from grader.report.sanitizer import sanitize
from grader.report.student import LARGEST, POINTS, SMALLEST, _coarse, _magnitudes, _outline

SECRET_INPUT = "0.3471822905"


def failed(finding, hidden=True, id="forward.logits", **rest):
    record = samples.record([samples.check(id, Outcome.FAILED, finding=finding, hidden=hidden, **rest)])
    return next(c for c in student_copy(record).checks if c.id == id)


def raised(kind, message, **rest):
    """As the judge tells an exception on the student's side."""
    return Finding(
        headline=f"Your code raised {kind}.",
        call="MLP(5, 7, 3).forward(float64[8, 5])",
        yours=f"{kind}: {message}",
        where="mlp_numpy.py, line 12",
        traceback=f"mlp_numpy.py, line 40, in predict\nmlp_numpy.py, line 12, in {rest.pop('function', 'forward')}\n    raise {kind}",
        lines=(
            SourceLine(file="mlp_numpy.py", number=40, text="return self.forward(X)"),
            SourceLine(file="mlp_numpy.py", number=12, text="return X @ self.W"),
        ),
        secret=("yours", "expected"),
        **rest,
    )


def sanitize_finding(finding):
    """As the record has it."""
    record = samples.record([samples.check("forward.logits", Outcome.FAILED, finding=finding)])
    return next(c for c in sanitize(record).checks if c.id == "forward.logits").finding


def everywhere(check_or_record):
    return str(check_or_record)


def test_the_seed_is_in_the_instructors_files_and_in_none_of_the_students():
    record = samples.revise()
    for row in FILES:
        assert samples.SEED in row.text(record)
        assert samples.SEED not in row.text(student_copy(record))


def test_expected_values_and_own_values_of_hidden_checks_are_gone_from_every_file():
    copy = student_copy(samples.revise())
    for text in (row.text(copy) for row in RENDERERS):
        for value in ("0.0173362", "-0.0412908", "2.0312", "10021.4"):
            assert value not in text


def test_a_public_check_is_shown_in_full():
    check = failed(samples.MASK_MISSING, hidden=False)
    assert check.finding == samples.MASK_MISSING


def test_what_teaches_stays():
    finding = failed(samples.MASK_MISSING).finding
    assert finding.headline == samples.MASK_MISSING.headline
    assert finding.diagnosis == samples.MASK_MISSING.diagnosis
    assert finding.hint == samples.MASK_MISSING.hint
    assert finding.how_many == samples.MASK_MISSING.how_many


@pytest.mark.parametrize(
    "field", ["headline", "call", "where", "how_many", "how_far", "allowed", "diagnosis", "hint", "traceback"]
)
def test_every_field_that_the_judge_names_is_held_back(field):
    texts = {
        name: f"told-{name}"
        for name in Finding.__struct_fields__
        if name not in ("lines", "secret", "diagnosis_id")
    }
    finding = failed(Finding(**texts, secret=(field,))).finding
    assert f"told-{field}" not in everywhere(finding)


def test_a_secret_text_is_held_back_where_it_is_repeated():
    finding = Finding(
        headline=f"The loss is {SECRET_INPUT}.", expected=SECRET_INPUT, hint=f"Not {SECRET_INPUT}?"
    )
    check = failed(finding, note=f"Reference: {SECRET_INPUT}")
    assert SECRET_INPUT not in everywhere(check)
    assert check.finding.headline == "The loss is …."


def test_an_exceptions_message_is_held_back_but_its_class_and_line_stay():
    finding = failed(raised("ValueError", SECRET_INPUT)).finding
    assert SECRET_INPUT not in everywhere(finding)
    assert finding.headline == "Your code raised ValueError."
    assert finding.where == "mlp_numpy.py, line 12"
    assert finding.traceback == (
        "mlp_numpy.py, line 40\n    return self.forward(X)\nmlp_numpy.py, line 12\n    return X @ self.W"
    )


@pytest.mark.parametrize(
    "finding",
    [
        pytest.param(raised("X0_3471822905", "boom"), id="in the class's name"),
        pytest.param(raised("ValueError", "boom", function="X0_3471822905"), id="in a function's name"),
        pytest.param(raised("ValueError", "boom", function="f\n    X0_3471822905"), id="in a forged line"),
        pytest.param(
            raised("ValueError", "boom", function="f\nX0_3471822905.py, line 3"), id="in a forged file"
        ),
        pytest.param(
            Finding(
                headline="Your code imports a library that is not there: No module named 'X0_3471822905'.",
                yours="ModuleNotFoundError: No module named 'X0_3471822905'",
            ),
            id="in the headline's message",
        ),
        pytest.param(
            Finding(headline="A dict was expected.", yours="a dict with X0_3471822905"), id="in a dict's keys"
        ),
        pytest.param(Finding(headline="Wrong.", where="X0_3471822905.py, line 3"), id="in a file's name"),
    ],
)
def test_student_code_cannot_carry_a_hidden_input_out(finding):
    assert "3471822905" not in everywhere(failed(finding))


def test_lines_of_files_that_were_not_graded_are_not_shown():
    finding = raised("ValueError", "boom")
    record = samples.record(
        [samples.check("forward.logits", Outcome.FAILED, finding=finding, hidden=True)], files=()
    )
    (check,) = [c for c in student_copy(record).checks if c.id == "forward.logits"]
    assert check.finding.traceback == check.finding.where == ""


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (
            "MLP(5, 7, 3, seed=0).fit(float64[8, 5], lr=0.125)",
            "MLP(5, 7, 3, seed=0).fit(float64[8, 5], lr=…)",
        ),
        ("f(-1e-05, 'it\\'s', b'x', \"y\", inf, nan, 1234567)", "f(…, …, …, …, …, …, …)"),
        ("net.set = {W1, b1}", "net.set = {W1, b1}"),
        ("load(lr=3.)", "load(lr=…)"),
    ],
)
def test_a_call_keeps_shapes_and_no_inputs(call, shown):
    assert _outline(call) == shown


def test_curves_of_hidden_checks_keep_only_how_far_off_they_are():
    copy = student_copy(samples.revise())
    (plot,) = next(c for c in copy.checks if c.id == "fit.curve").plots
    assert [series.role for series in plot.series] == ["deviation", "limit"]
    assert all(f"{y:.0e}".startswith("1e") for y in plot.series[0].y)
    assert len(plot.series[0].x) == len(plot.series[0].y) == POINTS
    assert plot.series[0].x[0] == 1 and plot.series[0].x[-1] == 100
    assert "First over the limit at step 2." in describe(plot)
    assert plot.beneath is None


@given(st.lists(st.floats() | st.none(), max_size=200))
def test_a_deviation_carries_less_than_19_bits(deviation):
    """Any curve becomes one of the non-decreasing sequences of a few powers of ten."""
    series = samples.Series(label="d", role="deviation", y=tuple(deviation))
    kept = _magnitudes(series).y
    assert len(kept) <= POINTS
    assert list(kept) == sorted(kept)
    levels = {10.0**power for power in range(SMALLEST, LARGEST + 1)}
    assert set(kept) <= levels
    assert math.log2(math.comb(POINTS + len(levels) - 1, POINTS)) < 19


@given(st.lists(st.tuples(st.integers(-5, 99_999), st.text(max_size=20)), min_size=1, max_size=30))
def test_a_forged_traceback_carries_two_lines_of_the_file_at_most(frames):
    """Whatever the process writes of itself, the copy follows from the lines that there are."""
    text = "\n".join(f"mlp_numpy.py, line {number}, in {name}" for number, name in frames)
    there = tuple(
        SourceLine(file="mlp_numpy.py", number=number, text="pass")
        for number, _ in frames
        if 0 < number <= 50
    )
    finding = Finding(headline="Wrong.", where="mlp_numpy.py, line 7", traceback=text, lines=there)
    kept = failed(finding).finding
    assert len(kept.lines) <= 2
    assert kept == failed(replace(finding, traceback="forged", where="forged.py, line 3")).finding
    assert set(kept.where.splitlines()) <= {f"mlp_numpy.py, line {line.number}" for line in kept.lines}


@pytest.mark.parametrize("filler", ["x", "\x1b", "\u202e", "\U000e0041"])
@pytest.mark.parametrize("before", ["", "Your file says: ", "y" * 950])
@pytest.mark.parametrize("length", [10, 150, 300, 2000])
def test_two_copies_cut_at_different_places_give_nothing_away(filler, before, length):
    """Unprintable characters grow tenfold in the record, and each text is cut after that."""
    carried = "".join(f"{filler}{i:03d}" for i in range(length // 4 + 1))
    message = f"KEY {carried}"
    finding = sanitize_finding(
        Finding(headline=f"{before}{message}", yours=f"ImportError: {message}", diagnosis="A name.")
    )
    kept = failed(finding).finding
    shown = f"{kept.headline} {kept.yours} {kept.hint}"
    assert [i for i in range(length // 4 + 1) if f"{i:03d}" in shown] == []


def test_curves_without_a_deviation_are_left_out():
    plot = samples.replace(samples.curves(), beneath=None)
    assert failed(Finding(headline="Wrong."), plots=(plot,)).plots == ()


def test_curves_of_public_checks_stay():
    assert failed(Finding(headline="Wrong."), hidden=False, plots=(samples.curves(),)).plots == (
        samples.curves(),
    )


def test_measurements_of_hidden_checks_keep_two_digits():
    check = failed(Finding(headline="Wrong."), measurements=(Measurement(name="loss", value=0.3471822905),))
    assert check.measurements[0].value == 0.35


def test_our_own_traceback_quotes_the_suite_and_is_held_back():
    copy = student_copy(samples.ungraded())
    assert "1 / 0" not in everywhere(copy)
    check = next(c for c in copy.checks if c.id == "fit.curve")
    assert check.finding == Finding(headline="This check is broken; it says nothing about your work.")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0, 0), (0.003, 1), (1.0, 1), (1.2, 2), (4.9, 5), (5.1, 10), (99, 100), (101, 200)],
)
def test_times_are_reported_by_their_size(seconds, shown):
    assert _coarse(seconds) == shown


def test_hidden_checks_tell_no_time_at_all():
    copy = student_copy(samples.revise())
    assert {c.seconds for c in copy.checks if c.hidden} == {0}
    assert {t.seconds for t in copy.timings} == {1, 10}


def test_the_verdict_is_the_same_and_the_copy_says_that_it_is_one():
    record, copy = samples.revise(), student_copy(samples.revise())
    assert (copy.verdict, copy.reasons, copy.criteria) == (record.verdict, record.reasons, record.criteria)
    assert copy.notes[-1].startswith("This is the student's copy")


def test_numbers_beyond_all_bounds_do_no_harm():
    series = samples.Series(
        label="d", role="deviation", y=(float("inf"), float("nan"), 1e308, 5e-324, 0.0, -2.0)
    )
    plot = samples.Plot(title="d", x_label="x", y_label="y", series=(series,))
    check = failed(
        Finding(headline="Wrong."), plots=(plot,), measurements=(Measurement(name="m", value=float("nan")),)
    )
    assert check.plots[0].series[0].y == (1.0,) * 6
    assert check.measurements[0].value is None


def test_a_copy_of_a_copy_is_the_copy():
    copy = student_copy(samples.revise())
    again = json.loads(encode(student_copy(copy)))
    assert [c["finding"] for c in again["checks"]] == [
        c["finding"] for c in json.loads(encode(copy))["checks"]
    ]


@pytest.mark.parametrize("sample", [samples.review, samples.reviewed])
def test_guidance_for_reviewers_is_in_the_instructors_files_and_in_none_of_the_students(sample):
    for row in FILES:
        assert "Do not count words" in row.text(sample())
        assert "Do not count words" not in row.text(student_copy(sample()))


def test_students_read_who_decided_and_why_in_every_file():
    copy = student_copy(samples.reviewed())
    assert copy.documents == ()
    for text in (row.text(copy) for row in FILES):
        assert "Bola Adé" in text
        assert "your own numbers say it does not" in text
