"""Rosters as people write them, and every fault at once."""

import pytest

from grader.errors import CourseError
from grader.peers import read_history, read_roster
from grader.peers.roster import same_name


def faults(read, text):
    with pytest.raises(CourseError) as caught:
        read(text.encode() if isinstance(text, str) else text, "r.csv")
    return [str(p) for p in caught.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        "student\nAda\nBola\n",
        "\ufeffid,Student ,repository\n1,Ada,x\n\n2, Bola ,y\n",
        "id;student\r\n1;Ada\r\n2;Bola\r\n",
        'student\n"Ada"\nBola',
    ],
)
def test_a_roster_is_read_as_spreadsheets_write_it(text):
    assert read_roster(text.encode(), "r.csv") == ("Ada", "Bola")


def test_every_fault_of_a_roster_is_reported_with_its_line():
    text = 'id,student\n1,Ada\n2,\n3,ada \n4,"Bo\x1bla"\n5,' + "x" * 201 + "\n"
    assert faults(read_roster, text) == [
        "r.csv:3: there is no name in this line.",
        "r.csv:4: 'ada' is there twice, first in line 2.",
        "r.csv:5: the name 'Bo\\x1bla' has characters that can't be shown.",
        "r.csv:6: a name of 201 characters; 200 are read at most.",
    ]


def test_a_line_is_counted_where_it_begins_even_after_a_cell_of_two_lines():
    assert faults(read_roster, 'note,student\n"a\nb",Ada\nc,\n') == [
        "r.csv:4: there is no name in this line."
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "r.csv:1: the header has no column 'student'. It has: ."),
        ("name,url\nAda,x\n", "r.csv:1: the header has no column 'student'. It has: name, url."),
        ("student\nAda\n", "r.csv: a cohort of 1 can't be paired: two are needed."),
        (b"student\nAda\nB\xf6\n", "r.csv:3: this is not UTF-8 text. Save the file as CSV in UTF-8."),
    ],
)
def test_what_is_no_roster_is_reported(text, told):
    assert faults(read_roster, text) == [told]


def test_a_history_is_every_two_who_were_in_a_group():
    text = "first,second,third\nAda,Bola,\nChi,Dede,Ebo\n"
    pairs = {frozenset(p): 1 for p in (("ada", "bola"), ("chi", "dede"), ("chi", "ebo"), ("dede", "ebo"))}
    assert read_history(text.encode(), "h.csv") == pairs


def test_a_history_line_with_one_name_is_reported():
    assert faults(read_history, "first,second,third\nAda,,\n") == ["r.csv:2: there is no name in this line."]


@pytest.mark.parametrize("other", ["ada  Lovelace", " Ada Lovelace ", "ADA LOVELACE", "Ada\u00a0Lovelace"])
def test_spellings_of_one_name_are_one_name(other):
    assert same_name(other) == same_name("Ada Lovelace")


def test_the_apostrophe_that_disarms_a_formula_is_no_part_of_the_name():
    assert same_name("'=Ada") == same_name("=Ada") != same_name("Ada")
    assert same_name("'Ada'") != same_name("Ada")
