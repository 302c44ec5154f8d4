"""Whose a sandbox is, and whether they still live."""

import os
import subprocess
import sys

import pytest

from grader.sandbox import owner


def test_we_are_alive():
    assert not owner.is_dead(owner.myself())


def test_a_process_that_ended_is_dead():
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    _, start, namespace, boot = owner.myself().split("-")
    assert owner.is_dead(f"{process.pid}-{start}-{namespace}-{boot}")


def test_a_pid_that_came_round_again_is_somebody_else():
    pid, start, namespace, boot = owner.myself().split("-")
    assert owner.is_dead(f"{pid}-{int(start) - 1}-{namespace}-{boot}")


def test_whoever_lived_before_the_last_boot_is_dead():
    pid, start, namespace, _ = owner.myself().split("-")
    assert owner.is_dead(f"{pid}-{start}-{namespace}-another")


@pytest.mark.parametrize("text", ["", "1-2", "x-1-2-3", "1-2-3-4-5"])
def test_what_is_no_owner_is_left_alone(text):
    assert not owner.is_dead(text)


def test_an_owner_in_another_namespace_is_left_alone():
    pid, _, namespace, boot = owner.myself().split("-")
    assert not owner.is_dead(f"{pid}-1-{int(namespace) + 1}-{boot}")


def test_a_folder_that_another_thread_was_busy_in_is_removed_again(monkeypatch, tmp_path):
    left = tmp_path / "left"
    left.mkdir()
    tries = []

    def rmtree(path, ignore_errors):
        tries.append(path)
        if len(tries) == 2:
            path.rmdir()

    monkeypatch.setattr("shutil.rmtree", rmtree)
    owner.remove(left)
    assert tries == [tmp_path / "gone-grader.left"] * 2
    assert not left.exists()


def test_folders_of_the_dead_are_removed_and_ours_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pid, start, namespace, boot = owner.myself().split("-")
    theirs, ours, nobodys = owner.private_folder(), owner.private_folder(), tmp_path / f"{owner.PREFIX}x"
    (theirs / "deep").mkdir()
    (theirs / "owner").write_text(f"{pid}-{int(start) - 1}-{namespace}-{boot}")
    nobodys.mkdir()
    owner.remove_dead_folders()
    assert not theirs.exists()
    assert nobodys.is_dir()
    assert ours.is_dir()
    assert ours.stat().st_mode & 0o077 == 0
    owner.remove(ours)


def test_a_folder_whose_removal_was_interrupted_is_removed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / f"{owner.PREFIX}x"
    (left / "deep").mkdir(parents=True)
    (left / owner.OWNER_FILE).write_text(owner.myself())

    def rmtree(path, ignore_errors):
        (path / owner.OWNER_FILE).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted, pytest.raises(KeyboardInterrupt):
        interrupted.setattr("shutil.rmtree", rmtree)
        owner.remove(left)
    assert list(tmp_path.iterdir())
    owner.remove_dead_folders()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_an_owner_is_removed_when_nobody_can_be_making_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    new, old = tmp_path / f"{owner.PREFIX}new", tmp_path / f"{owner.PREFIX}old"
    new.mkdir()
    old.mkdir()
    os.utime(old, (0, 0))
    owner.remove_dead_folders()
    assert [folder.name for folder in tmp_path.iterdir()] == [new.name]
