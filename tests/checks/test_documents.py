import json
import time

import pytest

from grader.checks import CheckFailed, Documents

FILES = {"report": "REPORT.md", "results": "results.json"}


def read(text):
    return Documents(FILES, {"results": text}).results.json()


def refusal(text):
    with pytest.raises(CheckFailed) as caught:
        read(text)
    return caught.value.finding.headline


def test_a_document_that_is_missing_is_empty_and_says_so():
    documents = Documents(FILES, {})
    assert not documents.report.exists
    assert documents.report.text == ""
    with pytest.raises(CheckFailed, match=r"REPORT\.md is missing"):
        documents.report.present()


def test_json_comes_as_an_answer():
    answer = read('{"scores": {"mse": 0.25}}')
    assert answer.item("scores").item("mse").number() == 0.25


def test_a_name_that_the_rubric_does_not_have_is_the_suites_fault():
    with pytest.raises(AttributeError, match="it has report, results"):
        Documents(FILES, {}).memo


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("{", "is not valid JSON"),
        ('{"a": NaN}', "no number"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 200 + "]" * 200, "nested"),
        ("[" * 100_000, "can't be read"),
        ("1" * 10_000, "too long to be read"),
        ("[0.5, " + "1" * 400 + "]", "too long to be read"),
        ('{"a": -' + "1" * 19 + "}", "too long to be read"),
        ("\ufffd", "is not valid JSON"),
    ],
)
def test_odd_json_fails_the_check_in_words(text, words):
    assert words in refusal(text)


def test_numbers_beyond_floats_are_refused_where_they_are_used():
    with pytest.raises(CheckFailed):
        read('{"a": 1e999}').item("a").number()
    with pytest.raises(CheckFailed):
        read(json.dumps({"a": 10**40})).item("a").number()


def test_a_document_of_many_keys_is_read_quickly():
    keys = ", ".join(f'"{i}": 0' for i in range(20_000))
    begun = time.process_time()
    assert "twice" in refusal("{" + keys + ', "19999": 1}')
    assert time.process_time() - begun < 2
