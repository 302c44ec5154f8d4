"""What a sandbox has used is read from the kernel: computing, queueing, pauses, and deaths for memory."""

import time

import pytest

from grader.sandbox.usage import ControlGroups, Delays
from tests.sandbox.visiting import Visitor

BUSY = """
import os, time

def compute(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return time.process_time()

def compute_in_a_child(seconds):
    pid = os.fork()
    if pid == 0:
        compute(seconds)
        os._exit(0)
    os.waitpid(pid, 0)

def sleep(seconds):
    time.sleep(seconds)
"""


@pytest.fixture
def visitor(provider):
    visitor = Visitor(provider, BUSY)
    yield visitor
    visitor.sandbox.close()


@pytest.mark.parametrize("how", ["compute", "compute_in_a_child"])
def test_computing_is_seen_also_in_children(visitor, how):
    visitor.call("sleep", 0.0)
    before = visitor.sandbox.usage()
    visitor.call(how, 0.5)
    assert visitor.sandbox.usage().cpu_seconds - before.cpu_seconds >= 0.45


def test_sleeping_is_not_computing(visitor):
    visitor.call("sleep", 0.0)
    before = visitor.sandbox.usage()
    visitor.call("sleep", 1.0)
    assert visitor.sandbox.usage().cpu_seconds - before.cpu_seconds < 0.5


@pytest.mark.docker
def test_a_paused_container_is_seen_as_frozen(docker, engine):
    visitor = Visitor(docker, BUSY)
    container = visitor.sandbox._id
    assert not visitor.sandbox.usage().frozen
    with engine.client() as client:
        client.pause(container)
    try:
        assert visitor.sandbox.usage().frozen
    finally:
        with engine.client() as client:
            client.unpause(container)
    assert not visitor.sandbox.usage().frozen
    visitor.sandbox.close()


@pytest.mark.docker
def test_a_container_that_is_gone_has_no_usage(docker, engine):
    visitor = Visitor(docker, BUSY)
    assert visitor.sandbox.usage() is not None
    with engine.client() as client:
        client.kill(visitor.sandbox._id)
    until = time.monotonic() + 30
    while visitor.sandbox.usage() is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert visitor.sandbox.usage() is None
    visitor.sandbox.close()


@pytest.mark.parametrize(("oom", "kills"), [(2, (1, 0)), (0, (0, 1))])
def test_a_kill_is_the_sandboxs_only_where_its_own_memory_was_full(tmp_path, oom, kills):
    (tmp_path / "cgroup.procs").write_text("")
    (tmp_path / "cpu.stat").write_text("usage_usec 5\n")
    (tmp_path / "cgroup.events").write_text("populated 1\nfrozen 0\n")
    (tmp_path / "memory.events").write_text(f"low 0\nmax {oom}\noom {oom}\noom_kill 1\n")
    usage = ControlGroups(tmp_path, tmp_path, tmp_path, unified=True).usage(Delays())
    assert (usage.memory_kills, usage.host_kills) == kills


@pytest.mark.parametrize(("most", "kills"), [(1000, (1, 0)), (950, (0, 0)), (300, (0, 1))])
def test_with_the_first_version_of_control_groups_what_it_ever_used_tells(tmp_path, most, kills):
    (tmp_path / "cgroup.procs").write_text("")
    (tmp_path / "cpuacct.usage").write_text("5\n")
    (tmp_path / "freezer.state").write_text("THAWED\n")
    (tmp_path / "memory.max_usage_in_bytes").write_text(f"{most}\n")
    (tmp_path / "memory.limit_in_bytes").write_text("1000\n")
    (tmp_path / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    usage = ControlGroups(tmp_path, tmp_path, tmp_path, unified=False).usage(Delays())
    assert (usage.memory_kills, usage.host_kills) == kills
