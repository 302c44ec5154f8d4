"""Images: named by what is in them, so that a change is seen and nothing is built twice."""

import io
import re
import secrets
import subprocess
import tarfile
import time
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from grader.environments import ENVIRONMENTS
from grader.errors import Ungraded
from grader.sandbox import image
from grader.sandbox.engine import Engine
from grader.sandbox.engine_trouble import Refused
from grader.sandbox.sources import worker_sources

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^+,\s]+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    return {name.lower().replace("_", "-"): version for name, version in PINNED.findall(path.read_text())}


def test_images_and_host_pin_the_same_versions():
    host = pins(Path("constraints.txt"))
    for row in ENVIRONMENTS.values():
        inside = pins(image.HERE / row.pinned)
        assert inside
        assert {name: version for name, version in inside.items() if host.get(name, version) != version} == {}


def test_every_requirement_is_pinned():
    for row in ENVIRONMENTS.values():
        lines = (image.HERE / row.pinned).read_text().splitlines()
        assert [line for line in lines if line and not line.startswith("#") and "==" not in line] == []


def test_nothing_that_differentiates_is_in_the_numpy_image():
    assert set(pins(image.HERE / "numpy.txt")) == {"numpy", "msgspec"}


def test_a_sandbox_carries_the_worker_and_the_wire_and_nothing_else_of_ours():
    folders = {name.split("/")[1] for name in worker_sources()}
    assert folders == {"__init__.py", "wire.py", "worker"}


def test_a_change_of_the_worker_renames_the_sandboxes_images_and_no_others(tmp_path, monkeypatch):
    before = image.tags("sha256:base")
    changed = tmp_path / "wire.py"
    changed.write_text("changed")
    monkeypatch.setattr(image, "worker_sources", lambda: worker_sources() | {"grader/wire.py": changed})
    after = image.tags("sha256:base")
    assert {name for name in before if before[name] != after[name]} == {
        *("numpy", "torch", "scipy", "onnx"),
        *("torch-cuda", "onnx-cuda"),
    }


def test_the_cuda_build_has_what_the_cpu_build_has_and_is_never_it():
    cpu, cuda = pins(image.HERE / "torch.txt"), pins(image.HERE / "torch-cuda.txt")
    assert cpu.items() <= cuda.items()
    assert all(name.startswith(("nvidia-", "cuda-", "triton")) for name in cuda.keys() - cpu.keys())
    (torch,) = (
        Requirement(line)
        for line in (image.HERE / "torch-cuda.txt").read_text().splitlines()
        if line.startswith("torch==")
    )
    assert not torch.specifier.contains("2.13.0+cpu")  # where this machine's pip knows both
    assert torch.specifier.contains("2.13.0")
    assert torch.specifier.contains("2.13.0+cu130")


@pytest.mark.parametrize(("name", "index"), [("torch", "/cpu"), ("torch-cuda", "/cu130")])
def test_a_build_that_pips_own_indices_lack_is_asked_of_pytorchs_own(name, index, tmp_path, monkeypatch):
    asked = []

    def pip(command, **_):
        asked.append([*command])
        pinned = (image.HERE / f"{name}.txt").read_text()
        lacking = next(Requirement(line) for line in pinned.splitlines() if line.startswith("torch=="))
        said = f"ERROR: No matching distribution found for {lacking}\n"  # pip's own order of the two
        return subprocess.CompletedProcess(command, len(asked) == 1, "", said)

    monkeypatch.setattr(image.wheels.subprocess, "run", pip)
    image.wheels.fetch(image.HERE / f"{name}.txt", tmp_path, "x86_64")
    assert [[word for word in command if "index" in word] for command in asked] == [
        [], [f"--extra-index-url=https://download.pytorch.org/whl{index}"],
    ]  # fmt: skip


def test_another_base_renames_all():
    before, after = image.tags("sha256:one"), image.tags("sha256:two")
    assert not set(before.values()) & set(after.values())


@pytest.mark.docker
def test_images_that_are_there_are_found_at_once(docker):
    image.ensure(Engine(), ["numpy"], print)
    said: list[str] = []
    began = time.monotonic()
    found = image.ensure(Engine(), ["numpy"], said.append)
    assert time.monotonic() - began < 1.0
    assert found["numpy"].startswith("sha256:")
    assert said == []


@pytest.mark.docker
def test_an_image_is_loaded_and_another_built_on_it(docker, tmp_path):
    """What ``image`` asks of the engine when it makes a base where no registry is."""
    engine, name, file = Engine(), f"grader-test:{secrets.token_hex(6)}", io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as root:
        root.addfile(tarfile.TarInfo("etc/hello"))
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nCOPY Dockerfile /here\n")
    try:
        engine.load(name, iter([file.getvalue()]))
        assert engine.image_id(name).startswith("sha256:")
        context = {"Dockerfile": tmp_path / "Dockerfile"}
        said = list(engine.build(f"{name}-on-it", image.archive.stream(context), {"BASE": name}))
        assert any("COPY" in line for line in said)
        assert engine.image_size(f"{name}-on-it") > 0
        with pytest.raises(Ungraded, match="could not build") as caught:
            image.building.build(engine, f"{name}-bad", context, {"BASE": f"{name}-not-there"})
        assert "grade image build" in caught.value.remedy
    finally:
        with engine.client() as client:
            for made in (f"{name}-on-it", name):
                client.remove_image(made)


@pytest.mark.docker
def test_an_image_that_no_registry_has_is_refused(docker):
    with pytest.raises(Refused):
        Engine().pull("localhost:1/grader-nothing:here")
