"""The autograders' zips: what is in them, and their scripts run as Gradescope and Classroom 50 run them."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.conftest import grade  # noqa: F401 - a fixture
from tests.end_to_end.test_grade_local import HIDDEN, REFERENCE, RIGHT, WRONG, course  # noqa: F401 - a fixture

METADATA = {
    "id": 1,
    "created_at": "2026-11-20T14:22:32.365935-07:00",
    "users": [{"email": "ada@example.org"}],
}


@pytest.fixture
def autograder(course, grade, tmp_path):
    """Makes a zip, and unpacks it as Gradescope does."""

    def make(*options, form="gradescope-zip"):
        wheel = tmp_path / "grader-0-py3-none-any.whl"
        wheel.write_bytes(b"a wheel")
        (course / "constraints.txt").write_text("numpy==1\n")
        rubric = course / "rubrics" / "tiny.yaml"
        rubric.write_text(
            rubric.read_text() + 'deadline: "2020-01-01 12:00 Europe/Berlin"\npolicy: {late: refuse}\n'
        )
        ended = grade(
            "export",
            form,
            "tiny",
            "--to",
            tmp_path / "a.zip",
            "--engine",
            wheel,
            *options,
            course=course,
        )
        assert ended.status == 0, ended.told
        root = tmp_path / "autograder"
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            for entry in archive.infolist():
                Path(archive.extract(entry, root / "source")).chmod(entry.external_attr >> 16)
        (root / "submission_metadata.json").write_text(json.dumps(METADATA))
        return root

    return make


def run(root, code, **changes):
    (root / "submission" / "line").mkdir(parents=True)
    (root / "submission" / "line" / "line.py").write_text(code)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [str(root / "source" / "run_autograder")],
        cwd=root,
        env={"PATH": path, "HOME": str(root), "AUTOGRADER": str(root), **changes},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_public_checks_alone_and_nothing_hidden(autograder):
    root = autograder()
    text = "".join(f.read_text() for f in (root / "source" / "course").rglob("*") if f.is_file())
    assert HIDDEN not in text
    assert REFERENCE not in text
    done = run(root, RIGHT)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((root / "results" / "results.json").read_text())
    assert (results["score"], [test["status"] for test in results["tests"]]) == (1, ["passed"])


def test_with_hidden_checks_wrong_work_is_graded_and_the_deadline_is_gradescope_s(autograder):
    root = autograder("--trust")
    done = run(root, WRONG)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((root / "results" / "results.json").read_text())
    assert (results["score"], results["extra_data"]["points"]) == (0, 1)
    record = json.loads((root / "report" / "report.json").read_text())
    assert record["received_at"].startswith("2026-11-20T14:22:32")
    assert (record["suite"], record["verdict"], record["refused"]) == ("all", "revise", "")


def test_what_can_t_be_graded_has_no_results(autograder):
    root = autograder()
    (root / "source" / "course" / "rubrics" / "tiny.yaml").unlink()
    done = run(root, RIGHT)
    assert done.returncode == 2
    assert not (root / "results").exists()


def test_classroom_50_s_autograder_writes_its_result_and_its_page(autograder, tmp_path):
    root = autograder(form="classroom50-zip") / "source"
    assert {file.name for file in root.iterdir()} == {
        "autograder.py", "course", "constraints.txt", "grader-0-py3-none-any.whl",
    }  # fmt: skip
    assert HIDDEN not in "".join(f.read_text() for f in (root / "course").rglob("*") if f.is_file())
    known = {
        "CLASSROOM": "dl",
        "ASSIGNMENT": "tiny",
        "SUBMISSION_TAG": "submit/1",
        "COMMIT_URL": "https://h/c",
    }
    checkout = tmp_path / "checkout"
    (checkout / "line").mkdir(parents=True)

    def runs(code):
        (checkout / "line" / "line.py").write_text(code)
        return subprocess.run(
            [sys.executable, root / "autograder.py"],
            cwd=checkout,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GRADER_PYTHON": sys.executable, **known},
            capture_output=True,
            text=True,
            timeout=240,
        )

    done = runs("def double(x):\n    return 3 * x\n")
    assert done.returncode == 0, done.stdout + done.stderr  # it was graded, and fails
    result = json.loads((checkout / "result.json").read_text())
    assert [result[key] for key in ("classroom", "assignment", "submission", "score", "max-score")] == [
        "dl", "tiny", "submit/1", 0, 10,
    ]  # fmt: skip
    assert "It doubles" in (checkout / "release-body.md").read_text()
    (checkout / "result.json").unlink()
    (root / "course" / "rubrics" / "tiny.yaml").unlink()
    assert runs(RIGHT).returncode == 2
    assert not (checkout / "result.json").exists()


def test_its_scripts_can_be_run_and_are_bash(autograder, tmp_path):
    root = autograder()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    for script in ("setup.sh", "run_autograder"):
        assert modes[script] == 0o755
        assert subprocess.run(["bash", "-n", root / "source" / script]).returncode == 0
    setup = (root / "source" / "setup.sh").read_text()
    assert "-c constraints.txt" in setup
    assert "./grader-0-py3-none-any.whl[local]" in setup
    assert (root / "source" / "constraints.txt").read_text() == "numpy==1\n"
