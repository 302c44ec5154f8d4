"""What ``grade doctor`` tells."""

import pytest

from grader.doctor import State, examine


def test_without_an_engine_the_remedy_is_reported_and_the_rest_is_looked_at(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    items = {item.name: item for item in examine()}
    assert items["Docker"].state is State.BROKEN
    assert items["Docker"].remedy
    assert items["git"].state is State.WORKS
    assert "local sandbox" in items


def test_whatever_does_not_work_comes_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("grader.doctor.NEEDED_GIB", 10**9)
    broken = [item for item in examine() if item.state is State.BROKEN]
    assert {item.name for item in broken} >= {"git", "disk", "Docker"}
    assert all(item.remedy for item in broken)


@pytest.mark.docker
def test_with_an_engine_a_sandbox_is_really_started(docker):
    docker._image("numpy")
    items = {item.name: item for item in examine()}
    assert items["Docker"].state is State.WORKS
    assert items["sandbox limits"].state is State.WORKS
    assert items["a sandbox"].found.startswith("ready in ")
    assert items["its walls"].state is State.WORKS
    assert "memory, processes" in items["its walls"].found
    assert items["numpy image"].found.endswith(" MB")
