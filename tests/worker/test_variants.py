"""Variants of a clone: at its own place, fresh, and with what is installed of it."""

import os

import pytest

from grader.worker.variants import aside


@pytest.fixture
def home(tmp_path):
    """A clone with an environment in it, an installed copy elsewhere, and what a session made."""
    for name, text in {
        "submission/pkg/net.py": "x = 1\n",
        "submission/pkg/__init__.py": "",
        "home/net/pkg/net.py": "x = 1\n",
        "home/net/pkg/__init__.py": "",
        "home/net/pkg/__pycache__/net.pyc": "old",
        "home/net/.venv/marker": "made by the session",
        "home/net/.pytest_cache/last": "failed",
        "home/.python/lib/site-packages/pkg/net.py": "x = 1\n",
        "home/.python/lib/site-packages/other/net.py": "x = 1\n",
        "home/.python/lib/site-packages/pkg/__init__.py": "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "home"


def test_each_variant_is_fresh_at_the_clone_s_place_and_its_installed_copy_changes_with_it(home):
    clone, installed = home / "net", home / ".python/lib/site-packages"
    os.utime(installed / "pkg/net.py", ns=(5, 7))
    with aside(clone, home.parent / "submission", home) as variant:
        with variant({"pkg/net.py": "x = 2\n"}):
            assert (clone / "pkg/net.py").read_text() == (installed / "pkg/net.py").read_text() == "x = 2\n"
            assert (installed / "other/net.py").read_text() == "x = 1\n"
            assert (clone / ".venv/marker").read_text() == "made by the session"
            assert not (clone / "pkg/__pycache__").exists()
            assert not (clone / ".pytest_cache").exists()
            (clone / "left.txt").write_text("by the tests")
        with variant({}):
            assert (clone / "pkg/net.py").read_text() == (installed / "pkg/net.py").read_text() == "x = 1\n"
            assert not (clone / "left.txt").exists()
    assert (clone / "pkg/net.py").read_text() == "x = 1\n"
    assert (clone / ".pytest_cache/last").exists()
    assert (installed / "pkg/net.py").stat().st_mtime_ns == 7


def test_all_files_of_all_variants_have_one_time(home):
    clone = home / "net"
    with aside(clone, home.parent / "submission", home) as variant:
        times = []
        for overlay in ({}, {"pkg/net.py": "x = 2\n"}):
            with variant(overlay):
                times.append({file.stat().st_mtime for file in (clone / "pkg").iterdir()})
    assert times[0] == times[1]
    assert len(times[0]) == 1
