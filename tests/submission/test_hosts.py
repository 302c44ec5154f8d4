"""Fetching from a host: what arrives, and what each way of failing says."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.submission import FetchLimits, Wanted, open_repository

LAB = {"lab1_mlp/mlp_numpy.py": "class MLP: ...\n", "README.md": "week 6\n"}


def files(submission):
    return set(submission.files)


def test_a_commit_arrives_as_regular_files_with_its_facts(student, host, fetch):
    commit = student.commit(LAB)
    url = host.url("week06-ada/.git")
    submission = fetch(url)
    assert files(submission) == set(LAB)
    assert submission.files["lab1_mlp/mlp_numpy.py"].decode() == LAB["lab1_mlp/mlp_numpy.py"]
    assert (submission.url, submission.ref, submission.commit) == (url, "HEAD", commit)
    assert submission.committed_at == "2026-11-20T17:59:00+01:00"
    assert submission.paths == ("README.md", "lab1_mlp/mlp_numpy.py")
    assert submission.notes == ()


def test_only_the_wanted_files_and_folders_are_written(student, host, fetch):
    student.commit(LAB | {"lab1_mlp/layers.py": "", "data/huge.csv": "1,2\n", "lab1_mlp_old/x.py": ""})
    wanted = Wanted(files=("README.md", "missing.py"), folders=("lab1_mlp",))
    assert files(fetch(host.url("week06-ada/.git"), wanted)) == {
        "README.md",
        "lab1_mlp/mlp_numpy.py",
        "lab1_mlp/layers.py",
    }


def test_one_file_can_be_read_before_anything_is_written(student, host):
    student.commit(LAB | {"grade.yml": "assignment: week06\n"})
    with open_repository(host.url("week06-ada/.git")) as repository:
        assert repository.read("grade.yml", limit=100) == b"assignment: week06\n"
        assert repository.read("grades.yml", limit=100) is None
        with pytest.raises(SubmissionError, match=r"'grade.yml' .* is too large: 19 of 5 bytes"):
            repository.read("grade.yml", limit=5)


def test_a_ref_is_a_branch_a_tag_or_a_commit(student, host, fetch):
    first = student.commit({"a.py": "1"})
    student.git("tag", "-a", "v1", "-m", "handed in")
    second = student.commit({"a.py": "2"})
    student.git("checkout", "-q", "-b", "feature/mlp")
    third = student.commit({"a.py": "3"})
    student.git("checkout", "-q", "main")
    url = host.url("week06-ada/.git")
    refs = {"v1": first, "main": second, "feature/mlp": third, "refs/heads/main": second, first: first}
    refs |= {first.upper(): first, third[:9]: third}
    for i, (ref, commit) in enumerate(refs.items()):
        assert fetch(url, ref=ref).commit == commit, ref


def test_an_unknown_ref_names_near_misses(student, host, fetch):
    student.commit(LAB)
    student.git("branch", "submission")
    with pytest.raises(SubmissionError, match="no branch, tag or commit called 'submision'") as error:
        fetch(host.url("week06-ada/.git"), ref="submision")
    assert error.value.remedy == "Did you mean submission?"
    with pytest.raises(SubmissionError) as error:
        fetch(host.url("week06-ada/.git"), ref="v9")
    assert error.value.remedy == "There are: main, submission."


def test_an_unknown_commit_says_so(student, host, fetch):
    student.commit(LAB)
    with pytest.raises(SubmissionError, match="has no commit 1234567890123456789012345678901234567890"):
        fetch(host.url("week06-ada/.git"), ref="1234567890" * 4)
    with pytest.raises(SubmissionError, match="called 'abc1234'") as error:
        fetch(host.url("week06-ada/.git"), ref="abc1234")
    assert "give all 40 digits" in error.value.remedy


def test_an_empty_repository_says_so(student, host, fetch):
    with pytest.raises(SubmissionError, match="is empty: nothing has been committed"):
        fetch(host.url("week06-ada/.git"))


def test_a_default_branch_without_commits_names_the_others(student, host, fetch):
    student.commit(LAB)
    student.git("branch", "-m", "main", "work")
    student.git("symbolic-ref", "HEAD", "refs/heads/main")
    with pytest.raises(SubmissionError, match="default branch .* has no commit") as error:
        fetch(host.url("week06-ada/.git"))
    assert error.value.remedy == "There are: work. Choose one, for example --ref work"


def test_a_commit_without_files_says_so(student, host, fetch):
    student.commit({})
    with pytest.raises(SubmissionError, match="holds no files"):
        fetch(host.url("week06-ada/.git"))


def test_no_repository_at_the_address_says_so(host, fetch):
    with pytest.raises(SubmissionError, match="There is no repository at"):
        fetch(host.url("nobody/nothing.git"))


def test_a_page_of_a_repository_leads_to_its_address(host, fetch):
    with pytest.raises(SubmissionError, match="is a page of a repository") as error:
        fetch(host.url("course/week06-ada/tree/main/lab1_mlp"))
    assert error.value.remedy == f"Its address is {host.url('course/week06-ada')}"


def test_a_private_repository_asks_for_access_without_prompting(student, host, fetch):
    student.commit(LAB)
    with pytest.raises(SubmissionError, match="is private, or doesn't exist") as error:
        fetch(host.url("private/week06-ada/.git"))
    assert "credential helper" in error.value.remedy


@pytest.mark.parametrize("credentials", ["ada:{token}@", "{token}@", "{token}:@"])
def test_credentials_in_the_url_open_it_and_stay_out_of_everything_else(
    student, host, fetch, tmp_path, capfd, credentials
):
    student.commit(LAB)
    with open_repository(
        host.url("private/week06-ada/.git", credentials.format(token=host.token))
    ) as repository:
        submission = repository.fetch(Wanted(folders=("",)))
        assert host.token not in repr(repository)
        everywhere = [p for p in tmp_path.rglob("*") if p.is_file()]
        assert any("objects/pack" in str(p) for p in everywhere)
        assert not [p for p in everywhere if host.token.encode() in p.read_bytes()]
    assert submission.url == host.url("private/week06-ada/.git")
    assert host.token not in repr(submission) + "".join(capfd.readouterr())


def test_wrong_credentials_are_not_repeated_in_the_error(student, host, fetch):
    student.commit(LAB)
    with pytest.raises(SubmissionError, match="is private") as error:
        fetch(host.url("private/week06-ada/.git", "ada:wrong-secret@"))
    assert "wrong-secret" not in f"{error.value} {error.value.remedy} {error.value.__cause__}"


def test_credentials_go_to_no_other_host(student, host, other_host, fetch):
    """The first host asks for them, takes them, and sends us on to one that asks too."""
    student.commit(LAB)
    there = other_host.url("private/week06-ada/.git")
    with pytest.raises(SubmissionError, match="is private"):
        fetch(host.url(f"private/elsewhere/{there}", f"ada:{host.token}@"))
    assert any(host.authorizations)
    assert other_host.authorizations
    assert not any(other_host.authorizations)


def test_the_users_credential_helper_is_asked(student, host, fetch, tmp_path):
    student.commit(LAB)
    helper = f'[credential]\n\thelper = "!f() {{ echo username=ada; echo password={host.token}; }}; f"\n'
    Path(os.environ["HOME"], ".gitconfig").write_text(helper)
    assert files(fetch(host.url("private/week06-ada/.git"))) == set(LAB)


def test_the_users_netrc_is_read(student, host, fetch):
    student.commit(LAB)
    Path(os.environ["HOME"], ".netrc").write_text(f"machine 127.0.0.1 login ada password {host.token}\n")
    assert files(fetch(host.url("private/week06-ada/.git"))) == set(LAB)


def test_nothing_else_of_the_users_configuration_is_in_force(student, host, fetch, canary, tmp_path):
    student.commit(LAB)
    template = tmp_path / "template/hooks"
    template.mkdir(parents=True)
    for hook in ("reference-transaction", "post-checkout", "post-merge"):
        shutil.copy(canary.program, template / hook)
    Path(os.environ["HOME"], ".gitconfig").write_text(
        f"[init]\n\ttemplateDir = {template.parent}\n[core]\n\thooksPath = {template}\n\tfsmonitor = {canary.program}\n"
    )
    fetch(host.url("week06-ada/.git"))
    assert canary.alive


def test_a_renamed_repository_is_followed(student, host, fetch):
    student.commit(LAB)
    assert files(fetch(host.url("moved/week06-ada/.git"))) == set(LAB)


def test_a_host_of_plain_files_is_read_too(student, host, fetch):
    student.commit(LAB)
    student.commit({"README.md": "second\n"})
    student.git("gc", "--quiet")
    student.git("update-server-info")
    assert files(fetch(host.url("plain/week06-ada/.git"))) == set(LAB)


def test_a_host_that_is_busy_says_so(host, fetch):
    with pytest.raises(SubmissionError, match="is busy or out of order"):
        fetch(host.url("busy/week06-ada/.git"))


def test_an_unreachable_host_says_so(fetch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(SubmissionError, match="The host 127.0.0.1 can't be reached"):
            fetch(f"http://127.0.0.1:{port}/week06.git")


def test_a_host_that_never_answers_is_given_up_with_all_its_processes(host, fetch):
    started = time.monotonic()
    with pytest.raises(SubmissionError, match="longer than 0.5 s"):
        fetch(host.url("silent/week06-ada/.git"), limits=FetchLimits(seconds=0.5))
    assert time.monotonic() - started < 15
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"127.0.0.1:{host.server_port}" not in running


@pytest.fixture
def ssh(tmp_path, monkeypatch):
    """An ssh that runs the command here, and notes what it was called with."""
    program, log = tmp_path / "bin/ssh", tmp_path / "ssh.log"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nfor last; do :; done\necho "$@" >> {log}\nexec sh -c "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return log


def test_ssh_and_scp_addresses_go_over_ssh_which_may_not_prompt(student, fetch, ssh):
    student.commit(LAB)
    assert files(fetch(f"git@localhost:{student.path}")) == set(LAB)
    assert files(fetch(f"ssh://git@localhost:2222{student.path}")) == set(LAB)
    scp, url = ssh.read_text().splitlines()
    assert "git@localhost git-upload-pack" in scp
    assert "-p 2222 git@localhost git-upload-pack" in url
    assert "-oBatchMode=yes" in scp
    assert "-oForwardAgent=no" in scp


def test_the_users_own_ssh_command_is_used(student, fetch, ssh):
    student.commit(LAB)
    Path(os.environ["HOME"], ".gitconfig").write_text("[core]\n\tsshCommand = ssh -i deploy-key\n")
    assert files(fetch(f"git@localhost:{student.path}")) == set(LAB)
    assert ssh.read_text().startswith("-i deploy-key")
    assert "BatchMode" not in ssh.read_text()


def test_scratch_folders_are_gone_afterwards_also_those_of_a_killed_grader(student, host, fetch, tmp_path):
    student.commit(LAB)
    orphan = tmp_path / "scratch/grader-fetch-orphan"
    orphan.mkdir()
    (orphan / "in-use").touch()
    with open_repository(host.url("week06-ada/.git")):
        assert not orphan.exists()
        with open_repository(str(student.path)):
            assert len(list((tmp_path / "scratch").iterdir())) == 2
    assert list((tmp_path / "scratch").iterdir()) == []
