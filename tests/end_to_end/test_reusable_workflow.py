"""The reusable workflow's shell steps, run as a runner runs them: bash, its files, and an API that answers."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from tests.conftest import commit_all
from tests.end_to_end.conftest import ROOT
from tests.end_to_end.test_grade_local import RIGHT, WRONG, course, desk  # noqa: F401 - fixtures

WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "grade.yml").read_text())
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class Runner:
    """Runs a job's `run:` steps one after the other, with the files and variables that a runner gives them."""

    def __init__(self, temporary: Path, folder: Path, **variables: str) -> None:
        self.temporary, self.folder = temporary, folder
        temporary.mkdir()
        self.files = {
            name: temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH")
        }
        for file in self.files.values():
            file.touch()
        self.said = ""
        self.values = {"runner.temp": str(temporary)}
        self.variables = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(temporary),
            "RUNNER_TEMP": str(temporary),
            **{name: str(file) for name, file in self.files.items()},
            **variables,
        }

    def job(self, name: str, inputs: dict[str, str], secrets: dict[str, str] = {}) -> int:
        """The exit status of the first step that failed; 0 if none did. `if: always()` steps run all the same."""
        declared = WORKFLOW[True]["workflow_call"]["inputs"]
        self.values |= {f"inputs.{key}": str(said.get("default", "")) for key, said in declared.items()}
        self.values |= {f"inputs.{key}": value for key, value in inputs.items()}
        self.values |= {f"secrets.{key}": value for key, value in secrets.items()}
        job, failed = WORKFLOW["jobs"][name], 0
        assert eval(job["if"].replace("inputs.mode", repr(self.values["inputs.mode"])))
        for step in job["steps"]:
            if "run" in step and (not failed or step.get("if") == "always()"):
                status = self.step(step, job.get("env", {}))
                failed = failed or status
        return failed

    def step(self, step: dict, env: dict) -> int:
        assert "${{" not in step["run"], "an expression in a script is text that a stranger may write"
        assert step["shell"] == "bash"
        filled = {
            k: EXPRESSION.sub(lambda m: self.values.get(m[1], ""), str(v))
            for k, v in (env | step.get("env", {})).items()
        }
        before = len(self.files["GITHUB_OUTPUT"].read_text())
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.folder,
            env=self.variables | filled,
            capture_output=True,
            text=True,
            timeout=240,
        )
        self.said += done.stdout + done.stderr
        for line in self.files["GITHUB_OUTPUT"].read_text()[before:].splitlines():
            name, _, value = line.partition("=")
            self.values[f"steps.{step['id']}.outputs.{name}"] = value
        return done.returncode


class Forge(http.server.BaseHTTPRequestHandler):
    """Answers as GitHub's API does, and keeps what it was sent."""

    private = True
    sent: list[tuple[str, dict]] = []

    def do_GET(self):
        assert self.headers["Authorization"] == "Bearer t0ken"
        self.answer({"full_name": self.path, "private": self.private})

    def do_POST(self):
        assert self.headers["Authorization"] == "Bearer t0ken"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.sent.append((self.path, json.loads(body)))
        self.answer({})

    def answer(self, said):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said, indent=1).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def forge():
    Forge.sent, Forge.private = [], True
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("code", "status", "title"), [(WRONG, 1, "Revise"), (RIGHT, 0, "Public checks pass")]
)
def test_public_checks_on_push(desk, tmp_path, code, status, title):
    (desk / "line" / "line.py").write_text(code)
    runner = Runner(tmp_path / "runner", desk)
    assert runner.job("public", {}) == status, runner.said
    assert f"::notice title=Doubling::{title}" in runner.said
    assert "::stop-commands::" in runner.said
    assert "Doubling" in runner.files["GITHUB_STEP_SUMMARY"].read_text()
    assert runner.values["steps.checks.outputs.result"]
    assert (tmp_path / "runner" / "report" / "report.student.html").is_file()


@pytest.mark.parametrize(
    ("code", "state", "private"),
    [(WRONG, "failure", True), (RIGHT, "success", False)],
    ids=["revise", "pass"],
)
def test_the_instructor_s_own_repository_grades_and_answers(
    desk, course, forge, tmp_path, code, state, private
):
    Forge.private = private
    (desk / "line" / "line.py").write_text(code)
    commit = commit_all(desk)
    (tmp_path / "host" / "class").mkdir(parents=True)
    desk.rename(tmp_path / "host" / "class" / "tiny-ada")
    runner = Runner(
        tmp_path / "runner",
        course,
        GITHUB_SERVER_URL=str(tmp_path / "host"),
        GITHUB_API_URL=forge,
        GRADER_GRADEBOOK=str(tmp_path / "book.sqlite"),
    )
    inputs = {"mode": "instructor", "repository": "class/tiny-ada", "commit": commit, "assignment": "tiny"}
    inputs |= {"options": "--sandbox local --trust", "comment": "true"}
    assert runner.job("instructor", inputs, {"token": "t0ken"}) == 0, runner.said
    path, status = Forge.sent[0]
    assert path == f"/repos/class/tiny-ada/statuses/{commit}"
    assert (status["state"], status["context"]) == (state, "grade/tiny")
    comments = [body["body"] for path, body in Forge.sent[1:] if path.endswith(f"{commit}/comments")]
    assert len(comments) == (1 if private else 0)
    assert all("Doubling" in comment for comment in comments)
    assert "t0ken" not in runner.said + "".join(
        f.read_text() for f in (tmp_path / "runner" / "report").glob("*")
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"repository": "class/ada; touch owned", "commit": "0" * 40},
        {"repository": "class/ada", "commit": "main"},
        {"repository": "class/ada", "commit": "0" * 40, "assignment": "$(touch owned)"},
    ],
)
def test_what_is_no_repository_or_commit_is_refused_before_anything_runs(course, forge, tmp_path, asked):
    runner = Runner(tmp_path / "runner", course, GITHUB_SERVER_URL="/nowhere", GITHUB_API_URL=forge)
    steps = WORKFLOW["jobs"]["instructor"]["steps"][:1]
    runner.values |= {f"inputs.{key}": value for key, value in asked.items()}
    assert runner.step(steps[0], WORKFLOW["jobs"]["instructor"]["env"]) == 2
    assert not list(course.rglob("owned"))


def test_neither_job_may_write_and_the_public_one_has_no_secret():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    public = json.dumps(WORKFLOW["jobs"]["public"])
    assert "secrets" not in public
    for job in WORKFLOW["jobs"].values():
        for step in job["steps"]:
            if str(step.get("uses")).startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False
