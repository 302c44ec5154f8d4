"""Notebooks: what a check asks of them stays, and pictures go."""

import json

import pytest

from grader.submission import slim


def notebook(*outputs, **cell):
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": ["x"], "outputs": list(outputs), **cell}]}
    ).encode()


def outputs(content):
    return json.loads(slim(content))["cells"][0]["outputs"]


def test_a_picture_becomes_its_size():
    shown = {
        "output_type": "display_data",
        "data": {"image/png": "A" * 3_000_000, "text/plain": ["<Figure>"]},
    }
    content = notebook(shown)
    assert len(slim(content)) < 500
    assert outputs(content) == [
        {"output_type": "display_data", "data": {"image/png": "3000000 characters", "text/plain": "<Figure>"}}
    ]


def test_an_error_keeps_its_name_and_loses_its_traceback():
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": ["long"] * 1000}
    assert outputs(notebook(error)) == [{"output_type": "error", "ename": "KeyError", "evalue": "'x'"}]


def test_what_was_printed_is_cut():
    printed = {"output_type": "stream", "name": "stdout", "text": ["line\n"] * 10_000}
    assert len(outputs(notebook(printed))[0]["text"]) == 1000


@pytest.mark.parametrize(
    "content",
    [b"", b"not json", b"[]", b'{"cells": 3}', b"[" * 100_000, b"\xff", b" " * (17 << 20)],
    ids=["empty", "text", "a list", "no cells", "too deep", "no UTF-8", "too large"],
)
def test_what_is_no_notebook_stays_as_it_is(content):
    assert slim(content) == content


@pytest.mark.parametrize("odd", [[1, None, "x"], {"a": 1}, "text", None])
def test_whatever_stands_among_the_outputs_is_read(odd):
    json.loads(slim(notebook(outputs=odd)))
    json.loads(slim(notebook({"output_type": odd, "data": odd, "text": odd})))


def test_source_and_order_stay():
    made = json.loads(slim(notebook(attachments={"a.png": "A" * 100})))
    assert made["cells"] == [{"cell_type": "code", "source": ["x"], "outputs": []}]
