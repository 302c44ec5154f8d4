"""What ``grade doctor`` tells."""

import json

import pytest

from grader.doctor import State, examine
from tests.sandbox.test_engine import answering, reply


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


def docker_item(tmp_path, monkeypatch, *answers):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    answering(tmp_path / "docker.sock", *answers)
    (item,) = [item for item in examine() if item.name == "Docker"]
    return item


@pytest.mark.parametrize("answer", [reply(500, b"oops"), reply(200, b"<html>"), reply(200, b"{}")])
def test_an_engine_that_fails_or_is_none_is_told_in_a_sentence(tmp_path, monkeypatch, answer):
    item = docker_item(tmp_path, monkeypatch, answer)
    assert item.state is State.BROKEN
    assert item.remedy


def test_podman_is_told_from_docker(tmp_path, monkeypatch):
    """The answers of Podman 4.3.1, shortened."""
    version = {"ApiVersion": "1.41", "Components": [{"Name": "Podman Engine", "Version": "4.3.1"}]}
    info = {"ServerVersion": "4.3.1", "Driver": "overlay", "Architecture": "amd64", "NCPU": 2}
    answers = [reply(200, json.dumps(said).encode()) for said in (version, info)]
    missing = reply(404, b'{"message": "no such image"}')
    item = docker_item(tmp_path, monkeypatch, *answers, *[missing] * 4)
    assert item.state is State.BROKEN
    assert item.found == "Podman Engine 4.3.1 answers in its place"
    assert "unset DOCKER_HOST" in item.remedy


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
