"""The engine: which of three reasons there is none, what it says when it says no, and what is no engine at all."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.parse

import pytest

from grader.errors import Ungraded
from grader.sandbox.engine import Engine
from grader.sandbox.engine_trouble import Refused
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
            Engine().info(seconds=0.1)


VERSION = b'{"ApiVersion": "1.41"}'


def answering(at, *answers: bytes, version: bytes = VERSION):
    """An engine that gives these answers, one a connection, and keeps what it was asked; first comes its version."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(at))
    listener.listen()
    asked: list[bytes] = []

    def serve():
        with listener:
            left = [reply(200, version), *answers]
            while left:
                connection, _ = listener.accept()
                with connection:
                    if question := connection.recv(65536):  # not only a look whether somebody listens
                        asked.append(question)
                        connection.sendall(left.pop(0))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return asked


def reply(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)


def chunked(*pieces: bytes) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body


def test_what_the_engine_refuses_carries_its_own_words(at):
    answering(at, reply(500, b'{"message": "no space left on device"}'))
    with pytest.raises(Refused, match="no space left on device") as caught:
        Engine().create({})
    assert caught.value.message == "Docker's engine refused: no space left on device"
    assert "grade doctor" in caught.value.remedy


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
    answering(at, chunked(b'{"stream": "Step 1"}\r\n', b'{"error": "it broke"}\r\n'))
    lines = Engine().build("name:tag", iter([b"tar"]), {})
    assert next(lines) == "Step 1"
    with pytest.raises(Refused, match="it broke"):
        next(lines)


def test_an_error_in_the_midst_of_an_import_is_raised(at):
    answering(at, reply(200, b'{"status": "Importing"}\n{"error": "it is no tar"}\n'))
    with pytest.raises(Refused, match="it is no tar"):
        Engine().load("name:tag", iter([b"tar"]))


def test_a_build_is_told_no_proxy_and_gets_no_network(at, monkeypatch, tmp_path):
    (tmp_path / "config.json").write_text('{"proxies": {"default": {"httpProxy": "http://me:secret@proxy"}}}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    asked = answering(at, chunked(b'{"stream": "Step 1"}\r\n'))
    assert list(Engine().build("name:tag", iter([b"tar"]), {"BASE": "x"})) == ["Step 1"]
    query = query_of(asked[1])
    assert query["networkmode"] == ["none"]
    assert json.loads(query["buildargs"][0]) == {"BASE": "x"}


def test_queries_are_written_as_the_engine_reads_them(at):
    asked = answering(at, reply(200, b"[]"))
    assert Engine().containers("a=b") == []
    query = query_of(asked[1])
    assert query["all"] == ["1"]
    assert json.loads(query["filters"][0]) == {"label": ["a=b"]}


def query_of(question: bytes) -> dict[str, list[str]]:
    return urllib.parse.parse_qs(urllib.parse.urlsplit(question.split()[1].decode()).query)


# ── What is no engine ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer",
    [
        reply(500, b"a page of HTML"),
        reply(500, b'{"trouble": "a page of HTML"}'),
        reply(500, b'"a page of HTML"'),
    ],
    ids=["no JSON", "no message in it", "no object"],
)
def test_an_engine_that_fails_in_other_words_has_these_repeated(at, answer):
    answering(at, answer)
    with pytest.raises(Refused, match="a page of HTML") as caught:
        Engine().info()
    assert caught.value.status == 500


ODD = {
    "no JSON": reply(200, b"<html>hello</html>"),
    "JSON of another kind": reply(200, b"[1, 2]"),
    "an object of another kind": reply(200, b'{"hello": 1}'),
    "null": reply(200, b"null"),
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
@pytest.mark.parametrize(
    "ask",
    [
        lambda engine: engine.info(),
        lambda engine: engine.create({}),
        lambda engine: engine.image_id("x"),
        lambda engine: engine.running("x"),
        lambda engine: engine.containers("x"),
    ],
    ids=["info", "create", "image", "running", "containers"],
)
def test_what_answers_but_is_no_engine_is_told_in_a_sentence(at, ask, answer):
    answering(at, answer)
    with pytest.raises(Ungraded, match="no Docker engine") as caught:
        ask(Engine())
    assert "DOCKER_HOST" in caught.value.remedy


@pytest.mark.parametrize("version", [b"<html>", b"{}", b"[]"])
def test_a_version_that_is_none_is_told_in_a_sentence(at, version):
    answering(at, version=version)
    with pytest.raises(Ungraded, match="no Docker engine"):
        Engine().info()


def test_a_file_that_cannot_be_read_while_it_is_sent_is_no_fault_of_the_engines(at, tmp_path):
    answering(at, reply(200, b"{}"))
    with pytest.raises(Ungraded, match="missing") as caught:
        list(Engine().build("name:tag", archive.stream({"context": tmp_path / "missing"}), {}))
    assert "Docker" not in caught.value.message


# ── What it costs ─────────────────────────────────────────────────────────────────────────────────────────


def test_docker_s_package_is_imported_by_whoever_asks_first_and_not_with_the_commands():
    code = "import sys, grader.cli, grader.sandbox.docker as d; d.Engine(); sys.exit('docker' in sys.modules or 'git' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_one_client_serves_one_thread_at_a_time(at):
    answering(at, *[reply(200, b"[]")] * 4)
    engine = Engine()
    engine.containers()
    with engine.client() as one, engine.client() as other:
        assert one is not other
    with engine.client() as again:
        assert again in (one, other)


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
