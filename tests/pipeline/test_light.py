"""The grader starts light: what takes long to import is imported where it is needed, or not at all."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["grader.cli.app", "grader.pipeline", "grader.sandbox.docker"])
def test_a_grade_begins_without_numpy_torch_pytest_docker_and_git(module):
    heavy = {"numpy", "torch", "pytest", "docker", "git", "scipy"}
    ask = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
