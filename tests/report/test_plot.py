"""Plots show the student's curve against the reference's, whatever the numbers are."""

import math
import re
from xml.etree import ElementTree

import pytest
import report_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.records import Plot, Series
from grader.report.axes import linear, logarithmic
from grader.report.plot import MOST_POINTS, WIDTH, describe, svg


def one(*y, role="yours", label="yours", **options):
    return Plot(
        title="t", x_label="step", y_label="loss", series=(Series(label=label, y=y, role=role),), **options
    )


def parse(plot):
    return ElementTree.fromstring(str(svg(plot)))


def path(plot, role="yours"):
    return next(
        p.get("d")
        for p in parse(plot).iter("path")
        if p.get("class") == f"curve {role}" and "h0" in p.get("d")
    )


def test_a_plot_names_itself_and_says_in_words_what_it_shows():
    drawn = parse(samples.curves(0.4))
    assert drawn.get("role") == "img"
    assert [drawn.find("title").get("id"), drawn.find("desc").get("id")] == drawn.get(
        "aria-labelledby"
    ).split()
    assert drawn.find("title").text == "Loss of each mini-batch"
    assert drawn.find("desc").text == describe(samples.curves(0.4))
    assert "yours: 2.3 at 1, 0.763 at 100." in describe(samples.curves(0.4))


def test_the_first_step_beyond_the_limit_is_marked_in_both_panels_and_told():
    guides = [p.get("d") for p in parse(samples.curves(0.4)).iter("path") if p.get("class") == "guide"]
    assert len(guides) == 2
    assert guides[0].split()[0] == guides[1].split()[0]  # at the same x
    assert describe(samples.curves(0.4)).endswith("First over the limit at step 2.")


@pytest.mark.parametrize("step", [2, 50, 99])
def test_the_mark_is_labelled_within_the_picture(step):
    deviation = Series(label="d", y=tuple(1.0 if i >= step else 0.1 for i in range(1, 101)), role="deviation")
    limit = Series(label="allowed", y=(0.5,), x=(1.0,), role="limit")
    plot = Plot(title="t", x_label="step", y_label="d", series=(deviation, limit))
    (label,) = [t for t in parse(plot).iter("text") if "warning" in t.get("class")]
    assert label.text == f"first over the limit at step {step}"
    width = 5.9 * len(label.text)
    left = float(label.get("x")) - (width if "end" in label.get("class") else 0)
    assert 0 <= left and left + width <= WIDTH


def test_nothing_is_marked_where_the_limit_holds():
    assert "guide" not in svg(samples.curves())
    assert "over the limit" not in describe(samples.curves())


def test_lines_differ_in_dash_as_well_as_in_colour():
    from grader.report.html import TEMPLATES

    css = (TEMPLATES / "report.css").read_text()
    assert "stroke-dasharray" not in re.search(r"\.plot \.yours \{.*?\}", css)[0]
    dashes = [
        re.search(rf"\.plot \.{role} {{.*?dasharray: ([^;]+)", css)[1]
        for role in ("reference", "other", "limit")
    ]
    assert len(set(dashes)) == 3


def test_a_value_that_is_not_finite_is_a_gap():
    d = path(one(1.0, 2.0, math.nan, 3.0, math.inf, 1.0, 2.0))
    assert d.count("M") == 3
    assert d.count("L") == 2


def test_a_plot_without_a_finite_value_is_still_a_plot():
    assert "no finite value" in describe(one(math.nan, None))
    assert parse(one(math.nan, None)).find("title") is not None


def test_a_long_series_is_thinned_but_keeps_its_peaks():
    y = [math.sin(i / 500) for i in range(20_000)]
    y[7_777] = 9.0
    d = path(one(*y))
    assert len(re.findall("[ML]", d)) <= MOST_POINTS
    heights = [float(h) for h in re.findall(r"[ML][\d.]+ ([\d.-]+)", d)]
    assert min(heights) < 0.2 * (max(heights) - min(heights)) + min(heights)
    assert sum(h < min(heights) + 1 for h in heights) == 1


def test_hostile_labels_are_text():
    drawn = str(svg(one(1.0, 2.0, label="</text><script>x")))
    assert "<script" not in drawn and "&lt;script&gt;" in drawn


def test_an_unknown_role_is_drawn_as_another_line():
    assert path(one(1.0, 2.0, role='x" onload="y'), "other")


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    st.lists(st.floats() | st.none() | st.sampled_from([0.0, 1.0, -1.0, 5e-324, 1e308, -1e308]), max_size=12),
    st.booleans(),
)
def test_any_numbers_stay_within_the_picture(y, log):
    plot = Plot(
        title="t",
        x_label="x",
        y_label="y",
        series=(Series(label="a", y=tuple(y)),),
        log_y=log,
        beneath=one(*y, role="deviation", log_y=True),
    )
    drawn = parse(plot)
    _, _, width, height = map(float, drawn.get("viewBox").split())
    assert width == WIDTH
    for line in drawn.iter("path"):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", line.get("d").replace("h0", ""))]
        assert all(0 <= x <= width for x in numbers[::2])
        assert all(0 <= at <= height for at in numbers[1::2])
    for text in drawn.iter("text"):
        assert 0 <= float(text.get("x")) <= width and 0 <= float(text.get("y")) <= height


@pytest.mark.parametrize(
    ("numbers", "labels"),
    [
        ([0, 1], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([2.3, 0.2], ["0.5", "1.0", "1.5", "2.0"]),
        ([-3, 3], ["−2", "0", "2"]),
        ([1, 100], ["20", "40", "60", "80", "100"]),
        ([7, 7], ["4", "6", "8", "10"]),
        ([0, 2e6], ["0", "5e5", "1e6", "1.5e6", "2e6"]),
        ([0, 3e-7], ["0", "1e-7", "2e-7", "3e-7"]),
    ],
)
def test_ticks_are_few_and_round(numbers, labels):
    assert [label for _, label in linear(numbers, 0, 1).ticks] == labels


def test_a_logarithmic_axis_has_decades_and_a_place_for_zero():
    axis = logarithmic([0.0, 3e-5, 2.0], 100, 0)
    assert axis.place(0.0) == 100
    assert axis.place(-1.0) is None
    assert [label for _, label in axis.ticks] == ["1", "10⁻²", "10⁻⁴", "10⁻⁶"]
