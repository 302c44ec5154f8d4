"""GPUs without a GPU: what a driver lists, what an engine is asked for, what is said where something is missing."""

import threading
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from grader.cohort import node
from grader.cohort.grading import OneMachine
from grader.doctor import State, _gpu
from grader.errors import Ungraded, UsageError
from grader.judge.job import ModuleSource
from grader.judge_service import SubmissionSandboxes
from grader.records import Limits
from grader.sandbox import docker, gpus, hardening, local
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


def items(*runtimes, images=()):
    return {item.name: (item.state, item.found) for item in _gpu(runtimes, images)}


def test_the_doctor_knows_driver_toolkit_and_image_apart(machine):
    machine("nvidia-smi")
    found = items("runc")
    assert found["GPU"] == (
        State.WORKS, "NVIDIA H100 80GB HBM3, NVIDIA H100 80GB HBM3; for --sandbox local --device cuda",
    )  # fmt: skip
    assert found["GPU in Docker"] == (State.OPTIONAL, "the engine does not know NVIDIA's container toolkit")
    state, said = found["GPU image"]
    assert (state, said.partition(":")[2]) == (State.OPTIONAL, " onnx-cuda, torch-cuda")
    assert items(images=["torch", "torch-cuda"])["GPU image"][1].endswith(": onnx-cuda")
    assert items(images=["torch-cuda", "onnx-cuda"])["GPU image"] == (State.WORKS, "PyTorch's CUDA build")
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


# ── Lending ───────────────────────────────────────────────────────────────────────────────────────────────

FIRST, SECOND = (gpu.uuid for gpu in gpus.listed(TWO))


@pytest.mark.parametrize(
    ("visible", "kept"),
    [
        (None, [FIRST, SECOND]),
        ("1", [SECOND]),
        ("1,0", [SECOND, FIRST]),
        (f" {FIRST[:10]} ", [FIRST]),
        ("0,7,1", [FIRST]),
        ("-1", []),
        ("", []),
    ],
)
def test_a_scheduler_leaves_some(visible, kept):
    assert [gpu.uuid for gpu in gpus.left(gpus.listed(TWO), visible)] == kept


def test_what_a_scheduler_hides_is_not_lent(machine, monkeypatch):
    machine("nvidia-smi")
    monkeypatch.setenv(gpus.VISIBLE, "")
    with pytest.raises(UsageError, match=f"{gpus.VISIBLE} leaves none") as refused:
        DockerProvider(device="cuda")
    assert "Unset" in refused.value.remedy


def test_no_two_submissions_have_the_same_gpu_and_the_next_waits():
    lender = gpus.Lender(["a", "b"])
    got, go_on = [], threading.Event()

    def third():
        with lender.lend() as gpu:
            got.append(gpu)
            go_on.set()

    with ExitStack() as stack:
        first = stack.enter_context(lender.lend())
        with lender.lend() as second:
            assert {first, second} == {"a", "b"}
            waiting = threading.Thread(target=third)
            waiting.start()
            assert not go_on.wait(0.05)
        assert go_on.wait(10)
        assert got == [second]
        waiting.join()


def test_whoever_waits_when_it_ends_is_told():
    lender, told = gpus.Lender(["a"]), []

    def waits():
        with pytest.raises(Ungraded, match="closed"), lender.lend():
            pass
        told.append(True)

    with lender.lend():
        waiting = threading.Thread(target=waits)
        waiting.start()
        lender.close()
        waiting.join(10)
    assert told


def test_where_none_is_there_none_is_lent():
    with pytest.raises(Ungraded, match="no GPU"), gpus.Lender().lend():
        pass


class Provider:
    """Opens nothing, and remembers what it was asked for."""

    def __init__(self):
        self.gpus, self.asked = gpus.Lender(["GPU-a"]), []

    def open(self, environment, _limits, _files, _tools, gpu=""):
        self.asked.append((environment, gpu))
        return SimpleNamespace(connection=None, close=lambda: None)


def module(environment):
    return ModuleSource(name="m", file="m.py", environment=environment)


@pytest.mark.parametrize(("device", "gpu"), [("cuda", "GPU-a"), ("cpu", "")])
def test_a_submissions_sandboxes_share_the_gpu_that_it_is_lent(device, gpu):
    provider = Provider()
    modules = (module("torch"), module("onnx"))
    with SubmissionSandboxes(provider, Limits(), modules, {}, {}, device) as sandboxes:
        sandboxes.connection("torch", "")
        sandboxes.connection("onnx", "")
    assert provider.asked == [("torch", gpu), ("onnx", gpu)]
    with provider.gpus.lend() as back:
        assert back == "GPU-a"


def test_a_lab_without_torch_needs_no_gpu():
    provider = Provider()
    with (
        provider.gpus.lend(),
        SubmissionSandboxes(provider, Limits(), (module("numpy"),), {}, {}, "cuda") as sandboxes,
    ):
        sandboxes.connection("numpy", "")
    assert provider.asked == [("numpy", "")]


@pytest.mark.parametrize(("count", "most"), [(1, 1), (0, 99)])
def test_a_class_takes_no_more_slots_than_gpus(count, most, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 198)
    service = SimpleNamespace(provider=SimpleNamespace(gpus=gpus.Lender(["g"] * count)))
    assert OneMachine(service).jobs == most


def test_a_node_has_a_provider_for_each_gpu_that_ray_gives_to_its_process(monkeypatch):
    monkeypatch.setattr(node, "JudgeService", lambda provider, *_: SimpleNamespace(of=provider, close=int))
    monkeypatch.setattr(node, "PROVIDERS", {"docker": lambda *_: object()})
    setting = node.Setting(course="/c", sandbox="docker", device="cuda")
    one, other, again = (node._service(setting, gpu) for gpu in ("0", "1", "0"))
    node._service.cache_clear()
    assert one is again
    assert one.of is not other.of


# ── Docker's provider, up to the engine ───────────────────────────────────────────────────────────────────


class Engine:
    """Answers as one that knows these runtimes; nothing is ever started."""

    runtimes = ("runc", "nvidia")

    def reach(self):
        """It is there."""

    def info(self):
        return SimpleNamespace(runtimes=self.runtimes)

    def containers(self, _label):
        return []

    def close(self):
        """It is left."""


@pytest.fixture
def on_gpus(machine, monkeypatch):
    """A provider on a machine with two GPUs, and what it would have started: environment, image, GPU."""
    machine("nvidia-smi")
    monkeypatch.setattr(docker, "Engine", Engine)
    monkeypatch.setattr(
        docker.image, "ensure", lambda _engine, names, _say: {n: f"sha256:{n}" for n in names}
    )
    monkeypatch.setattr(docker.walls, "read", lambda _connection: None)
    monkeypatch.setattr(docker.walls, "missing", lambda *_: [])
    started = []

    def start(_self, environment, program):
        started.append((environment, _self._image(environment), program.gpu))
        return SimpleNamespace(connection=None, fill=lambda *_: None)

    monkeypatch.setattr(DockerProvider, "_start", start)
    provider = DockerProvider(device="cuda")
    yield provider, started
    provider.close()


def test_docker_runs_torch_in_its_cuda_image_on_the_gpu_that_is_lent(on_gpus):
    provider, started = on_gpus
    assert provider.gpus.count == 2
    for environment in ("torch", "onnx", "numpy"):
        provider.open(environment, Limits(), {}, {}, SECOND)
    assert started == [
        ("torch", "sha256:torch-cuda", SECOND),
        ("onnx", "sha256:onnx-cuda", SECOND),
        ("numpy", "sha256:numpy", ""),
    ]
    assert provider.image_digests()["torch"] == "sha256:torch-cuda"  # another image: graded again


def test_nothing_stands_by_for_a_gpu_and_nothing_runs_without(on_gpus):
    provider, started = on_gpus
    provider.prepare("torch", Limits())
    assert started == []
    with pytest.raises(Ungraded, match="lent none"):
        provider.open("torch", Limits(), {})


def test_without_the_toolkit_it_is_said_before_anything_starts(machine, monkeypatch):
    machine("nvidia-smi")
    monkeypatch.setattr(docker, "Engine", type("Plain", (Engine,), {"runtimes": ("runc",)}))
    with pytest.raises(UsageError, match="container toolkit") as refused:
        DockerProvider(device="cuda")
    assert "nvidia-container-toolkit" in refused.value.remedy
    assert "--sandbox local" in refused.value.remedy


# ── The local sandbox ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("said", "lent"), [(TWO, [FIRST, SECOND]), (TWO.splitlines()[0], [""]), ("", [""])])
def test_the_local_sandbox_names_a_gpu_only_where_there_are_several(machine, said, lent):
    machine("nvidia-smi", said=f"{said}\n")
    assert local._lent() == lent


def test_the_local_sandbox_lets_a_submission_see_its_gpu_alone(machine, monkeypatch):
    machine("nvidia-smi")
    provider, started = local.LocalProvider("cuda"), []
    try:
        monkeypatch.setattr(provider, "_start", lambda name, *_, **rest: started.append((name, rest["gpu"])))
        provider.prepare("torch", Limits())
        with pytest.raises(AttributeError):  # nothing was started that could be filled
            provider.open("torch", Limits(), {}, {}, SECOND)
        assert started == [("torch", SECOND)]
    finally:
        provider.close()
