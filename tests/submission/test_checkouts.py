"""Repositories on this machine: read as data, never entered."""

from __future__ import annotations

import os
import shutil
import time

import pytest

from grader.errors import SubmissionError, UsageError
from grader.submission import Wanted, open_repository

LAB = {"lab1_mlp/mlp_numpy.py": "class MLP: ...\n"}


def test_a_checkout_a_bare_repository_and_a_file_url_give_the_same(student, make_student, fetch):
    commit = student.commit(LAB)
    bare = make_student("bare.git", bare=True)
    student.git("push", "-q", str(bare.path), "main")
    for i, repo in enumerate((student.path, bare.path, student.dot_git, f"file://{student.path}")):
        submission = fetch(repo)
        assert submission.commit == commit
        assert submission.files["lab1_mlp/mlp_numpy.py"].decode() == "class MLP: ...\n"
        assert not any(path.startswith(".git") for path in submission.files)


def test_packed_and_shallow_repositories_are_read(student, make_student, fetch):
    student.commit({"a.py": "1"})
    commit = student.commit(LAB)
    student.git("gc", "--quiet")
    student.git("pack-refs", "--all")
    assert fetch(student.path).commit == commit
    shallow = make_student("shallow")
    shallow.git("fetch", "-q", "--depth=1", f"file://{student.path}", "main:work")
    assert fetch(shallow.path, ref="work").commit == commit


def test_refs_of_a_checkout_are_branches_tags_remotes_and_commits(student, fetch):
    first = student.commit({"a.py": "1"})
    student.git("tag", "-a", "v1", "-m", "handed in")
    second = student.commit({"a.py": "2"})
    student.git("update-ref", "refs/remotes/origin/main", first)
    refs = {"v1": first, "main": second, "origin/main": first, first[:8]: first, second: second, None: second}
    for i, (ref, commit) in enumerate(refs.items()):
        assert fetch(student.path, ref=ref).commit == commit, ref
    student.git("checkout", "-q", "--detach", "v1")
    assert fetch(student.path).commit == first


def test_an_unknown_ref_of_a_checkout_names_near_misses(student, fetch):
    student.commit(LAB)
    student.git("tag", "hand-in")
    with pytest.raises(SubmissionError, match="called 'handin'") as error:
        fetch(student.path, ref="handin")
    assert error.value.remedy == "Did you mean hand-in?"


def test_a_checkout_without_a_commit_says_so(student, fetch):
    student.write(LAB)
    with pytest.raises(SubmissionError, match="is empty: nothing has been committed"):
        fetch(student.path)


def test_uncommitted_work_is_reported_and_not_graded(student, fetch):
    student.commit(LAB | {"lab1_mlp/layers.py": "x = 1\n", "lab1_mlp/same.py": "a\nb\n"})
    student.write(
        {"lab1_mlp/layers.py": "x = 2\n", "lab1_mlp/mlp_torch.py": "", "lab1_mlp/same.py": "a\r\nb\r\n"}
    )
    wanted = Wanted(files=("lab1_mlp/mlp_numpy.py", "lab1_mlp/mlp_torch.py"), folders=("lab1_mlp",))
    submission = fetch(student.path, wanted)
    assert submission.notes == (
        "Changed or deleted since the commit, and graded as committed: lab1_mlp/layers.py.",
        "In the folder but not committed, and so not graded: lab1_mlp/mlp_torch.py. git add, git commit.",
    )
    assert submission.files["lab1_mlp/layers.py"].decode() == "x = 1\n"
    assert "lab1_mlp/mlp_torch.py" not in submission.files


def test_an_asked_for_ref_is_not_compared_with_the_work_tree(student, fetch):
    student.commit(LAB)
    student.write({"lab1_mlp/mlp_numpy.py": "changed"})
    assert fetch(student.path, ref="main").notes == ()


def test_the_work_tree_is_not_compared_through_links_or_pipes(student, fetch, tmp_path):
    student.commit(LAB | {"lab1_mlp/b.py": "b"})
    os.remove(student.path / "lab1_mlp/mlp_numpy.py")
    os.mkfifo(student.path / "lab1_mlp/mlp_numpy.py")
    (student.path / "lab1_mlp/b.py").unlink()
    (tmp_path / "b.py").write_text("b")
    (student.path / "lab1_mlp/b.py").symlink_to(tmp_path / "b.py")
    assert "lab1_mlp/b.py, lab1_mlp/mlp_numpy.py" in fetch(student.path).notes[0]


def test_a_linked_work_tree_is_read_at_its_own_commit(student, fetch, tmp_path):
    student.commit(LAB)
    student.git("worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    (tmp_path / "second/b.py").write_text("b")
    student.git("-C", str(tmp_path / "second"), "add", "-A")
    student.git("-C", str(tmp_path / "second"), "commit", "-qm", "b")
    submission = fetch(tmp_path / "second")
    assert submission.commit == student.git("rev-parse", "second")
    assert "b.py" in submission.paths


def secret_solutions(make_student):
    solutions = make_student("solutions")
    return solutions, solutions.commit({"mlp.py": "the instructor's solution\n"})


def test_a_forged_work_tree_link_to_the_instructors_repository_is_refused(make_student, fetch, tmp_path):
    solutions, _ = secret_solutions(make_student)
    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / ".git").write_text(f"gitdir: {solutions.dot_git}\n")
    with pytest.raises(SubmissionError, match=r"its .git points to another place"):
        fetch(forged)


def test_a_git_folder_that_is_a_link_is_refused(make_student, fetch, tmp_path):
    solutions, _ = secret_solutions(make_student)
    forged = tmp_path / "forged"
    forged.mkdir()
    (forged / ".git").symlink_to(solutions.dot_git)
    with pytest.raises(SubmissionError, match=r"its .git is a link"):
        fetch(forged)


def test_borrowed_objects_are_refused(student, make_student, fetch):
    solutions, commit = secret_solutions(make_student)
    student.commit(LAB)
    (student.dot_git / "refs/heads/main").write_text(f"{commit}\n")
    alternates = student.dot_git / "objects/info/alternates"
    alternates.write_text(f"{solutions.dot_git}/objects\n")
    assert student.git("cat-file", "-t", commit) == "commit"
    with pytest.raises(SubmissionError, match="borrows objects from another repository"):
        fetch(student.path)
    alternates.unlink()
    (student.dot_git / "commondir").write_text(f"{solutions.dot_git}\n")
    with pytest.raises(SubmissionError, match="keeps its objects in another repository"):
        fetch(student.path)


@pytest.mark.parametrize("part", ["objects", "refs", "objects/pack", "objects/aa"])
def test_links_inside_a_git_folder_are_refused(student, make_student, fetch, part):
    solutions, _ = secret_solutions(make_student)
    student.commit(LAB)
    link = student.dot_git / part
    if link.is_dir():
        shutil.rmtree(link)
    link.symlink_to(solutions.dot_git / part)
    with pytest.raises(SubmissionError, match="link"):
        fetch(student.path)


def test_a_head_or_ref_that_is_a_link_or_a_pipe_names_nothing(student, make_student, fetch):
    solutions, _ = secret_solutions(make_student)
    student.commit(LAB)
    ref = student.dot_git / "refs/heads/main"
    ref.unlink()
    ref.symlink_to(solutions.dot_git / "refs/heads/main")
    with pytest.raises(SubmissionError, match="is empty"):
        fetch(student.path)
    ref.unlink()
    os.mkfifo(ref)
    started = time.monotonic()
    with pytest.raises(SubmissionError, match="is empty"):
        fetch(student.path)
    assert time.monotonic() - started < 15


def test_a_ref_cannot_lead_out_of_the_repository(student, fetch, tmp_path):
    commit = student.commit(LAB)
    (tmp_path / "elsewhere").write_text(f"{commit}\n")
    (student.dot_git / "HEAD").write_text("ref: refs/../../../elsewhere\n")
    with pytest.raises(SubmissionError, match="default branch"):
        fetch(student.path)


def test_other_content_under_a_commits_name_is_found_out(student, fetch):
    student.commit(LAB)
    honest = student.git("rev-parse", "HEAD:lab1_mlp/mlp_numpy.py")
    student.put("blob", b"class MLP: 'changed after the deadline'\n", name=honest)
    with pytest.raises(SubmissionError, match="damaged"):
        fetch(student.path)


def test_a_missing_object_is_damage_and_in_a_partial_clone_says_why(student, fetch, canary):
    student.commit(LAB)
    blob = student.git("rev-parse", "HEAD:lab1_mlp/mlp_numpy.py")
    (student.dot_git / f"objects/{blob[:2]}/{blob[2:]}").unlink()
    with pytest.raises(SubmissionError, match="is damaged"):
        fetch(student.path)
    (student.dot_git / "objects/pack/pack-1.promisor").touch()
    with pytest.raises(SubmissionError, match="is a partial clone"):
        fetch(student.path)


def test_a_checkout_of_another_user_is_read(student, fetch):
    commit = student.commit(LAB)
    if os.getuid() == 0:
        for path in (student.path, *student.path.rglob("*")):
            os.lchown(path, 4321, 4321)
    assert fetch(student.path).commit == commit


def test_sha256_names_are_refused_in_words(tmp_path, student, fetch):
    student.git("init", "-q", "--object-format=sha256", "--initial-branch=main", str(tmp_path / "sha256"))
    student.git("-C", str(tmp_path / "sha256"), "commit", "-q", "--allow-empty", "-m", "x")
    with pytest.raises(SubmissionError, match="by SHA-256"):
        fetch(tmp_path / "sha256")


def test_refs_kept_as_tables_are_refused_in_words(student, fetch):
    student.commit(LAB)
    (student.dot_git / "reftable").mkdir()
    with pytest.raises(SubmissionError, match="reftable format"):
        fetch(student.path)


def test_what_is_no_folder_says_so(tmp_path, fetch):
    (tmp_path / "work.zip").touch()
    with pytest.raises(SubmissionError, match="is not a folder"):
        fetch(tmp_path / "work.zip")
    with pytest.raises(SubmissionError, match="There is no folder"):
        fetch(tmp_path / "nowhere")


def test_a_ref_needs_a_repository(tmp_path, fetch):
    (tmp_path / "plain").mkdir()
    with pytest.raises(UsageError, match="is not a git repository"):
        fetch(tmp_path / "plain", ref="main")
