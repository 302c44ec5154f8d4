"""Which walls hold is seen from the inside: an engine that leaves one out, and says nothing, is found out."""

import contextlib
import os
import socket
import threading

import pytest
from msgspec.structs import replace

from grader.environments import ENVIRONMENTS
from grader.errors import Ungraded, UsageError
from grader.history import NoHistory
from grader.judge_service import JudgeService
from grader.pipeline import grade
from grader.records import Limits
from grader.request import Request
from grader.sandbox import hardening, walls
from grader.sandbox.docker import DockerProvider
from grader.worker import confine
from grader.worker import walls as inside
from tests.conftest import Silent
from tests.sandbox.test_conformance import TESTS
from tests.sandbox.visiting import LIMITS

NUMPY = ENVIRONMENTS["numpy"]
STUDENT = walls.StudentFacts(
    uids=(120_000,), capabilities=0, seccomp=2, sockets=("unix",), disk=16 << 20, executable={}
)
FACTS = walls.Facts(
    memory=384 << 20, processes=64, cpus=1.0, interfaces=("lo",), read_only=True, no_new_privileges=True,
    capabilities=hardening.CAPABILITIES, student=STUDENT,
)  # fmt: skip


def without(*path):
    """An engine that ignores one entry of what it is asked for."""

    def change(config):
        inner = config
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]

    return change


def networked(config):
    del config["NetworkDisabled"]
    config["HostConfig"]["NetworkMode"] = "bridge"


def filtered_by_default(config):
    config["HostConfig"]["SecurityOpt"] = ["no-new-privileges"]


def unfiltered(config):
    config["HostConfig"]["SecurityOpt"] = ["no-new-privileges", "seccomp=unconfined"]


def may_gain(config):
    config["HostConfig"]["SecurityOpt"] = config["HostConfig"]["SecurityOpt"][1:]


def programs_in_scratch(config):
    config["HostConfig"]["Tmpfs"]["/tmp"] = config["HostConfig"]["Tmpfs"]["/tmp"].replace("noexec", "exec")


def endless_scratch(config):
    config["HostConfig"]["Tmpfs"]["/tmp"] = "nosuid,nodev,noexec,mode=1777"


def as_somebody_of_this_machine(config):
    command = config["Cmd"]
    command[command.index("--uid-base") + 1] = "1000"


FORGETFUL = {
    "memory": (
        lambda config: [without("HostConfig", key)(config) for key in ("MemorySwap", "Memory")],
        {"memory"},
    ),
    "processes": (without("HostConfig", "PidsLimit"), {"processes"}),
    "CPU": (without("HostConfig", "NanoCpus"), {"CPU"}),
    "disk": (endless_scratch, {"disk"}),
    "network": (networked, {"network"}),
    "read-only root": (without("HostConfig", "ReadonlyRootfs"), {"read-only root"}),
    "programs": (programs_in_scratch, {"no programs of their own"}),
    "user": (as_somebody_of_this_machine, {"user"}),
    "capabilities": (without("HostConfig", "CapDrop"), {"capabilities"}),
    "no new privileges": (may_gain, {"no new privileges"}),
    "our filter": (filtered_by_default, {"sockets"}),
    "any filter": (unfiltered, {"sockets", "system calls"}),
}


@pytest.fixture
def forgetful(monkeypatch):
    """Makes Docker's engine ignore something."""
    right = hardening.config

    def change(how):
        def config(*given):
            made = right(*given)
            how(made)
            return made

        monkeypatch.setattr(hardening, "config", config)

    return change


@pytest.mark.docker
@pytest.mark.parametrize("wall", FORGETFUL)
def test_a_wall_that_the_engine_leaves_out_is_seen_from_the_inside(wall, docker, forgetful):
    how, missing = FORGETFUL[wall]
    forgetful(how)
    with contextlib.closing(DockerProvider()) as provider:
        provider.open("numpy", LIMITS, {}).close()
        assert set(provider.missing) == missing
        assert provider.protects is False


@pytest.mark.docker
def test_where_every_wall_holds_docker_protects(docker):
    with contextlib.closing(DockerProvider()) as provider:
        assert provider.protects is True
        assert provider.missing == ()


@pytest.mark.docker
def test_hidden_checks_need_trust_where_a_wall_is_missing(docker, forgetful):
    forgetful(without("HostConfig", "PidsLimit"))
    request = Request(repo=str(TESTS / "attacks" / "00_correct"), assignment="toy")
    with JudgeService(DockerProvider(), TESTS / "courses" / "attacks") as service:
        with pytest.raises(UsageError, match=r"does not protect \(walls that do not hold: processes\)"):
            grade(request, service, NoHistory(), Silent())
        record = grade(replace(request, trust=True), service, NoHistory(), Silent())
    assert record.protects is False


@pytest.mark.docker
def test_a_sandbox_that_does_not_say_is_ungraded(docker, monkeypatch):
    monkeypatch.setattr(walls, "MOST_BYTES", 3)
    with contextlib.closing(DockerProvider()) as provider, pytest.raises(Ungraded, match="did not say which"):
        provider.protects


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, ()),
        ({"memory": None}, ("memory",)),
        ({"memory": 385 << 20}, ("memory",)),
        ({"processes": None}, ("processes",)),
        ({"cpus": None}, ("CPU",)),
        ({"interfaces": ("eth0", "lo")}, ("network",)),
        ({"interfaces": ()}, ("network",)),
        ({"capabilities": (1 << 40) - 1}, ("capabilities",)),
        ({"student": replace(STUDENT, uids=(0, 120_000))}, ("user",)),
        ({"student": replace(STUDENT, sockets=("unix", "vsock"))}, ("sockets",)),
        ({"student": replace(STUDENT, seccomp=0)}, ("system calls",)),
        ({"student": None}, tuple(wall.name for wall in walls.WALLS)),
    ],
)
def test_what_is_not_seen_does_not_hold(changes, missing):
    assert walls.missing(replace(FACTS, **changes), LIMITS) == missing


def test_more_processors_than_there_are_need_no_limit_beyond_them():
    facts = replace(FACTS, cpus=float(os.cpu_count()))
    assert walls.missing(facts, Limits(memory_mb=384, processes=64, disk_mb=16, cpus=1000.0)) == ()


@pytest.mark.parametrize("said", [b"", b"\0\0\0\2{}", b"\0\0\0\4nope", b"\xff\xff\xff\xff"])
def test_a_report_that_is_none_is_refused(said):
    ours, theirs = socket.socketpair()
    theirs.sendall(said)
    theirs.close()
    with pytest.raises((OSError, walls.msgspec.MsgspecError)):
        walls.read(ours)
    ours.close()


@pytest.mark.parametrize(
    ("files", "swaps", "seen"),
    [
        ({"memory.max": "512", "memory.swap.max": "0"}, 2, 512),
        ({"memory.max": "512", "memory.swap.max": "max"}, 2, None),
        ({"memory.max": "512", "memory.swap.max": "max"}, 1, 512),
        ({"memory.max": "max", "memory.swap.max": "0"}, 1, None),
        ({"memory/memory.limit_in_bytes": "512", "memory/memory.memsw.limit_in_bytes": "512"}, 2, 512),
        (
            {"memory/memory.limit_in_bytes": "512", "memory/memory.memsw.limit_in_bytes": f"{2**63 - 4096}"},
            2,
            None,
        ),
        ({"memory/memory.limit_in_bytes": "512"}, 2, None),
        ({"memory/memory.limit_in_bytes": "512"}, 1, 512),
        ({}, 1, None),
    ],
)
def test_swap_counts_as_memory_where_there_is_any(files, swaps, seen, tmp_path, monkeypatch):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    read = inside._lines
    monkeypatch.setattr(inside, "CGROUP", tmp_path)
    monkeypatch.setattr(inside, "_lines", lambda path: [""] * swaps if path == "/proc/swaps" else read(path))
    assert inside._memory() == seen


@pytest.mark.parametrize(
    ("files", "seen"),
    [
        ({"cpu.max": "50000 100000"}, 0.5),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu/cpu.cfs_quota_us": "150000", "cpu/cpu.cfs_period_us": "100000"}, 1.5),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ({}, None),
    ],
)
def test_a_share_of_the_cpu_is_seen_with_either_version_of_cgroups(files, seen, tmp_path, monkeypatch):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    monkeypatch.setattr(inside, "CGROUP", tmp_path)
    assert inside._cpus() == seen


def test_without_walls_none_is_seen(tmp_path):
    """The same look around, from a process of this machine's."""
    ours, theirs = socket.socketpair()
    reporter = threading.Thread(target=inside.report, args=(theirs, confine.Home(0, tmp_path, "walls")))
    reporter.start()
    missing = walls.missing(walls.read(ours), Limits(memory_mb=1, processes=1, disk_mb=1, cpus=0.01))
    reporter.join()
    for channel in (ours, theirs):
        channel.close()
    assert {"memory", "processes", "CPU", "disk", "sockets", "system calls", "capabilities"} <= set(missing)
