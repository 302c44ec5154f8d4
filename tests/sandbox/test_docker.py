"""What only Docker's sandbox does: start again, tell why, and leave nothing behind."""

import time

import pytest

from grader.errors import Ungraded
from grader.records import Limits
from grader.sandbox import hardening, image
from grader.sandbox.docker import OWNER, DockerProvider
from grader.sandbox.engine import Engine
from tests.sandbox.visiting import LIMITS

pytestmark = pytest.mark.docker


def gone(*labels: str, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not Engine().containers(*labels):
            return True
        time.sleep(0.05)
    return False


def python(code: str, limits: Limits = LIMITS) -> hardening.Program:
    return hardening.Program(("python3", "-I", "-c", code), limits, mounts={})


def test_a_container_that_never_calls_back_is_ungraded_with_its_log_tail(docker):
    with pytest.raises(Ungraded, match="could not be started") as caught:
        docker._start("numpy", python("print('where is my library?'); raise SystemExit(3)"))
    assert "where is my library?" in caught.value.message
    assert "grade doctor" in caught.value.remedy


def test_what_the_engine_refuses_is_ungraded_with_its_words(docker):
    with pytest.raises(Ungraded, match="(?i)minimum memory"):
        docker.open("numpy", Limits(memory_mb=1), {})


def test_a_sandbox_killed_for_memory_says_so(docker):
    eats = "import socket, time; s = socket.socket(1); s.connect('/rpc/callback.sock'); time.sleep(0.3); bytearray(1 << 30)"
    sandbox = docker._start("numpy", python(eats, Limits(memory_mb=64)))
    assert sandbox.exit_reason() == ""
    assert ended(sandbox) == "it needed more than its 64 MB of memory"
    sandbox.close()


def test_a_sandbox_that_ended_says_how(docker):
    leaves = "import socket, time; s = socket.socket(1); s.connect('/rpc/callback.sock'); time.sleep(0.3); raise SystemExit(7)"
    sandbox = docker._start("numpy", python(leaves))
    assert ended(sandbox) == "it ended with exit status 7"
    sandbox.close()


def ended(sandbox) -> str:
    until = time.monotonic() + 15
    while not (words := sandbox.exit_reason()) and time.monotonic() < until:
        time.sleep(0.05)
    return words


def test_closing_the_provider_removes_every_container_quickly(docker):
    provider = DockerProvider()
    limits = Limits(memory_mb=391)
    sandboxes = [provider.open("numpy", limits, {}) for _ in range(2)]
    provider.prepare("numpy", limits, 2)
    label = f"grader.sandbox={provider._labels['grader.sandbox']}"
    assert len(Engine().containers(label)) >= 2
    began = time.monotonic()
    provider.close()
    assert time.monotonic() - began < 8
    assert gone(label)
    assert not provider._folder.exists()
    for sandbox in sandboxes:
        sandbox.connection.close()


def test_containers_of_the_dead_are_removed_at_the_next_start_and_those_of_the_living_kept(docker):
    image = docker._image("numpy")
    sleeps = python("import time; time.sleep(60)")._replace(keep_log=True)
    engine = Engine()
    dead = {OWNER: "1-1-1-an_earlier_boot", "grader.test": str(time.time_ns())}
    container = engine.create(hardening.config(image, sleeps, dead))
    engine.start(container)
    living = docker.open("numpy", LIMITS, {})
    try:
        DockerProvider().close()
        assert gone(f"{OWNER}={dead[OWNER]}")
        assert living.exit_reason() == ""
    finally:
        engine.remove(container)
        living.close()


def test_the_judge_has_no_network_no_capability_and_may_write_nothing(docker, tmp_path):
    (tmp_path / "secret.py").write_text("answer = 42")
    tmp_path.chmod(0o755)
    code = """
import os, socket
status = open("/proc/self/status").read()
found = [path for path in ("/course", "/opt/grader/grader", "/", "/rpc") if os.access(path, os.W_OK)]
print(open("/course/secret.py").read(), found, [l for l in status.splitlines() if l.startswith(("CapEff", "Uid"))], os.listdir("/submission"))
try:
    socket.create_connection(("1.1.1.1", 53), 1)
except OSError as error:
    print(type(error).__name__)
"""
    from grader.sandbox.docker import _reader_of

    program = python(code)._replace(
        mounts={"/course": tmp_path}, capabilities=(), user=_reader_of([tmp_path])
    )
    with pytest.raises(Ungraded) as caught:
        docker._start("judge", program)
    said = caught.value.message
    assert "answer = 42 []" in said
    assert "CapEff:\\t0000000000000000" in said
    assert "Uid:\\t0" not in said
    assert "PermissionError" in said


def test_limits_of_a_sandbox_are_set_on_the_container(docker):
    sandbox = docker.open("numpy", Limits(memory_mb=392, processes=33, cpus=0.5), {})
    host = Engine().inspect(sandbox._id)["HostConfig"]
    sandbox.close()
    assert host["Memory"] == host["MemorySwap"] == 392 << 20
    assert host["PidsLimit"] == 33
    assert host["NanoCpus"] == 500_000_000
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["NetworkMode"] == "none"
    assert host["LogConfig"]["Type"] == "none"
    assert host["AutoRemove"] is True
    assert host["Privileged"] is False
    assert not host["Binds"]
    assert not host["Devices"]


def test_images_go_to_another_engine_as_one_archive(docker, engine):
    """To the same one here; what comes in is what went out."""
    docker._image("numpy")
    names = image.names_here(engine)[:1]
    before = [engine.image_id(name) for name in names]
    sent = 0

    def counted():
        nonlocal sent
        for chunk in engine.save(names):
            sent += len(chunk)
            yield chunk

    engine.load_saved(counted())
    assert sent > 1 << 20
    assert [engine.image_id(name) for name in names] == before
    assert before[0].startswith("sha256:")


def test_an_archive_that_is_none_is_refused(engine):
    with pytest.raises(Ungraded, match="invalid tar"):
        engine.load_saved([b"no archive" * 1000])
