"""A copy stands out of a class, whatever its names; what everybody was given does not."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from grader.errors import UsageError
from grader.similarity import Work, alike, to_page
from tests.report.report_hostile import Page, hostile

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "grader" / "course").glob("*.py"))[:14]
"""Fourteen modules of one house, each as if a member had written it."""


def members():
    return [Work(path.stem, {"work.py": path.read_text()}) for path in LIBRARY]


def disguised(text):
    """Other names, other comments, other spacing."""
    names = sorted(
        set(re.findall(r"\b[a-z_]{4,}\b", text)) - {"self", "import", "from", "return", "class", "None"}
    )
    drawn = random.Random(1)
    for name in names[::3]:
        text = re.sub(rf"\b{name}\b(?!\()", f"{name[::-1]}{drawn.randrange(9)}", text)
    return "# mine\n" + text.replace("\n\n", "\n\n\n")


def test_honest_works_of_one_house_do_not_stand_out():
    assert alike(members(), []).pairs == ()


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
