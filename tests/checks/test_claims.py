import time

import pytest

from grader.checks import Answer, CheckFailed, claims_match, numbers_agree, numbers_of
from grader.checks.claims import claims_in


def values(text):
    return [claim.value for claim in claims_in(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("an MSE of 0.00478.", [0.00478]),
        ("57.3%, 57.3 % and 57.3\\%", [0.573] * 3),
        ("-1.2e-3, \u22121.2 × 10^-3, 1.2x10^{-3}", [-0.0012, -0.0012, 0.0012]),
        ("1,024.5 rows", [1024.5]),
        ("|0.25|.5|", [0.25, 0.5]),
        ("10-day returns, 2010–2024, 16 units, AR(1)", []),
        ("torch 2.13.0 on Python 3.11.2, v1.2, doi 10.1000/182", []),
        ("```\nlr = 0.123\n```\nsee [fig](a-0.5.png) https://x.org/1.5", []),
        ("## 1.2 Results\n0.5", [0.5]),
        ("9e99999", []),
        ("about 40%", [0.4]),
    ],
)
def test_claims_are_decimals_percentages_and_powers_of_ten(text, found):
    assert values(text) == pytest.approx(found)


def test_a_claim_knows_its_line_even_behind_a_code_block():
    (claim,) = claims_in("a\n```\n1.5\n```\nb 2.5")
    assert claim.line == 5


@pytest.mark.parametrize("written", ["0.0048", "0.00478", "4.78e-3", "0.48 %", "-0.00478"])
def test_a_number_may_be_rounded_as_it_is_written(written):
    numbers_agree(f"It is {written}.", {"mse": 0.0047831}, file="REPORT.md")


@pytest.mark.parametrize("written", ["0.0047", "0.00479", "4.7e-3", "0.5 %".replace("0.5", "0.6")])
def test_another_number_has_no_source(written):
    with pytest.raises(CheckFailed) as caught:
        numbers_agree(f"First line.\nIt is {written}.", {"mse": 0.0047831}, file="REPORT.md")
    finding = caught.value.finding
    assert finding.where == "REPORT.md, line 2"
    assert "mse" in finding.expected


def test_all_numbers_of_a_results_file_are_found_by_path_and_raw_data_left_out():
    answer = Answer("results.json", {"scores": {"lstm": [0.5, 2]}, "ok": True, "forecasts": [9.0]})
    assert numbers_of(answer, without=("forecasts",)) == {"scores.lstm[0]": 0.5, "scores.lstm[1]": 2.0}


def test_claimed_numbers_are_held_against_the_measured_ones():
    claimed = Answer("results.json", {"mse": 0.25, "r2": -0.01, "more": "x"})
    claims_match(claimed, {"mse": 0.25001, "r2": -0.01})
    for measured in ({"mse": 0.26}, {"dm": 0.0}):
        with pytest.raises(CheckFailed):
            claims_match(claimed, measured)


@pytest.mark.parametrize(
    "unit",
    [
        "<!-- ",
        "```",
        "~~~x\n",
        "](",
        "https://",
        "1",
        "1,111",
        "0.5%",
        "# 1.1.1 ",
        "1e",
        "\n```\n",
        "0.1 x 10^",
    ],
)
def test_no_hostile_text_takes_long(unit):
    text = unit * ((256 << 10) // len(unit))
    begun = time.process_time()
    claims_in(text)
    claims_in(text + "a")
    assert time.process_time() - begun < 5


def test_a_comment_may_span_lines_and_text_goes_on_after_it():
    assert values("<!--\n0.5\n-->\n0.7\n<!-- 0.1 -->\n0.8") == [0.7, 0.8]
