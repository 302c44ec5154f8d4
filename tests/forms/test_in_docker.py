"""Some of the matrix in a real sandbox, with real packages: what is said is what is right.

All of it: ``python -m tests.forms.in_docker``.
"""

import pytest

from grader.sandbox.egress import IndexFailed, of_this_machine
from tests.forms.cases import cases
from tests.forms.in_docker import said
from tests.sandbox.conftest import docker_or_skip

pytestmark = pytest.mark.docker
EVERY = 9
"""One in so many: of each kind, in the order of their numbers, so that all sorts are there."""
CHOSEN = [case for kind in ("readme", "workflow") for case in [c for c in cases() if c.kind == kind][::EVERY]]


@pytest.fixture(scope="module")
def provider():
    provider = docker_or_skip()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Why there are no packages; empty if there are."""
    try:
        of_this_machine(tmp_path_factory.mktemp("index"))
    except IndexFailed as failed:
        return failed.message
    return ""


@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.name)
def test_what_is_said_is_right(case, provider, index):
    if case.packages and index:
        pytest.skip(f"LEFT OUT, no package index: {index}")
    word, why = said(provider, case)
    assert (word, case.why) == (case.outcome, case.why), why
