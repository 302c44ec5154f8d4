"""What a student process leaves behind is gone before the next one begins, whatever mode it has."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from grader.worker import confine

UID = 20_123

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root may change uid")


@pytest.fixture
def place():
    """A folder of ours that everybody may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)  # which goes deeper than Python does


@pytest.fixture
def scratch(place):
    """A folder like the sandbox's: everybody may make files there, and remove their own."""
    folder = place / "scratch"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


def as_student(work, uid=UID):
    """Do something as a student's process would; the exit status."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def left_with(scratch, mode, inner, name="check1"):
    """A home with a file, and a folder with a file in it."""

    def work():
        home = scratch / name
        home.mkdir()
        (home / "note").write_text("from the check before")
        (home / "deeper").mkdir()
        (home / "deeper" / "note").write_text("and from below")
        (home / "note").chmod(mode)
        (home / "deeper").chmod(inner)
        home.chmod(mode)

    return work


def test_folders_of_every_mode_are_removed(scratch):
    def work():
        for mode in range(0o1000):
            left_with(scratch, mode, mode, f"check{mode}")()

    assert as_student(work) == 0
    assert len(list(scratch.iterdir())) == 0o1000
    assert confine.wipe(scratch)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("inner", [0o000, 0o007, 0o070, 0o100, 0o200, 0o400, 0o500])
def test_so_is_a_folder_within(scratch, inner):
    assert as_student(left_with(scratch, 0o700, inner)) == 0
    assert confine.wipe(scratch)
    assert list(scratch.iterdir()) == []


def test_an_empty_folder_that_nobody_may_enter_is_removed(scratch):
    def work():
        (scratch / "check1").mkdir()
        (scratch / "check1").chmod(0)

    assert as_student(work) == 0
    assert confine.wipe(scratch)
    assert list(scratch.iterdir()) == []


def test_links_are_removed_and_not_followed(scratch, place):
    ours = place / "ours"
    ours.mkdir(mode=0o755)
    (ours / "kept").touch()

    def work():
        (scratch / "check1").mkdir()
        (scratch / "check1" / "link").symlink_to(ours)
        (scratch / "link").symlink_to(ours)

    assert as_student(work) == 0
    assert confine.wipe(scratch)
    assert list(scratch.iterdir()) == []
    assert ours.stat().st_mode & 0o777 == 0o755
    assert (ours / "kept").exists()


def test_the_root_of_all_homes_keeps_its_mode(scratch):
    assert as_student(left_with(scratch, 0o007, 0o007)) == 0
    confine.wipe(scratch)
    assert scratch.stat().st_mode & 0o7777 == 0o1777


def test_what_can_not_be_removed_is_told(scratch):
    def work():
        os.chdir(scratch)
        for _ in range(3_000):  # deeper than a path can be, and than Python recurses
            os.mkdir("d")
            os.chdir("d")

    assert as_student(work) == 0
    assert not confine.wipe(scratch)
