"""The command line as a person meets it: a process of its own, its output, its files and its exit code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import commit_all

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "courses" / "attacks"
ATTACKS = ROOT / "tests" / "attacks"
PROGRAM = (sys.executable, "-m", "grader")


class Ended(NamedTuple):
    """A command that has ended: its exit code, standard output and standard error."""

    status: int
    said: str
    told: str


def environment(**changes: str) -> dict[str, str]:
    """This one, as on a wide terminal without colour."""
    return {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(ROOT), "TERM": "dumb", **changes}


@pytest.fixture
def grade():
    """Run ``grade ARGUMENTS…`` to its end, not on a terminal."""

    def run(*arguments, before=(), course=TOY, **changes) -> Ended:
        done = subprocess.run(
            [*before, *PROGRAM, *map(str, arguments)],
            cwd=course,
            env=environment(**changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def hand_in(tmp_path):
    """Make a repository of its own out of a folder, or out of one file's text."""

    def make(source: Path | str, name: str = "toy-ada") -> Path:
        repository = tmp_path / name
        if isinstance(source, Path):
            shutil.copytree(source, repository)
        else:
            repository.mkdir()
            (repository / "mlp.py").write_text(source)
        commit_all(repository)
        return repository

    return make
