"""A Docker engine, spoken to over its Unix socket: the dozen endpoints we need, on the standard library.

Docker's own Python package costs 190 ms to import, more than a container takes to start; this costs nothing.
One connection per request, so an engine object may be used from any thread.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import urllib.parse
from typing import TYPE_CHECKING, Any

from grader.errors import Ungraded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DEFAULT_SOCKET = "/var/run/docker.sock"
LOCAL_INSTEAD = "Or use --sandbox local: it needs no Docker, but doesn't protect this machine."


class Refused(Exception):  # the engine's word on one request; callers turn it into Ungraded
    """The engine answered, and the answer is no.

    Attributes:
        status: HTTP status: 404 no such thing, 409 conflict, 500 the engine failed.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("docker", timeout=seconds)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Engine:
    """The engine at ``DOCKER_HOST``, or at the usual place."""

    def __init__(self) -> None:
        self.path = _socket_path(os.environ.get("DOCKER_HOST", ""))

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        seconds: float = 60.0,
    ) -> Any:
        """One request, one JSON answer (``None`` if it has no body).

        Raises:
            Refused: The engine said no.
            Ungraded: There is no engine, it may not be used, or it did not answer in time.
        """
        sent = None if body is None else json.dumps(body).encode()
        text = b"".join(self._pieces(method, _with(path, query), sent, seconds=seconds))
        return json.loads(text) if text.strip() else None

    def stream(
        self, path: str, tar: Iterable[bytes], *, query: Mapping[str, object], seconds: float = 900.0
    ) -> Iterator[dict[str, Any]]:
        """POST a tar (a build, an import) and yield the engine's progress, one JSON object a line.

        Raises:
            Refused: The engine said no, at once or in the midst of it.
        """
        rest = b""
        for piece in self._pieces("POST", _with(path, query), tar, "application/x-tar", seconds=seconds):
            *lines, rest = (rest + piece).split(b"\n")
            for line in filter(bytes.strip, lines):
                message = json.loads(line)
                if "error" in message:
                    raise Refused(500, str(message["error"]))
                yield message

    def _pieces(
        self,
        method: str,
        url: str,
        body: bytes | Iterable[bytes] | None = None,
        content: str = "application/json",
        *,
        seconds: float,
    ) -> Iterator[bytes]:
        connection = _Connection(self.path, seconds)
        headers = {} if body is None else {"Content-Type": content}
        try:
            with contextlib.suppress(BrokenPipeError):  # it may refuse before it has read all
                connection.request(method, url, body, headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise Refused(answer.status, _message(answer.read()))
            while piece := answer.read1(1 << 16):
                yield piece
        except TimeoutError as late:
            raise Ungraded(
                f"Docker did not answer within {seconds:.0f} s ({method} {url.partition('?')[0]}).",
                "Is the machine overloaded? `dmesg` may say more; a restart of Docker usually helps.",
            ) from late
        except (OSError, http.client.HTTPException) as error:
            raise self._absent(error) from error
        finally:
            connection.close()

    def _absent(self, error: Exception) -> Ungraded:
        """Which of the three it is: not installed, not running, or not permitted."""
        if isinstance(error, PermissionError):
            return Ungraded(
                f"You are not permitted to use Docker ({self.path}).",
                f"Run `sudo usermod -aG docker $USER`, then log in again. {LOCAL_INSTEAD}",
            )
        if not os.path.exists(self.path) and not shutil.which("dockerd") and not shutil.which("docker"):  # noqa: PTH110
            return Ungraded(
                f"Docker is not installed: there is neither a `docker` command nor {self.path}.",
                f"Install it (https://docs.docker.com/engine/install/). {LOCAL_INSTEAD}",
            )
        return Ungraded(
            f"Docker is installed, but its engine is not running: {error} ({self.path}).",
            f"Start it with `sudo systemctl start docker`. {LOCAL_INSTEAD}",
        )

    # ── containers ────────────────────────────────────────────────────────────────────────────────────────

    def create(self, config: Mapping[str, object]) -> str:
        """Create a container and return its id."""
        return str(self.ask("POST", "/containers/create", config)["Id"])

    def start(self, container: str) -> None:
        """Start it."""
        self.ask("POST", f"/containers/{container}/start")

    def running(self, container: str) -> bool:
        """False if it has ended or is gone."""
        try:
            return bool(self.ask("GET", f"/containers/{container}/json")["State"]["Running"])
        except Refused:
            return False

    def pid(self, container: str) -> int:
        """Its first process as this machine counts; 0 if it has ended or is gone."""
        try:
            return int(self.ask("GET", f"/containers/{container}/json")["State"]["Pid"])
        except Refused:
            return 0

    def containers(self, *labels: str) -> list[dict[str, Any]]:
        """All containers with these labels (``key`` or ``key=value``), also those that have ended."""
        query = {"all": True, "filters": {"label": list(labels)}}
        return list(self.ask("GET", "/containers/json", query=query))

    def remove(self, container: str, seconds: float = 30.0) -> None:
        """Kill and remove it; fine if it is gone already."""
        try:
            self.ask("DELETE", f"/containers/{container}", query={"force": True, "v": True}, seconds=seconds)
        except Refused as refused:
            if refused.status == 404 or "already in progress" in str(refused):
                return
            raise

    def log_tail(self, container: str, lines: int = 12) -> str:
        """The end of its stdout and stderr; empty if it is gone or keeps no log."""
        query = {"stdout": True, "stderr": True, "tail": lines}
        try:
            raw = b"".join(self._pieces("GET", _with(f"/containers/{container}/logs", query), seconds=10.0))
        except (Refused, Ungraded):
            return ""
        text, at = b"", 0
        while at + 8 <= len(raw):  # each piece: stream u8, 3 zero bytes, length u32
            size = int.from_bytes(raw[at + 4 : at + 8], "big")
            text, at = text + raw[at + 8 : at + 8 + size], at + 8 + size
        return text.decode(errors="replace").strip()

    def events(self, container: str, since: float, until: float) -> list[dict[str, Any]]:
        """What happened to it between two Unix times: ``oom``, ``die`` (with its exit code) and so on."""
        query = {"since": str(int(since)), "until": str(int(until)), "filters": {"container": [container]}}
        raw = b"".join(self._pieces("GET", _with("/events", query), seconds=10.0))
        return [json.loads(line) for line in raw.splitlines() if line.strip()]

    # ── images ────────────────────────────────────────────────────────────────────────────────────────────

    def image_id(self, name: str) -> str:
        """``sha256:…``, or empty if there is no such image here."""
        try:
            return str(self.ask("GET", f"/images/{name}/json")["Id"])
        except Refused as refused:
            if refused.status == 404:
                return ""
            raise


def _socket_path(docker_host: str) -> str:
    if not docker_host:
        return DEFAULT_SOCKET
    scheme, _, path = docker_host.partition("://")
    if scheme != "unix":
        raise Ungraded(
            f"DOCKER_HOST is {docker_host!r}, but sandboxes need an engine on this machine (unix://…).",
            f"Unset DOCKER_HOST. {LOCAL_INSTEAD}",
        )
    return path


def _with(path: str, query: Mapping[str, object] | None) -> str:
    """The path without a version: every engine speaks its own, and what we use has long been the same."""
    text = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in (query or {}).items()
    }
    return f"{path}?{urllib.parse.urlencode(text)}" if text else path


def _message(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["message"])
    except (ValueError, KeyError, TypeError):
        return raw[:500].decode(errors="replace")
