"""Claims: how numbers and sentences are read, and that no text is too much."""

import random
import time

import pytest

from grader.checks import (
    Answer,
    CheckFailed,
    CheckUndecided,
    Topic,
    claims_hold,
    claims_match,
    figures,
    sentences,
)
from grader.checks.claims import read_claims
from grader.checks.claims.numbers import numbers_in, plainly

OWNERS = (Topic("ours", r"\bours?\b"), Topic("base", r"\bbaselines?\b"))
QUANTITIES = (Topic("mse", r"\bMSE\b"), Topic("r2", r"\bR ?2\b"))
FACTS = {("ours", "mse"): 0.0047831, ("base", "mse"): 0.0031, ("ours", "r2"): -0.123, ("base", "r2"): 0.02}


def hold(text):
    claims_hold(text, FACTS, owners=OWNERS, quantities=QUANTITIES, file="REPORT.md", errors=("mse",))


def read(text):
    return [(c.owners, c.quantity, c.number.written) for c in read_claims(text, OWNERS, QUANTITIES)]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("0.00478.", [(0.00478,)]),
        ("57.3%, 57,3 % and 57.3\\%", [(0.573,)] * 3),
        ("-1.2e-3, \u22121.2 × 10^-3, 1,2x10^{-3}, 1.2·10⁻³", [(-0.0012,), (-0.0012,), (0.0012,), (0.0012,)]),
        ("1,024.5 and 1.024,5", [(1024.5,), (1024.5,)]),
        ("3,270", [(3.27, 3270.0)]),
        ("0,004 and 0,0843", [(0.004,), (0.0843,)]),
        ("torch v2.13.0, 10.1000/182, AR(1), x0.5, R^2", [(1.0,)]),
        ("9e99999 and 1e300000", []),
    ],
)
def test_numbers_are_read_as_people_write_them(written, values):
    assert [n.readings for n in numbers_in(plainly(written))] == [pytest.approx(v) for v in values]


def test_a_number_agrees_as_it_is_rounded():
    (number,) = numbers_in("0.0048")
    assert number.agrees(0.0047831)
    assert not number.agrees(0.00469)
    assert not number.agrees(-0.0048)
    assert number.states(-0.0048)
    assert not next(numbers_in("1")).states(0.97)


def test_sentences_end_where_a_reader_ends_them():
    text = "# Head\n\nOne, e.g. 0.5 vs. AR(1). Two is\nbroken!\n\n```\nx = 1. Y\n```\n<!-- 0.7 -->\n- Three: four.\n"
    assert [(s.text, s.line) for s in sentences(text)] == [
        ("Head", 1),
        ("One, e.g. 0.5 vs. AR(1).", 3),
        ("Two is broken!", 3),
        ("Three: four.", 10),
    ]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Our MSE is 0.0048.", [(("ours",), "mse", "0.0048")]),
        ("MSE: ours 0.0048, baseline 0.0031.", [(("ours",), "mse", "0.0048"), (("base",), "mse", "0.0031")]),
        (
            "An MSE of 0.0048 for ours, 0.0031 for the baseline",
            [(("ours",), "mse", "0.0048"), (("base",), "mse", "0.0031")],
        ),
        ("Our rate was 0.005, our MSE 0.0048", [(("ours",), "mse", "0.0048")]),
        ("| | R2 |\n|-|-|\n| ours | -0.12 |", [(("ours",), "r2", "-0.12")]),
        ("| | ours |\n|-|-|\n| R2 | -0.12 |", [(("ours",), "r2", "-0.12")]),
        ("[0.3](x-0.5.png) https://x.org/0.7 `lr=0.1`", []),
    ],
)
def test_a_claim_has_an_owner_and_a_quantity(text, claims):
    assert read(text) == claims


@pytest.mark.parametrize(
    "text",
    [
        "Our R2 is -0.123, the baseline's 0.02.",
        "Our R2 is a negative 0.123.",
        "Our MSE is 54 % larger than the baseline's.",
        "Our MSE is 0.00478 against the 0.0031 of the baseline, whose R2 is 0.02.",
        "With a threshold of 0.3, 70 % for training and 1.96, our R2 is -0.12.",
        "In-sample our R2 is 0.4.",
        "Ours is a network. Its R2 is -0.123; the baseline has 0.02.",
    ],
)
def test_true_claims_and_free_numbers_hold(text):
    hold(text)


@pytest.mark.parametrize(
    "text",
    [
        "Our R2 is 0.123.",
        "Our R2 is 0.02, the baseline's -0.123.",
        "Our MSE is 0.0031.",
        "Our MSE is 54 % smaller than the baseline's.",
        "| | R2 |\n|-|-|\n| ours | 0.12 |",
    ],
)
def test_wrong_claims_fail(text):
    with pytest.raises(CheckFailed):
        hold(text)


@pytest.mark.parametrize("text", ["The R2 is 0.4.", "Our R2 drops by 0.123."])
def test_what_may_be_true_or_not_is_a_persons(text):
    with pytest.raises(CheckUndecided):
        hold(text)


def test_figures_have_the_units_of_their_headings():
    (number,) = figures("| | MSE (×10⁻³) |\n|-|-|\n| x | 4.78 |")
    assert number.agrees(0.00478)


def test_claimed_numbers_are_held_against_the_measured_ones():
    claimed = Answer("results.json", {"mse": 0.25, "r2": -0.01, "more": "x"})
    claims_match(claimed, {"mse": 0.25001, "r2": -0.01})
    for measured in ({"mse": 0.26}, {"dm": 0.0}):
        with pytest.raises(CheckFailed):
            claims_match(claimed, measured)


UNITS = (
    *(
        "<!-- ",
        "```",
        "~~~x\n",
        "](",
        "https://",
        "1",
        "1,111",
        "1.111",
        "0.5%",
        "# 1.1.1 ",
        "1e",
        "\n```\n",
        "0.1 x 10^",
    ),
    *(
        "MSE of ours ",
        "of the ",
        "**",
        "* ",
        "> ",
        "| ",
        "|-",
        "\n| a | b |\n|-|-|\n",
        "\\",
        "$",
        "{",
        "[",
        "<a",
        "&amp;",
        "⁻¹",
    ),
    *(
        "ours 0.1 baseline 0.2 ",
        "- ",
        "\t",
        "( ",
        "R2",
        " vs. ",
        "é",
        "\x00",
        "ﬀ",
        "1 ",
        "R2 of of of of ",
        "- 1\n",
    ),
)


@pytest.mark.parametrize("unit", UNITS)
def test_no_hostile_text_takes_long(unit):
    begun = time.process_time()
    for text in (unit * ((256 << 10) // len(unit)), "MSE of ours " + unit * 50_000 + "0.5"):
        read_claims(text, OWNERS, QUANTITIES)
        figures(text)
    assert time.process_time() - begun < 10


def fuzzed(rng):
    pieces = [
        *UNITS,
        "0.0048",
        "-0.123",
        "ours",
        "baseline",
        "MSE",
        "R2",
        ".",
        ";",
        "54 % larger than",
        "respectively",
        "\n",
        "\n\n",
    ]
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 60)))


def test_whatever_is_written_is_judged_and_never_raises_anything_else():
    rng = random.Random(0)
    for _ in range(2_000):
        try:
            hold(fuzzed(rng))
        except (CheckFailed, CheckUndecided):
            continue
