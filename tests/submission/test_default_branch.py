"""The default branch and what may be executed: facts of a commit that only the repository as a whole needs."""

import os

import pytest

from grader.submission import Wanted, open_repository


@pytest.mark.parametrize("address", ["path", "url"])
def test_the_default_branch_is_asked_for_only_where_it_is_needed(student, host, address):
    student.commit({"a.py": b"x = 1\n", "run.sh": b"#!/bin/sh\n"})
    student.git("checkout", "-q", "-b", "trunk")
    os.chmod(student.path / "run.sh", 0o755)  # noqa: PTH101 - a test
    student.git("add", "-A")
    student.git("commit", "-q", "-m", "runs")
    place = str(student.path) if address == "path" else host.url(f"{student.path.name}/.git")
    with open_repository(place) as repository:
        asked = repository.fetch(Wanted(folders=("",), branch=True))
        not_asked = repository.fetch(Wanted(folders=("",)))
    assert (asked.branch, not_asked.branch) == ("trunk", "")
    assert asked.executable == ("run.sh",)
