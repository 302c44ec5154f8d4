"""Private folders: gone afterwards, also when their grader is killed at any moment."""

import os

import pytest

from grader.submission import scratch
from grader.submission.scratch import scratch_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_one_whose_removal_was_interrupted_is_removed_by_the_next(temporary, monkeypatch):
    def rmtree(path, ignore_errors):
        (path / "in-use").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted, pytest.raises(KeyboardInterrupt):
        with scratch_folder() as folder:
            (folder / "deep").mkdir()
            interrupted.setattr("shutil.rmtree", rmtree)
    assert len(list(temporary.iterdir())) == 1
    with scratch_folder():
        assert len(list(temporary.iterdir())) == 1
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", ["new-grader-fetch-x", "grader-fetch-x"])
def test_one_without_a_lock_is_removed_when_nobody_can_be_making_it(temporary, name):
    (temporary / name).mkdir()
    with scratch_folder():
        pass
    assert (temporary / name).is_dir()
    os.utime(temporary / name, (0, 0))
    with scratch_folder():
        pass
    assert list(temporary.iterdir()) == []


def test_one_in_use_is_left_alone():
    with scratch_folder() as first, scratch_folder() as second:
        assert first != second
        assert first.is_dir()


def test_a_link_is_not_followed(temporary):
    (temporary / "mine").mkdir()
    (temporary / "mine" / "file").write_text("")
    for name in ("gone-grader-fetch-x", "grader-fetch-y"):
        (temporary / name).symlink_to(temporary / "mine")
    with scratch_folder():
        pass
    assert (temporary / "mine" / "file").exists()
