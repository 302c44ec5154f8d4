"""Names as they are shown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submission import shown
from grader.submission.names import SHOWN, oddity


def test_ordinary_names_are_shown_as_they_are():
    for name in ("lab1_mlp/mlp_numpy.py", "größe 1.txt", "XOR standart grad/train(M).py"):
        assert shown(name) == shown(name.encode()) == name
        assert oddity(name.encode()) == ""


def test_whatever_could_move_a_cursor_or_hide_is_escaped():
    assert shown(b"a\x1b[31m\n\r\t\0") == r"a\x1b[31m\n\r\t\x00"
    assert shown("a\u202eb\u200bc\ud800") == r"a\u202eb\u200bc\ud800"
    assert shown(b"latin\xe9") == r"latin\xe9"


def test_the_middle_of_a_long_name_is_cut():
    assert len(shown("x" * 10_000 + "/mlp.py")) == SHOWN
    assert shown("x" * 10_000 + "/mlp.py").endswith("/mlp.py")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_become_one_printable_line(name):
    line = shown(name)
    assert line.isprintable()
    assert len(line) <= SHOWN


@settings(deadline=None)
@given(st.lists(st.sampled_from(["..", ".", "", ".git", "a", "-x", "\n", "/"]), min_size=1, max_size=5))
def test_an_accepted_path_stays_inside(parts):
    path = "/".join(parts)
    if not oddity(path.encode()):
        assert set(path.split("/")) == {"a"}
