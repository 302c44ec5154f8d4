"""The engine's client: which of three reasons there is no engine, and what it says when it says no."""

import contextlib
import os
import socket
import threading

import pytest

from grader.errors import Ungraded
from grader.sandbox.engine import Engine, Refused
from grader.sandbox.image import archive


@pytest.fixture
def at(monkeypatch, tmp_path):
    """An engine said to be at a path of ours."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    return tmp_path / "docker.sock"


def test_docker_that_is_not_installed_is_told_apart(at, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Ungraded, match="not installed") as caught:
        Engine().containers()
    assert "docs.docker.com" in caught.value.remedy
    assert "--sandbox local" in caught.value.remedy


def test_an_engine_that_is_not_running_is_told_apart(at, monkeypatch, tmp_path):
    (tmp_path / "docker").write_text("#!/bin/sh\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Ungraded, match="not running") as caught:
        Engine().containers()
    assert "systemctl start docker" in caught.value.remedy


def test_an_engine_that_left_its_socket_behind_is_not_running(at):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(at))
    with pytest.raises(Ungraded, match="not running"):
        Engine().containers()


def test_an_engine_that_may_not_be_used_is_told_apart(monkeypatch):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        Path(folder).chmod(0o755)
        path = Path(folder, "docker.sock")
        listener.bind(str(path))
        path.chmod(0)
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        with _as_nobody(), pytest.raises(Ungraded, match="not permitted") as caught:
            Engine().containers()
        assert "usermod -aG docker" in caught.value.remedy


def test_an_engine_elsewhere_is_refused_in_words(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2375")
    with pytest.raises(Ungraded, match="this machine"):
        Engine()


def test_an_engine_that_does_not_answer_is_given_up(at):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(at))
        listener.listen()
        with pytest.raises(Ungraded, match="did not answer within 0 s"):
            Engine().ask("GET", "/version", seconds=0.1)


def answering(at, *answers: bytes):
    """An engine that gives these answers, one a connection, and keeps what it was asked."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(at))
    listener.listen()
    asked: list[bytes] = []

    def serve():
        with listener:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    asked.append(connection.recv(65536))
                    connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return asked


def reply(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)


def test_what_the_engine_refuses_carries_its_own_words(at):
    answering(at, reply(500, b'{"message": "no space left on device"}'))
    with pytest.raises(Refused, match="no space left on device"):
        Engine().create({})


def test_removing_what_is_gone_or_going_is_fine(at):
    answering(
        at,
        reply(404, b'{"message": "No such container"}'),
        reply(409, b'{"message": "removal of container x is already in progress"}'),
        reply(500, b'{"message": "PID 7 is zombie and can not be killed"}'),
    )
    engine = Engine()
    engine.remove("x")
    engine.remove("x")
    with pytest.raises(Refused, match="zombie"):
        engine.remove("x")


def test_an_error_in_the_midst_of_a_build_is_raised(at):
    answering(at, reply(200, b'{"stream": "Step 1"}\r\n{"error": "it broke"}\r\n'))
    lines = Engine().stream("/build", iter([b"tar"]), query={})
    assert next(lines) == {"stream": "Step 1"}
    with pytest.raises(Refused, match="it broke"):
        next(lines)


def test_queries_are_written_as_the_engine_reads_them(at):
    asked = answering(at, reply(200, b"[]"))
    assert Engine().containers("a=b") == []
    assert asked[0].startswith(
        b"GET /containers/json?all=true&filters=%7B%22label%22%3A+%5B%22a%3Db%22%5D%7D "
    )


# ── Archives ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_files_make_the_same_archive(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir(mode=0o700 if name == "one" else 0o755)
        (tmp_path / name / "file").write_bytes(b"x" * 100_000)
        os.utime(tmp_path / name / "file", (1, 1) if name == "one" else None)
    one, two = (b"".join(archive.stream({"context": tmp_path / name})) for name in ("one", "two"))
    assert one == two


def test_a_file_that_cannot_be_read_breaks_the_archive_loudly(tmp_path):
    with pytest.raises(FileNotFoundError):
        b"".join(archive.stream({"context": tmp_path / "missing"}))


@contextlib.contextmanager
def _as_nobody():
    """Root may use every socket, so that root can't see what a user sees."""
    if os.getuid() == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
