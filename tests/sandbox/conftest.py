"""Every provider of sandboxes, each once for all tests; and one that the engine has never heard of."""

from __future__ import annotations

import contextlib
import os

import pytest

from grader.errors import Ungraded
from grader.sandbox.docker import DockerProvider
from grader.sandbox.local import LocalProvider
from tests.sandbox.unheard_of import UnheardOfProvider
from tests.sandbox.visiting import Visitor


def docker_or_skip() -> DockerProvider:
    try:
        return DockerProvider(progress=print)
    except Ungraded as missing:
        if os.environ.get("GRADER_REQUIRE_DOCKER") == "1":
            pytest.fail(f"GRADER_REQUIRE_DOCKER=1, but: {missing}")
        pytest.skip(f"LEFT OUT, no Docker engine: {missing}")


@pytest.fixture(scope="session")
def docker():
    provider = docker_or_skip()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def local():
    provider = LocalProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def unheard_of():
    provider = UnheardOfProvider()
    yield provider
    provider.close()


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.docker), "local", "unheard_of"])
def provider(request):
    gaps = getattr(request.module, "GAPS_WITHOUT_WALLS", {})
    provider = request.getfixturevalue(request.param)
    if not provider.protects and request.node.originalname in gaps:
        pytest.skip(f"the {provider.name} sandbox doesn't protect: {gaps[request.node.originalname]}")
    return provider


@pytest.fixture
def visit(provider):
    """``visit(source, …)`` → Visitor; its sandbox is closed after the test."""
    with contextlib.ExitStack() as sandboxes:

        def start(source: str, **options) -> Visitor:
            visitor = Visitor(provider, source, **options)
            sandboxes.callback(visitor.sandbox.close)
            return visitor

        yield start
