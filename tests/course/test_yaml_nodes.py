"""YAML with places: what is read, what is refused, and how that is told."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.problems import Problems
from grader.course.yaml_nodes import read_yaml

COURSE = Path(__file__).parents[2]


def read(text, **limits):
    """(plain value, problems as text)."""
    problems = Problems()
    node = read_yaml(text if isinstance(text, bytes) else text.encode(), "f.yaml", problems, **limits)
    return None if node is None else node.plain(), [str(p) for p in problems.sorted()]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("2.5", 2.5),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("'3'", "3"),
        ('"true"', "true"),
        ("no", "no"),
        ("on", "on"),
        ("18:00", "18:00"),
        ("2026-11-27", "2026-11-27"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("<<", "<<"),
        ("m.weights[0]", "m.weights[0]"),
    ],
)
def test_a_scalar_is_read_as_an_author_would_expect(written, value):
    (read_value,), problems = read(f"- {written}\n")
    assert (read_value, problems) == (value, [])
    assert type(read_value) is type(value)


def test_keys_are_always_text():
    assert read("1: a\ntrue: b\n~: c\n") == ({"1": "a", "true": "b", "~": "c"}, [])


def test_every_value_knows_its_line():
    node = read_yaml(b"a:\n  b:\n    - x\n    - c: 1\n", "f.yaml", Problems())
    assert node.at("a").where == "f.yaml:1"
    assert node.at("a", "b").where == "f.yaml:2"
    assert node.at("a", "b", 1, "c").where == "f.yaml:4"


def test_a_place_that_is_not_there_is_the_nearest_one_that_is():
    node = read_yaml(b"a:\n  b: 1\n", "f.yaml", Problems())
    assert node.at("a", "b", "c", 3).where == "f.yaml:2"


def test_a_key_written_twice_is_reported_and_the_rest_is_read():
    assert read("a: 1\nb: 2\na: 3\n") == (
        {"a": 1, "b": 2},
        ["f.yaml:3: the key 'a' is written twice, first in line 1."],
    )


FAULTS = {
    "a tab": ("a:\n\tb: 1\n", "2: a tab in the indentation. YAML indents with spaces only."),
    "a tab after spaces": (
        "a:\n  b: 1\n  \tc: 1\n",
        "3: a tab in the indentation. YAML indents with spaces only.",
    ),
    "an open quote": ("a: 1\nb: 'x\nc: 2\n", "2: a quote that opens here is never closed."),
    "an open list": ("a:\n  b: [1, 2\nc: 3\n", "2: a '[' that opens here is not closed properly."),
    "an open end": ("a: [\n", "2: a '[' or '{' before this is not closed properly."),
    "an open map": ("a: {b: 1\n", "1: a '{' that opens here is not closed properly."),
    "a colon too many": (
        "a: 1\nb: c: d\n",
        "2: a ':' where no key can stand. Put a value that contains ': ' in quotes; indent sisters alike.",
    ),
    "a line too far in": (
        "a: 1\n  b: 2\n",
        "2: a ':' where no key can stand. Put a value that contains ': ' in quotes; indent sisters alike.",
    ),
    "an at sign": ("a: @b\n", "1: a value can't begin like this: 'a: @b'. Put it in quotes."),
    "a closing bracket": (
        "a: b\nc: }\n",
        "2: not valid YAML: expected the node content, but found '}'.",
    ),
    "an alias": (
        "a: *b\n",
        "1: the alias '*b' is not read. Write the value out; if it is meant as text, put it in quotes.",
    ),
    "an anchor": (
        "a: &b 1\n",
        "1: the anchor '&b' is not read. Write the value out; if it is meant as text, put it in quotes.",
    ),
    "a tag": (
        "a: !!python/object/apply:os.system [ls]\n",
        "1: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not read. Only plain values are.",
    ),
    "a plain tag": ("a: !!str 1\n", "1: the tag 'tag:yaml.org,2002:str' is not read. Only plain values are."),
    "a merge of an anchor": (
        "a: &x {b: 1}\nc: {<<: *x}\n",
        "1: the anchor '&x' is not read. Write the value out; if it is meant as text, put it in quotes.",
    ),
    "a list as key": ("? [a]\n: 1\n", "1: a key must be text. Quote a value that begins with [ or {."),
    "a template": ("a: {{ b }}\n", "1: a key must be text. Quote a value that begins with [ or {."),
    "two documents": (
        "a: 1\n---\nb: 1\n",
        "2: a second document begins here. Only one is read: remove the '---'.",
    ),
    "nothing": ("", "1: the file is empty."),
    "only a comment": ("# todo\n", "1: the file is empty."),
    "a huge number": (
        "a: 1234567890123456\n",
        "1: a number of more than 15 digits. Put it in quotes if it is text.",
    ),
    "an infinite number": ("a: 1e999\n", "1: the number 1e999 is too large."),
    "another encoding": (
        "a: 1\nb: ä\n".encode("latin-1"),
        "2: this is not UTF-8 text. Save the file as UTF-8.",
    ),
    "an escape sequence": ("a: 1\nb: \x1b[31m\n", "2: the character U+001B can't stand in YAML."),
    "a zero byte": (b"a: \x00\n", "1: the character U+0000 can't stand in YAML."),
}


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_read_is_reported_in_words_at_its_line(text, told):
    assert read(text) == (None, [f"f.yaml:{told}"])


def test_a_long_file_is_not_read():
    assert read("# " + "x" * 99, most_bytes=100) == (
        None,
        ["f.yaml:1: the file has 101 bytes; at most 100 are read."],
    )


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read(b"\xef\xbb\xbfa: 1\n") == ({"a": 1}, [])


LAUGHS = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi"))

BOMBS = {
    "billion laughs": LAUGHS,
    "an anchor within itself": "&a [*a]",
    "lists in lists": "[" * 16_000,
    "lists in block lists": "- " * 8_000,
    "maps in maps": "{a: " * 4_000,
    "keys of keys": "? " * 8_000,
    "a long list": "[" + "1," * 8_000,
    "many keys": "".join(f"k{i}: 1\n" for i in range(2_000)),
    "a number without end": "a: " + "9" * 16_000,
    "a fraction without end": "a: 0." + "9" * 16_000,
    "an exponent without end": "a: 1e" + "9" * 16_000,
    "indentation": "".join(" " * i + "a:\n" for i in range(170)),
    "quotes": "'" * 16_000,
    "colons": ": " * 8_000,
    "commas": "{" + "," * 16_000,
    "a long key": "k" * 16_000 + ": 1",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_hostile_file_is_refused_quickly(bomb):
    start = time.process_time()
    _, problems = read(bomb, most_bytes=17_000)
    assert time.process_time() - start < 1
    assert all(len(problem) < 300 for problem in problems)
    assert problems or bomb in (BOMBS["a long key"], BOMBS["quotes"])


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab01:-[]{}'\"#&*!|>%@`?,. \n\t~<\\", max_size=60))
def test_no_text_makes_the_reader_raise(text):
    read(text)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=40))
def test_no_bytes_make_the_reader_raise(data):
    read(data)


@pytest.mark.parametrize(
    "file",
    sorted((f for part in ("rubrics", "reference") for f in (COURSE / part).rglob("*.yaml"))),
    ids=lambda f: f.relative_to(COURSE).as_posix(),
)
def test_the_courses_own_files_are_read_alike_by_either_parser(file):
    data, problems = file.read_bytes(), Problems()
    assert read_yaml(data, "f", problems, own=True) == read_yaml(data, "f", problems)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_courses_own_file_has_the_same_words(name):
    text, _ = FAULTS[name]
    assert read(text, own=True) == read(text)
