"""A copy stands out of a class, whatever its names; what everybody was given does not."""

import inspect
import os
import random
import re
import subprocess
import sys
from importlib import import_module

import pytest
from hypothesis import given, settings

from grader.errors import UsageError
from grader.similarity import Work, alike, to_page
from tests.report.report_hostile import Page, hostile

LIBRARY = "argparse cmd configparser csv fnmatch fractions heapq mailbox shlex statistics string textwrap timeit tokenize"
"""Modules of Python's own library, each as if a member had written it: no pair of them shares a tenth."""


def members():
    return [Work(name, {"work.py": inspect.getsource(import_module(name))}) for name in LIBRARY.split()]


def disguised(text):
    """Other names, other comments, other spacing."""
    names = sorted(
        set(re.findall(r"\b[a-z_]{4,}\b", text)) - {"self", "import", "from", "return", "class", "None"}
    )
    drawn = random.Random(1)
    for name in names[::3]:
        text = re.sub(rf"\b{name}\b(?!\()", f"{name[::-1]}{drawn.randrange(9)}", text)
    return "# mine\n" + text.replace("\n\n", "\n\n\n")


def test_honest_works_do_not_stand_out():
    assert alike(members(), []).pairs == ()


def test_every_process_finds_the_same():
    program = "from tests.similarity.test_similarity import *; print([round(s, 9) for s in alike(members(), []).shares])"
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_a_copy_with_other_names_stands_out_and_shows_its_lines():
    class_ = members()
    original = max(class_, key=lambda work: len(work.files["work.py"]))
    copy = Work("copycat", {"other.py": disguised(original.files["work.py"])})
    found = alike([*class_, copy], [])
    assert [set(pair.ids) for pair in found.pairs] == [{original.id, "copycat"}]
    pair = found.pairs[0]
    assert pair.share > 0.5
    for id_, spans in zip(pair.ids, pair.spans):
        work = copy if id_ == "copycat" else original
        for span in spans:
            assert 1 <= span.first <= span.last <= len(work.files[span.file].splitlines())


def test_what_everybody_was_given_is_subtracted():
    class_ = members()
    shared = class_[0].files["work.py"]
    both = [Work(name, {"work.py": shared}) for name in ("ada", "bob")]
    assert alike([*class_[1:], *both], [shared]).pairs == ()
    assert len(alike([*class_[1:], *both], []).pairs) == 1


def test_a_work_may_be_empty_or_tiny():
    class_ = [*members()[:3], Work("empty", {}), Work("tiny", {"a.py": "x = 1\n"})]
    assert len(alike(class_, []).shares) == 3


def test_a_class_of_one_is_told_so():
    with pytest.raises(UsageError, match="two are needed"):
        alike([Work("ada", {"a.py": "x"})], [])


@settings(max_examples=40, deadline=None)
@given(text=hostile)
def test_hostile_names_and_lines_are_text(text):
    body = "\n".join(f"def f{i}(a, b):\n    return a * {i} + b  # {text}" for i in range(40))
    found = alike([Work(text + "1", {text + ".py": body}), Work(text + "2", {"b.py": body})], [])
    page = Page(to_page(text, found))
    assert page.open == []
    assert not any(tag == "script" for tag, _ in page.elements)
