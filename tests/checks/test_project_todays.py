"""Packages whose pinned versions can't be had any more."""

import pytest

from grader.checks.project.todays import todays

LISTED = {
    "requirements.txt": "# old\nnumpy==1.16.1\nscipy>=1.0 ; python_version > '3'\n-e .\ntorch[cpu]==0.4\n"
}


@pytest.mark.parametrize(
    ("command", "today"),
    [
        ("pip install -r requirements.txt", "pip install numpy scipy torch[cpu]"),
        ("python3 -m pip install -q --requirement=./requirements.txt", "python3 -m pip install numpy scipy torch[cpu]"),
        ("uv pip install -r requirements.txt", "uv pip install numpy scipy torch[cpu]"),
        ("pip install 'numpy==1.16.1' flask", "pip install numpy"),
        ("pip install -r nowhere.txt", ""),
        ("pip install flask", ""),
        ("python train.py", ""),
    ],
)  # fmt: skip
def test_the_same_packages_without_their_versions(command, today):
    assert todays(command, LISTED) == today
