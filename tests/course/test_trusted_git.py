"""The course's own repository: which state it is in, what it was at a tag, and a starter's first commit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import run
from grader.course import course_at, course_version, make_repository, starter_changes, write_starter
from grader.course.starter_changes import Change, compare
from grader.errors import CourseError, Ungraded, UsageError
from grader.records import CourseVersion

ME = ("-c", "user.name=Ada", "-c", "user.email=ada@localhost")


def git(folder, *arguments) -> str:
    done = subprocess.run(["git", *ME, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder, *tags) -> str:
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a course")
    for tag in tags:
        git(folder, "tag", tag)
    return git(folder, "rev-parse", "HEAD")


# ── Which state a course is in ────────────────────────────────────────────────────────────────────────────


def test_a_course_that_is_no_repository_has_an_empty_version(course):
    assert course_version(course.root) == CourseVersion()
    assert str(CourseVersion()) == ""


def test_a_repository_without_a_commit_has_an_empty_version(course):
    git(course.root, "init", "-q")
    assert course_version(course.root) == CourseVersion()


def test_the_version_is_the_commit_with_its_tag(course):
    sha = commit(course.root)
    assert course_version(course.root) == CourseVersion(commit=sha)
    git(course.root, "tag", "v1")
    assert course_version(course.root) == CourseVersion(commit=sha, tag="v1")
    assert str(course_version(course.root)) == f"v1 ({sha[:12]})"


def test_a_tag_of_an_earlier_commit_is_not_told(course):
    commit(course.root, "v1")
    later = commit(course.root)
    assert course_version(course.root) == CourseVersion(commit=later)


@pytest.mark.parametrize("file", ["rubrics/week01.yaml", "test_suites/week01/lab1_line/hidden/test_more.py"])
def test_changed_and_new_content_is_dirty(course, file):
    sha = commit(course.root)
    course.write(file, "# something else")
    assert course_version(course.root) == CourseVersion(commit=sha, dirty=True)
    assert "not committed" in str(course_version(course.root))


def test_what_is_no_content_is_not_dirty(course):
    sha = commit(course.root)
    course.write("reports/ada.html", "<html>")
    course.write("reference/week01/lab1_line/__pycache__/line.pyc", "x")
    course.write(".git/info/exclude", "__pycache__")
    assert course_version(course.root) == CourseVersion(commit=sha)


def test_a_course_may_be_a_folder_of_a_repository(course):
    above = course.root / "above"
    inner = above / "courses" / "one"
    inner.mkdir(parents=True)
    for part in ("rubrics", "test_suites", "reference"):
        (course.root / part).rename(inner / part)
    (above / "other.txt").write_text("1")
    sha = commit(above, "v1")
    (above / "other.txt").write_text("2")
    assert course_version(inner) == CourseVersion(commit=sha, tag="v1")
    with course_at(inner, "v1") as root:
        assert (root / "rubrics/week01.yaml").is_file()
        assert not (root / "other.txt").exists()


def test_looking_runs_nothing_that_the_repository_names(course):
    """The control: plain git does run this file monitor."""
    commit(course.root)
    ran = course.root / "ran"
    monitor = course.root / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {ran}\n")
    monitor.chmod(0o755)
    git(course.root, "config", "core.fsmonitor", str(monitor))
    course_version(course.root)
    assert not ran.exists()
    git(course.root, "status")
    assert ran.exists()


def test_without_git_a_version_is_empty_and_a_revision_a_sentence(course):
    commit(course.root, "v1")
    code = """
import sys
from pathlib import Path
from grader.course import course_at, course_version
from grader.errors import Ungraded
assert not course_version(Path(sys.argv[1])).commit
try:
    with course_at(Path(sys.argv[1]), "v1"):
        pass
except Ungraded as told:
    sys.exit(told.message)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(course.root)],
        env={**os.environ, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == "git is needed, and was not found."


# ── What it was ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_course_is_had_as_it_was(course):
    commit(course.root, "v1")
    before = course.read("reference")
    course.overwrite("reference", "changed")
    commit(course.root, "v2")
    with course_at(course.root, "v1") as root:
        assert (root / "reference/week01/lab1_line/line.py").read_text() == before
    assert not root.exists()
    assert course.read("reference") == "changed"


def test_a_course_as_it_was_has_no_links(course):
    (course.root / "reference/secret").symlink_to("/etc/passwd")
    commit(course.root, "v1")
    with course_at(course.root, "v1") as root:
        assert [file.name for file in (root / "reference").iterdir()] == ["week01"]


@pytest.mark.parametrize("revision", ["v9", "--output=stolen", "", "v1:rubrics", "-h"])
def test_a_revision_that_is_none_is_told_with_those_there_are(course, revision):
    commit(course.root, "v1")
    with pytest.raises(UsageError, match="no revision") as caught, course_at(course.root, revision):
        pass
    assert caught.value.remedy == "Its latest tags: v1."
    assert not (course.root / "stolen").exists()


def test_a_course_that_is_no_repository_has_no_revisions(course):
    with pytest.raises(UsageError, match="no git repository"), course_at(course.root, "v1"):
        pass


# ── What students are given ───────────────────────────────────────────────────────────────────────────────


def test_a_starter_s_files_are_its_first_commit_and_no_hook_has_a_say(course, tmp_path, monkeypatch):
    home, folder = tmp_path / "home", tmp_path / "starter"
    (home / "template/hooks").mkdir(parents=True)
    (home / "template/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (home / "template/hooks/pre-commit").chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[user]\nname = Ada\nemail = ada@x\n[init]\ntemplateDir = {home}/template\n"
    )
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.delenv(name, raising=False)
    folder.mkdir()
    (folder / "mine.txt").write_text("not the starter's")
    written = write_starter(course.load(), folder)
    sha = make_repository(folder, written, "The starter")
    assert git(folder, "log", "--format=%H %an %s", "main") == f"{sha} Ada The starter"
    assert {folder / name for name in git(folder, "ls-files").split()} == set(written)
    assert git(folder, "status", "--porcelain") == "?? mine.txt"
    assert not (folder / ".git/hooks/pre-commit").exists()


def test_a_folder_that_git_cannot_make_a_repository_of_is_told(tmp_path):
    (tmp_path / ".git").write_text("no folder")
    with pytest.raises(Ungraded, match="could not make a repository"):
        make_repository(tmp_path, [], "x")


def test_what_changed_since_is_told_file_by_file(course):
    course.change("rubric", 'title: "Least squares"', 'title: "Least squares"\n    given: [a.bin, b.txt]')
    course.write("reference/week01/lab1_line/a.bin", b"\xff1")
    course.write("reference/week01/lab1_line/b.txt", "one\n")
    commit(course.root, "v1")
    course.change("rubric", "[a.bin, b.txt]", "[a.bin, c.txt]")
    course.write("reference/week01/lab1_line/a.bin", b"\xff2")
    course.write("reference/week01/lab1_line/c.txt", "one\ntwo\n")
    course.change("reference", '"""The line at X."""', '"""The line at X,\n\n        of shape (N, n_in)."""')
    course.change("reference", "X.T @ error", "error.T @ X")  # a solution's
    assert starter_changes(course.load(), "v1") == (
        Change("README.md", "changed", added=1, removed=1),
        Change("lab1_line/a.bin", "changed"),
        Change("lab1_line/b.txt", "gone", removed=1),
        Change("lab1_line/c.txt", "new", added=2),
        Change("lab1_line/line.py", "changed", added=3, removed=1),
    )


def test_the_same_starter_has_no_changes(course):
    commit(course.root, "v1")
    course.append("hidden", "# no student sees this\n")
    assert starter_changes(course.load(), "v1") == ()
    assert compare({"a": b"1"}, {"a": b"1"}) == ()


def test_an_assignment_that_was_not_there_yet_is_told(course):
    rubric = course.root / "rubrics/week01.yaml"
    kept = rubric.rename(course.root / "kept")
    commit(course.root, "v1")
    kept.rename(rubric)
    with pytest.raises(UsageError, match="As of v1 the course had no assignment 'week01'"):
        starter_changes(course.load(), "v1")


def test_content_that_was_at_fault_then_is_told_as_of_then(course):
    good = course.read("rubric")
    course.change("rubric", "criteria:", "creteria:")
    commit(course.root, "v1")
    course.overwrite("rubric", good)
    with pytest.raises(CourseError, match="As of v1") as caught:
        starter_changes(course.load(), "v1")
    assert any("creteria" in str(problem) for problem in caught.value.problems)


def test_the_command_writes_commits_and_says_what_changed(course, capsys):
    commit(course.root, "v1")
    course.change("reference", '"""The line at X."""', '"""The line at each X."""')
    folder = course.root / "out"
    assert run(["starter", "week01", str(folder), "--course", str(course.root), "--since", "v1"]) == 0
    told = capsys.readouterr().out.splitlines()
    sha = git(folder, "rev-parse", "HEAD")
    assert told[-3:] == [f"Committed as {sha[:12]}.", "Since v1:", "  changed  lab1_line/line.py  +1 -1"]
    assert "The starter of week01" in git(folder, "log", "--format=%B")
    assert "v1 (" in git(folder, "log", "--format=%B")


def test_a_revision_that_is_none_is_told_before_anything_is_written(course):
    commit(course.root)
    assert (
        run(["starter", "week01", str(course.root / "out"), "--course", str(course.root), "--since", "v9"])
        == 2
    )
    assert not (course.root / "out").exists()


def test_somebody_s_repository_is_left_to_its_owner_to_commit(course, tmp_path, capsys):
    folder = tmp_path / "theirs"
    folder.mkdir()
    head = commit(folder)
    assert run(["starter", "week01", str(folder), "--course", str(course.root)]) == 0
    assert git(folder, "rev-parse", "HEAD") == head
    assert (folder / "lab1_line/line.py").is_file()
    assert "is a git repository already" in capsys.readouterr().out


def test_gitpython_is_imported_by_whoever_needs_it():
    code = "import sys, grader.cli, grader.course; sys.exit('git' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_module_that_reads_students_repositories_knows_gitpython():
    """Decision 2; the import contracts keep it, this says it in a test."""
    folder = Path(sys.modules["grader"].__file__).parent / "submission"
    assert [file.name for file in folder.rglob("*.py") if "import git" in file.read_text()] == []
