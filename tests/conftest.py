"""What tests share: a real engine, services on it, and repositories to hand in."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from grader.errors import Ungraded
from grader.judge_service import JudgeService

REQUIRE_DOCKER = os.environ.get("GRADER_REQUIRE_DOCKER") == "1"


def pytest_configure():
    """One thread per process: two cores are shared by many, and a fork with more may hang.

    And Ctrl-C works, for what tests start as well: a shell's background job is started with it ignored.
    """
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def gradebook(tmp_path_factory):
    """What tests grade is kept apart from what the person at this machine grades."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.sqlite"
    os.environ["GRADER_GRADEBOOK"] = str(path)
    return path


@pytest.fixture(scope="session")
def engine():
    """The Docker engine; without one, tests that need it are skipped, or fail where one was promised."""
    from grader.sandbox.engine import Engine

    try:
        engine = Engine()
        engine.info()
    except Ungraded as error:
        if REQUIRE_DOCKER:
            pytest.fail(f"a Docker engine was promised, but: {error.message}")
        pytest.skip(error.message)
    return engine


@pytest.fixture(scope="session")
def docker_service(engine):
    """Opens services in Docker, one per course; all are closed at the end."""
    from grader.sandbox.docker import DockerProvider

    services = {}

    def open_service(course: Path) -> JudgeService:
        if course not in services:
            services[course] = JudgeService(DockerProvider("cpu", print), course)
        return services[course]

    yield open_service
    for service in services.values():
        service.close()


@pytest.fixture(scope="session")
def local_service():
    """Opens services on this machine: for code of ours only."""
    from grader.sandbox.local import LocalProvider

    services = {}

    def open_service(course: Path) -> JudgeService:
        if course not in services:
            services[course] = JudgeService(LocalProvider(), course)
        return services[course]

    yield open_service
    for service in services.values():
        service.close()


class Silent:
    """A watch that looks away."""

    def stage(self, name):
        pass

    def saw(self, lab, event):
        pass


def commit_all(folder: Path) -> str:
    """Make the folder a git repository with one commit of everything in it; returns the commit."""
    identity = {
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org",
    }  # fmt: skip
    plain = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    for command in (["init", "-q", "-b", "main"], ["add", "-A", "-f"], ["commit", "-q", "-m", "hand in"]):
        subprocess.run(["git", *command], cwd=folder, check=True, env=plain)
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, env=plain, capture_output=True, text=True
    ).stdout.strip()
