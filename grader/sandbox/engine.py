"""A Docker engine on this machine: what we ask of it, by Docker's own client, with its failures in our words."""

from __future__ import annotations

import json
import os
import socket
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from grader.errors import GraderError, Ungraded
from grader.sandbox.engine_trouble import LOCAL_INSTEAD, Refused, in_words, unreachable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grader.sandbox.engine_client import EngineClient

DEFAULT_SOCKET = "/var/run/docker.sock"
SECONDS, LOOK_SECONDS, BUILD_SECONDS = 60.0, 10.0, 900.0
"""For an answer to begin and to go on: of most calls, of those that only help to explain, of builds."""
CHUNK = 32 << 20
"""Bytes of an archive at a time."""


class Info(Struct, frozen=True, rename="pascal"):
    """What an engine says of itself and its machine."""

    product: str
    """``Engine`` is Docker's; ``Podman Engine`` speaks its language."""
    server_version: str
    driver: str
    architecture: str
    cpus: int = field(name="NCPU")
    memory_limit: bool = False
    swap_limit: bool = False
    pids_limit: bool = False
    cpu_cfs_quota: bool = False
    security_options: list[str] | None = None
    runtimes: dict[str, Any] | None = None
    """By name; ``nvidia`` is that of the container toolkit."""


class Listed(Struct, frozen=True, rename="pascal"):
    """One container of a listing."""

    id: str
    labels: dict[str, str]


class Event(Struct, frozen=True):
    """What happened to a container: ``oom``, ``die`` (with its exit status) and so on."""

    action: str
    exit_status: str = ""


class Engine:
    """The engine at ``DOCKER_HOST``, or at the usual place; safe to use from several threads.

    Every method raises ``Ungraded`` if the engine is not installed, not running, not permitted, too slow, or none
    at all; and ``Refused``, which is one, if it says no.
    """

    def __init__(self) -> None:
        self.path = _socket_path(os.environ.get("DOCKER_HOST", ""))
        self._version = ""
        self._idle: deque[EngineClient] = deque()

    def reach(self) -> None:
        """See whether something listens there, without Docker's client: importing that takes a while."""
        with socket.socket(socket.AF_UNIX) as attempt:
            attempt.settimeout(LOOK_SECONDS)
            try:
                attempt.connect(self.path)
            except OSError as error:
                raise unreachable(error, self.path) from error

    @contextmanager
    def client(self, seconds: float = SECONDS) -> Iterator[EngineClient]:
        """Docker's client, lent to one thread at a time; what goes wrong with it is told in our words.

        Args:
            seconds: For an answer to begin, and to go on.
        """
        if not self._version:
            self.reach()
        from grader.sandbox.engine_client import EngineClient

        client = None
        try:
            with suppress(IndexError):
                client = self._idle.pop()
            client = client or EngineClient(self.path, self._version, seconds)
            self._version, client.timeout = client.api_version, seconds
            yield client
        except GraderError:
            raise
        except Exception as error:  # also of an answer that is no JSON, or not Docker's
            raise in_words(error, self.path, seconds) from error
        finally:
            if client is not None:
                self._idle.append(client)

    def close(self) -> None:
        """Hang up; whoever asks again connects anew."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def info(self, seconds: float = SECONDS) -> Info:
        """What it says of itself."""
        with self.client(seconds) as client:
            product = client.version()["Components"][0]["Name"]
            return msgspec.convert(client.info() | {"Product": product}, Info)

    # ── containers ────────────────────────────────────────────────────────────────────────────────────────

    def create(self, config: Mapping[str, object]) -> str:
        """Create a container and return its id."""
        with self.client() as client:
            return str(client.create_container_from_config(config)["Id"])

    def start(self, container: str) -> None:
        """Start it."""
        with self.client() as client:
            client.start(container)

    def inspect(self, container: str) -> dict[str, Any]:
        """All that the engine knows of it."""
        with self.client() as client:
            return dict(client.inspect_container(container))

    def running(self, container: str) -> bool:
        """False if it has ended or is gone."""
        try:
            with self.client() as client:
                return bool(client.inspect_container(container)["State"]["Running"])
        except Refused:
            return False

    def pid(self, container: str) -> int:
        """Its first process as this machine counts; 0 if it has ended or is gone."""
        try:
            return int(self.inspect(container)["State"]["Pid"])
        except Refused:
            return 0

    def containers(self, *labels: str) -> list[Listed]:
        """All containers with these labels (``key`` or ``key=value``), also those that have ended."""
        with self.client() as client:
            return msgspec.convert(client.containers(all=True, filters={"label": list(labels)}), list[Listed])

    def remove(self, container: str, seconds: float = 30.0) -> None:
        """Kill and remove it; fine if it is gone already."""
        try:
            with self.client(seconds) as client:
                client.remove_container(container, v=True, force=True)
        except Refused as refused:
            if refused.status == 404 or "already in progress" in refused.words:
                return
            raise

    def log_tail(self, container: str, lines: int = 12) -> str:
        """The end of its stdout and stderr; empty if it is gone or keeps no log."""
        try:
            with self.client(LOOK_SECONDS) as client:
                return str(client.logs(container, tail=lines), errors="replace").strip()
        except Ungraded:
            return ""

    def events(self, container: str, since: float, until: float) -> list[Event]:
        """What happened to it between two Unix times."""
        bounds = {"since": int(since), "until": int(until)}
        with self.client(LOOK_SECONDS) as client:
            found = client.events(**bounds, filters={"container": [container]}, decode=True)
            return [Event(e["Action"], e["Actor"]["Attributes"].get("exitCode", "")) for e in found]

    # ── images ────────────────────────────────────────────────────────────────────────────────────────────

    def image_id(self, name: str) -> str:
        """``sha256:…``, or empty if there is no such image here."""
        try:
            with self.client() as client:
                return str(client.inspect_image(name)["Id"])
        except Refused as refused:
            if refused.status == 404:
                return ""
            raise

    def image_size(self, name: str) -> int:
        """In bytes."""
        with self.client() as client:
            return int(client.inspect_image(name)["Size"])

    def tag(self, image: str, name: str) -> None:
        """Give an image another name, ``repository:tag``."""
        with self.client() as client:
            client.tag(image, *_repository_and_tag(name))

    def pull(self, name: str) -> None:
        """Fetch an image from its registry."""
        with self.client(BUILD_SECONDS) as client:
            repository, tag = _repository_and_tag(name)
            for _ in _progress(client.pull(repository, tag, stream=True, decode=True)):
                pass

    def save(self, names: Sequence[str]) -> Iterator[bytes]:
        """Images as one archive, as ``docker save`` writes it, chunk by chunk."""
        with self.client(BUILD_SECONDS) as client:
            yield from client.save(names, CHUNK)

    def load_saved(self, archive: Iterable[bytes]) -> None:
        """Take images out of such an archive."""
        with self.client(BUILD_SECONDS) as client:
            for _ in _progress(client.load_image(iter(archive))):
                pass

    def load(self, name: str, tar: Iterable[bytes]) -> None:
        """Make an image of a root folder's tar."""
        with self.client(BUILD_SECONDS) as client:
            said = client.import_image(src=tar, stream_src=True)
            *_, last = _progress(json.loads(line) for line in said.splitlines() if line.strip())
            client.tag(last["status"], *_repository_and_tag(name))  # Podman's import knows no tags

    def build(self, name: str, context: Iterable[bytes], arguments: Mapping[str, str]) -> Iterator[str]:
        """Build an image from a context's tar, without network; yields what the engine says meanwhile."""
        with self.client(BUILD_SECONDS) as client:
            answers = client.build(
                fileobj=context,
                custom_context=True,
                tag=name,
                buildargs=dict(arguments),
                network_mode="none",
                rm=True,
                forcerm=True,
                use_config_proxy=False,
                decode=True,
                timeout=BUILD_SECONDS,
            )
            for answer in _progress(answers):
                yield str(answer.get("stream", "")).strip()


def _repository_and_tag(name: str) -> tuple[str, str]:
    repository, _, tag = name.rpartition(":")
    return repository, tag


def _progress(answers: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """An engine's report on long work; that it failed is said in the midst of it."""
    for answer in answers:
        if "error" in answer:
            raise Refused(500, str(answer["error"]))
        yield answer


def _socket_path(docker_host: str) -> str:
    if not docker_host:
        return DEFAULT_SOCKET
    scheme, _, path = docker_host.partition("://")
    if scheme != "unix":
        raise Ungraded(
            f"DOCKER_HOST is {docker_host!r}, but sandboxes need an engine on this machine (unix://…).",
            f"Unset DOCKER_HOST. {LOCAL_INSTEAD}",
        )
    return os.path.abspath(path)  # noqa: PTH100 - Docker's client takes absolute paths alone
