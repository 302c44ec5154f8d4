"""Plain folders: unpacked archives with whatever they held."""

from __future__ import annotations

import os
import socket
import time

import pytest

from grader.errors import SubmissionError
from grader.submission import FetchLimits, Wanted, open_repository


@pytest.fixture
def folder(tmp_path):
    """Not a git repository."""
    folder = tmp_path / "ada"
    (folder / "lab1_mlp").mkdir(parents=True)
    (folder / "lab1_mlp/mlp.py").write_text("class MLP: ...\n")
    (folder / "grade.yml").write_text("assignment: week06\n")
    return folder


def written(submission):
    return set(submission.files)


def test_a_plain_folder_is_read_as_it_lies_there(folder, fetch):
    submission = fetch(folder)
    assert written(submission) == {"grade.yml", "lab1_mlp/mlp.py"} == set(submission.paths)
    assert (submission.commit, submission.committed_at, submission.ref) == ("", "", "")
    assert submission.notes == ("It is not a git repository: its files were read as they are.",)


def test_b15_a_link_in_place_of_a_folder_is_not_followed(folder, fetch, tmp_path):
    (tmp_path / "instructor").mkdir()
    (tmp_path / "instructor/reference.py").write_text("secret")
    (folder / "hidden_tests").symlink_to(tmp_path / "instructor")
    (folder / "reference.py").symlink_to(tmp_path / "instructor/reference.py")
    submission = fetch(folder)
    assert written(submission) == {"grade.yml", "lab1_mlp/mlp.py"}
    assert "Left out: hidden_tests, reference.py (a link; links are not followed)." in submission.notes
    with open_repository(str(folder)) as repository, pytest.raises(SubmissionError, match="is a link"):
        repository.read("reference.py", limit=100)


def test_a_lab_folder_that_becomes_a_link_after_listing_is_not_followed(folder, tmp_path):
    (tmp_path / "instructor").mkdir()
    (tmp_path / "instructor/mlp.py").write_text("secret")
    with open_repository(str(folder)) as repository:
        (folder / "lab1_mlp").rename(tmp_path / "moved")
        (folder / "lab1_mlp").symlink_to(tmp_path / "instructor")
        assert repository.read("lab1_mlp/mlp.py", limit=100) is None


def test_b17_pipes_and_sockets_are_never_opened(folder, fetch):
    os.mkfifo(folder / "notes.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)  # a socket's path must be short
        try:
            listener.bind("s")
        finally:
            os.chdir(here)
        started = time.monotonic()
        submission = fetch(folder)
    assert time.monotonic() - started < 20
    assert "Left out: notes.txt, s (no regular file)." in submission.notes
    with open_repository(str(folder)) as repository, pytest.raises(SubmissionError, match="no regular file"):
        repository.read("notes.txt", limit=100)


def test_b19_a_file_of_holes_is_not_copied(folder, fetch):
    with open(folder / "data.bin", "wb") as file:
        file.truncate(4 << 30)
    submission = fetch(folder)
    assert "Left out: data.bin (larger than 16 MB)." in submission.notes
    assert "data.bin" not in submission.files


def test_b21_many_files_are_bounded_and_the_labs_come_first(folder, fetch):
    (folder / "many").mkdir()
    for i in range(500):
        (folder / f"many/{i}").touch()
    submission = fetch(
        folder, Wanted(files=("lab1_mlp/mlp.py",), folders=("",)), limits=FetchLimits(files=50)
    )
    assert len(written(submission)) == 50
    assert "lab1_mlp/mlp.py" in written(submission)
    with pytest.raises(SubmissionError, match="more than 300 files"):
        fetch(folder, limits=FetchLimits(entries=300))


def test_hostile_names_in_a_folder_are_reported_and_not_written(folder, fetch):
    for name in (b"-rf", b"new\nline.py", b"\x1b[31mred.py", b"latin\xe9.py"):
        open(os.fsencode(folder) + b"/" + name, "w").close()
    submission = fetch(folder)
    assert written(submission) == {"grade.yml", "lab1_mlp/mlp.py"}
    assert r"\x1b[31mred.py" in submission.paths
    assert all(text.isprintable() for text in (*submission.paths, *submission.notes))


def test_folders_nested_without_end_do_no_harm(folder, fetch):
    here = os.open(folder, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("a-long-name-of-a-folder", dir_fd=here)
        below = os.open("a-long-name-of-a-folder", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    assert "lab1_mlp/mlp.py" in written(fetch(folder))


def test_a_folder_inside_a_checkout_is_read_as_it_lies_there(student, fetch):
    student.commit({"lab1_mlp/mlp.py": "committed\n"})
    student.write({"lab1_mlp/mlp.py": "changed\n"})
    submission = fetch(student.path / "lab1_mlp")
    assert submission.files["mlp.py"].decode() == "changed\n"


def test_an_empty_folder_says_so(tmp_path, fetch):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SubmissionError, match="is empty"):
        fetch(tmp_path / "empty")


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "lab1_mlp/../../secret", "."])
def test_paths_that_lead_out_of_the_folder_name_nothing(folder, fetch, tmp_path, path):
    (tmp_path / "secret").write_text("secret")
    with open_repository(str(folder)) as repository:
        assert repository.read(path, limit=10_000) is None
    submission = fetch(folder, Wanted(files=(path,), folders=("../", "/etc", "..")))
    assert written(submission) == set()
