"""Eighty hostile submissions, graded as a course would grade them: in Docker, through the whole pipeline."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.history import NoHistory
from grader.pipeline import grade
from grader.request import Request
from grader.records import Decision, Outcome
from grader.report import write_reports
from tests.conftest import Silent, commit_all

ATTACKS = Path(__file__).parents[1] / "attacks"
COURSE = Path(__file__).parents[1] / "courses" / "attacks"
NAMES = sorted(p.name for p in ATTACKS.iterdir() if (p / "ATTACK.json").is_file())
LONGEST = 60.0
"""Seconds: the lab's total time. An attack that takes longer has hung the grader."""

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def service(docker_service):
    return docker_service(COURSE)


def hand_in(name, folder):
    """The attack as a repository; what git can't hold (FIFOs, links into the host) as a plain folder."""
    shutil.copytree(ATTACKS / name, folder, symlinks=True)
    if (folder / "build.sh").is_file():
        subprocess.run(["bash", "build.sh"], cwd=folder, check=True, timeout=60)
    else:
        commit_all(folder)
    return folder


def digest_of(folder):
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".pyc"}


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_gets_what_it_deserves_and_does_no_harm(name, service, tmp_path):
    wanted = json.loads((ATTACKS / name / "ATTACK.json").read_text())
    before = digest_of(COURSE)
    begun = time.monotonic()
    record = grade(
        Request(repo=str(hand_in(name, tmp_path / name)), assignment="toy"), service, NoHistory(), Silent()
    )

    assert time.monotonic() - begun < LONGEST
    assert digest_of(COURSE) == before
    if wanted["want"] == "revise":
        assert record.verdict is Decision.REVISE
    else:
        assert record.verdict is Decision.PASS
    assert {c.outcome for c in record.checks} <= {Outcome.PASSED, Outcome.FAILED, Outcome.BLOCKED}
    assert_reports_are_harmless(record, tmp_path / "out")


def assert_reports_are_harmless(record, folder):
    write_reports(record, folder)
    for path in folder.iterdir():
        assert path.stat().st_size < 2_000_000
        text = path.read_text()
        assert "\x1b" not in text
        if path.suffix == ".html":
            assert "<script" not in text.lower()
        if path.suffix == ".md":
            assert not any(line.startswith(("::", "##[")) for line in text.splitlines())


def test_after_all_of_them_honest_work_still_passes(service, tmp_path):
    record = grade(
        Request(repo=str(hand_in("00_correct", tmp_path / "r")), assignment="toy"),
        service,
        NoHistory(),
        Silent(),
    )
    assert record.verdict is Decision.PASS


def test_a_repository_without_the_file_is_reported_where_it_should_be(service, tmp_path):
    (tmp_path / "r" / "src").mkdir(parents=True)
    shutil.copy(ATTACKS / "00_correct" / "mlp.py", tmp_path / "r" / "src" / "mlp.py")
    commit_all(tmp_path / "r")
    record = grade(Request(repo=str(tmp_path / "r"), assignment="toy"), service, NoHistory(), Silent())
    assert record.verdict is Decision.REVISE
    first = record.checks[0].finding.headline
    assert "mlp.py" in first
    assert "src/mlp.py" in first


def test_an_unknown_assignment_lists_what_there_is(service, tmp_path):
    hand_in("00_correct", tmp_path / "r")
    with pytest.raises(GraderError, match="toy"):
        grade(Request(repo=str(tmp_path / "r"), assignment="tou"), service, NoHistory(), Silent())
