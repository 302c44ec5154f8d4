"""GPUs without a GPU: what a driver lists, what an engine is asked for, what is said where something is missing."""

import pytest

from grader.doctor import State, _gpu
from grader.errors import UsageError
from grader.records import Limits
from grader.sandbox import gpus, hardening
from grader.sandbox.docker import DockerProvider

TWO = """\
GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-0f6f3c1e-8d5a-6a52-7f4d-7a2f4f5c1f11)
GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-1a6f3c1e-8d5a-6a52-7f4d-7a2f4f5c1f22)
"""
SLICED = """\
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)
  MIG 3g.20gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
  MIG 1g.5gb      Device  1: (UUID: MIG-GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77/7/0)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-6d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a78)
"""


def test_each_gpu_can_be_lent():
    assert [gpu.uuid[:5] for gpu in gpus.listed(TWO)] == ["GPU-0", "GPU-1"]
    assert gpus.listed(TWO)[0].name == "NVIDIA H100 80GB HBM3"


def test_of_a_sliced_one_its_slices_are_lent():
    assert [(gpu.uuid[:8], gpu.name) for gpu in gpus.listed(SLICED)] == [
        ("MIG-c6d4", "3g.20gb"), ("MIG-GPU-", "1g.5gb"), ("GPU-6d5b", "NVIDIA A100-SXM4-40GB"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said", ["", "No devices found.\n", "NVIDIA-SMI has failed\n" * 3, "GPU 0: (UUID: )"]
)
def test_a_driver_that_shows_none_has_none(said):
    assert gpus.listed(said) == ()


def host_config(**rest):
    program = hardening.Program(("python3",), Limits(), mounts={}, **rest)
    return hardening.config("sha256:1", program, {})["HostConfig"]


def test_a_sandbox_asks_for_exactly_one_gpu_by_its_uuid():
    (asked,) = host_config(gpu="MIG-c6d4")["DeviceRequests"]
    assert asked == {
        "Driver": "nvidia", "Count": 0, "DeviceIDs": ["MIG-c6d4"], "Options": {},
        "Capabilities": [["gpu", "compute", "utility"]],
    }  # fmt: skip


def test_the_walls_are_the_same_with_a_gpu_and_without():
    with_one, without = host_config(gpu="GPU-1"), host_config()
    assert without.pop("DeviceRequests") == []
    with_one.pop("DeviceRequests")
    assert with_one == without


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with only these programs; nvidia-smi says ``said``."""

    def make(*programs, said=TWO):
        for name in programs:
            file = tmp_path / name
            file.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\n")
            file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return make


def items(*runtimes):
    return {item.name: (item.state, item.found) for item in _gpu(runtimes)}


def test_the_doctor_knows_driver_toolkit_and_image_apart(machine):
    machine("nvidia-smi")
    found = items("runc")
    assert found["GPU"] == (
        State.WORKS, "NVIDIA H100 80GB HBM3, NVIDIA H100 80GB HBM3; for --sandbox local --device cuda",
    )  # fmt: skip
    assert found["GPU in Docker"] == (State.OPTIONAL, "the engine does not know NVIDIA's container toolkit")
    assert found["GPU image"] == (State.OPTIONAL, "the images hold PyTorch's CPU build")
    assert items("runc", "nvidia")["GPU in Docker"][0] is State.WORKS
    machine("nvidia-container-runtime-hook")
    assert items("runc")["GPU in Docker"][0] is State.WORKS


def test_without_a_gpu_it_is_said_which_is_missing(machine):
    assert items()["GPU"] == (State.OPTIONAL, "no driver: there is no `nvidia-smi`; labs run on the CPU")
    with pytest.raises(UsageError, match="no driver"):
        DockerProvider(device="cuda")
    machine("nvidia-smi", said="No devices were found\n")
    assert "shows no GPU" in items()["GPU"][1]
    with pytest.raises(UsageError, match="shows no GPU"):
        DockerProvider(device="cuda")
