"""Real repositories, a real git host on the loopback interface, and objects that git itself would not write."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import threading
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from grader.submission import FetchLimits, Wanted, open_repository

EVERYTHING = Wanted(folders=("",))
TOKEN = "s3cret-token-of-the-course"
WHEN = "2026-11-20T17:59:00+01:00"


class Student:
    """A student's checkout."""

    def __init__(self, path: Path, *, bare: bool = False) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *(["--bare"] if bare else []))
        self.dot_git = path if bare else path / ".git"

    def git(self, *arguments: str, stdin: bytes | None = None) -> str:
        identity = {
            f"GIT_{who}_{what}": f"ada@{what}"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        dates = {"GIT_AUTHOR_DATE": WHEN, "GIT_COMMITTER_DATE": WHEN}
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ALLOW_PROTOCOL": "file"}
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            env=os.environ | identity | dates | own,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def write(self, files: dict[str, bytes | str]) -> None:
        for name, content in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str, bytes | str], message: str = "work") -> str:
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def put(self, kind: str, content: bytes, name: str = "") -> str:
        """Write a loose object by hand; under a false name if one is given."""
        data = f"{kind} {len(content)}".encode() + b"\0" + content
        name = name or hashlib.sha1(data).hexdigest()
        target = self.dot_git / "objects" / name[:2] / name[2:]
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        target.write_bytes(zlib.compress(data, 1))
        return name

    def put_tree(self, *entries: tuple[str, bytes, str]) -> str:
        return self.put(
            "tree", b"".join(f"{m} ".encode() + n + b"\0" + bytes.fromhex(i) for m, n, i in entries)
        )

    def put_commit(self, tree: str, committed: str = "1795000000 +0100", message: str = "work") -> str:
        """Write a commit by hand and make it main's."""
        text = f"tree {tree}\nauthor a <a@b> {committed}\ncommitter a <a@b> {committed}\n\n{message}\n"
        commit = self.put("commit", text.encode())
        (self.dot_git / "refs/heads/main").write_text(f"{commit}\n")
        return commit


@pytest.fixture(autouse=True)
def plain_environment(tmp_path, monkeypatch):
    """No proxy, no configuration and no credentials of whoever runs the tests; scratch folders where we see them."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("GIT_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))


@pytest.fixture
def student(tmp_path):
    return Student(tmp_path / "week06-ada")


@pytest.fixture
def make_student(tmp_path):
    return lambda name, **options: Student(tmp_path / name, **options)


@pytest.fixture
def fetch():
    """The whole stage: open, read everything (or what is wanted), close."""

    def fetch(repo, wanted=EVERYTHING, *, limits=None, **options):
        with open_repository(str(repo), limits=limits or FetchLimits(seconds=30), **options) as repository:
            return repository.fetch(wanted)

    return fetch


@pytest.fixture
def canary(tmp_path):
    """A file that exists only if somebody's code ran, and a program that makes it."""

    class Canary:
        path = tmp_path / "code-ran"
        program = tmp_path / "canary.sh"

        @property
        def alive(self):
            return not self.path.exists()

    Canary.program.write_text(f"#!/bin/sh\ntouch {Canary.path}\ncat >/dev/null 2>&1\nexit 0\n")
    Canary.program.chmod(0o755)
    return Canary()


class _GitHost(BaseHTTPRequestHandler):
    """git http-backend; /private/ wants a token, /plain/ serves files, /silent/ never answers, /busy/ is 503."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def answer(self):
        path, _, query = self.path.partition("?")
        self.server.authorizations.append(self.headers.get("Authorization", ""))
        body = self.read_body()
        if path.startswith("/silent/"):
            self.server.stopped.wait(20)
            self.close_connection = True
        elif path.startswith("/busy/"):
            self.reply(503)
        elif path.startswith("/moved/"):
            self.reply(301, headers=[("Location", self.path.replace("/moved/", "/"))])
        elif path.startswith("/private/") and not self.authorized():
            self.reply(401, headers=[("WWW-Authenticate", 'Basic realm="course"')])
        elif path.startswith("/private/elsewhere/"):
            self.reply(302, headers=[("Location", self.path.removeprefix("/private/elsewhere/"))])
        elif path.startswith("/plain/"):
            file = Path(self.server.root, path.removeprefix("/plain/"))
            self.reply(200, file.read_bytes()) if file.is_file() else self.reply(404)
        else:
            self.backend(path.removeprefix("/private"), query, body)

    def authorized(self):
        scheme, _, secret = self.headers.get("Authorization", "").partition(" ")
        return scheme == "Basic" and TOKEN.encode() in base64.b64decode(secret)

    def read_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def backend(self, path, query, body):
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, capture_output=True, env=environment, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if ": " in line]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        self.reply(status, content, [header for header in headers if header[0] != "Status"])

    def reply(self, status, content=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def host(tmp_path):
    """A git host that serves the repositories below ``tmp_path``; ``host.url("week06-ada/.git")``."""
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def other_host(tmp_path):
    """Another one, at another port."""
    with serving(tmp_path) as server:
        yield server


@contextmanager
def serving(root: Path):
    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def url(self, path, credentials=""):
            return f"http://{credentials}127.0.0.1:{self.server_port}/{path}"

        def handle_error(self, *_):
            pass  # clients are killed mid-sentence here

    server = Server(("127.0.0.1", 0), _GitHost)
    server.root, server.stopped, server.authorizations, server.token = root, threading.Event(), [], TOKEN
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
