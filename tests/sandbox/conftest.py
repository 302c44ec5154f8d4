"""Both sandboxes, each once for all tests."""

from __future__ import annotations

import contextlib
import os

import pytest

from grader.errors import Ungraded
from grader.sandbox.docker import DockerSandbox
from grader.sandbox.local import LocalSandbox
from tests.sandbox.visiting import Visitor


def docker_or_skip() -> DockerSandbox:
    try:
        return DockerSandbox(progress=print)
    except Ungraded as missing:
        if os.environ.get("GRADER_REQUIRE_DOCKER") == "1":
            pytest.fail(f"GRADER_REQUIRE_DOCKER=1, but: {missing}")
        pytest.skip(f"LEFT OUT, no Docker engine: {missing}")


@pytest.fixture(scope="session")
def docker():
    sandbox = docker_or_skip()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="session")
def local():
    sandbox = LocalSandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.docker), "local"])
def sandbox(request):
    gaps = getattr(request.module, "GAPS_OF_LOCAL", {})
    if request.param == "local" and request.node.originalname in gaps:
        pytest.skip(f"the local sandbox doesn't protect: {gaps[request.node.originalname]}")
    return request.getfixturevalue(request.param)


@pytest.fixture
def visit(sandbox):
    """``visit(source, …)`` → Visitor; its room is closed after the test."""
    with contextlib.ExitStack() as rooms:

        def start(source: str, **options) -> Visitor:
            visitor = Visitor(sandbox, source, **options)
            rooms.callback(visitor.room.close)
            return visitor

        yield start
