"""Rooms as hardened containers: one for each submission and environment, from images built on this machine.

What the walls are is in ``hardening``; here is their life: created, started, called back over a socket that
takes one call, filled, killed, removed. Removal goes on in the background, for after a fork bomb it may take
seconds, and a grader that was killed itself is cleaned up after by the next one.
"""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import socket
import stat
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import Ungraded
from grader.records import Limits
from grader.sandbox import doorbell, filling, hardening, image, owner
from grader.sandbox.engine import Engine, Refused
from grader.sandbox.pool import Pool
from grader.sandbox.sources import ENGINE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.sandbox.environment import Progress

OWNER, SANDBOX = "grader.owner", "grader.sandbox"
START_SECONDS = 60.0
"""For a container to call back. Its own clock: a loaded machine never costs the student."""
REMOVE_SECONDS = 30.0
CLOSE_SECONDS = 10.0
PRELOAD = {"numpy": "numpy", "torch": "numpy,torch"}
JUDGE = Limits(memory_mb=4096, processes=512, disk_mb=512, cpus=float(os.cpu_count() or 1))
"""The judge is ours, but what it reads is not."""
NOBODY = 65534


class Container:
    """A started container that has called back: a student's room, or the judge's.

    Attributes:
        connection: What it called back over.
        image: Id of its image.
        course: The course as the judge sees it.
        data: The data folder as the judge sees it.
    """

    course = Path("/course")

    def __init__(
        self, sandbox: DockerSandbox, name: str, image_id: str, folder: Path, connection: socket.socket, memory_mb: int
    ) -> None:
        self.connection = connection
        self.image = image_id
        self.data: Path | None = None
        self._sandbox = sandbox
        self._name = name
        self._folder = folder
        self._memory_mb = memory_mb
        self._started = time.time()

    def fill(self, files: Mapping[str, bytes]) -> None:
        """Put the student's files into ``/submission``, which the room sees read-only."""
        filling.fill(self._folder / "submission", files)

    def obituary(self) -> str:
        """Why it died, from the engine's events; empty while it lives."""
        engine = self._sandbox.engine
        if engine.running(self._name):
            return ""
        try:
            events = engine.events(self._name, self._started - 60, time.time() + 1)
        except (Refused, Ungraded):
            return ""
        if any(event["Action"] == "oom" for event in events):
            return f"it needed more than its {self._memory_mb} MB of memory"
        statuses = [event["Actor"]["Attributes"].get("exitCode") for event in events if event["Action"] == "die"]
        words = engine.last_words(self._name)
        return (f"it ended with exit status {statuses[-1]}" if statuses else "") + (f": {words}" if words else "")

    def close(self) -> None:
        """Hang up, which ends everything inside; then have it removed."""
        _hang_up(self.connection)
        self._sandbox.remove(self._name, self._folder)


class DockerSandbox:
    """Rooms in containers on this machine's engine. It protects.

    Args:
        device: ``cpu``, or ``cuda`` to lend rooms and judge this machine's GPUs.
        progress: Told when images have to be built.

    Raises:
        Ungraded: Docker is not installed, not running, or not permitted: the message says which.
    """

    name = "docker"
    protects = True

    def __init__(self, device: str = "cpu", progress: Progress = lambda _line: None) -> None:
        self.engine = Engine()
        self._gpu = device != "cpu"
        self._progress = progress
        self._token = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        self._images: dict[str, str] = {}
        self._building = threading.Lock()
        self._removals: set[threading.Thread] = set()
        self._closed = False
        leftovers = [c["Id"] for c in self.engine.containers(OWNER) if owner.is_dead(c["Labels"][OWNER])]
        self._folder = owner.private_folder()
        self._pool = Pool(self._start_room)
        owner.remove_dead_folders()
        for container in leftovers:
            self.remove(container)

    def prepare(self, environment: str, limits: Limits, count: int = 1) -> None:
        """Have rooms standing by; see ``Sandbox``."""
        self._image(environment)
        self._pool.prepare(environment, limits, count)

    def open(self, environment: str, limits: Limits, files: Mapping[str, bytes]) -> Container:
        """A room with the student's files in it; see ``Sandbox``."""
        room = self._pool.take(environment, limits)
        try:
            room.fill(files)
        except BaseException:
            room.close()
            raise
        return room

    def judge(self, course: Path, data: Path | None = None) -> Container:
        """Start the judge; see ``Sandbox``. It runs the engine that is installed here, mounted read-only."""
        mounts = {"/opt/grader/grader": ENGINE, "/course": course.resolve()}
        if data is not None:
            mounts["/data"] = data.resolve()
        room = self._start(
            "judge",
            ["python3", "-I", "-m", "grader.judge", "--socket", "/rpc/room.sock"],
            JUDGE,
            mounts,
            user=_reader(mounts.values()),
            capabilities=(),
        )
        room.data = Path("/data") if data is not None else None
        return room

    def image_digests(self) -> dict[str, str]:
        """Environment → image id, of those used so far."""
        return dict(self._images)

    def close(self) -> None:
        """Remove every container of this sandbox, also those just being started."""
        if self._closed:
            return
        self._closed = True
        self._pool.close()
        for container in self.engine.containers(f"{SANDBOX}={self._token}"):
            self.remove(container["Id"])
        until = time.monotonic() + CLOSE_SECONDS
        for removal in list(self._removals):
            removal.join(max(0.0, until - time.monotonic()))
        shutil.rmtree(self._folder, ignore_errors=True)

    def remove(self, container: str, folder: Path | None = None) -> None:
        """Remove a container, and its folder here, in the background."""

        def work() -> None:
            for wait in (1.0, 3.0, 0.0):  # after a fork bomb: "PID … is zombie and can not be killed"
                try:
                    self.engine.remove(container, REMOVE_SECONDS)
                    break
                except (Refused, Ungraded):
                    time.sleep(wait)  # the last word has the next grader's start
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            self._removals.discard(thread)

        thread = threading.Thread(target=work, name="remove", daemon=True)
        self._removals.add(thread)
        thread.start()

    def _image(self, environment: str) -> str:
        with self._building:
            if environment not in self._images:
                self._images |= image.ensure(self.engine, [environment], self._progress)
            return self._images[environment]

    def _start_room(self, environment: str, limits: Limits) -> Container:
        first_uid = 100_000 + 1000 * secrets.randbelow(2_000_000)  # no two rooms share a uid, nor its limits
        return self._start(
            environment,
            [
                *("python3", "-I", "-m", "grader.worker", "--socket", "/rpc/room.sock"),
                *("--uid-base", str(first_uid), "--preload", PRELOAD[environment]),
            ],
            limits,
            {},
        )

    def _start(
        self,
        environment: str,
        command: Sequence[str],
        limits: Limits,
        mounts: Mapping[str, Path],
        *,
        user: str = "0:0",
        capabilities: Sequence[str] = hardening.TO_CHANGE_USER,
    ) -> Container:
        """Start a container and wait for its call; once more, with a log to read, if that failed."""
        image_id = self._image(environment)
        trouble = ""
        for keep_log in (environment == "judge", True):
            folder = filling.open_folder(self._folder / f"{environment}-{next(self._numbers)}")
            inside = {"/rpc": filling.open_folder(folder / "rpc"), "/submission": filling.open_folder(folder / "submission")}
            bell = doorbell.Doorbell(inside["/rpc"] / "room.sock")
            container = ""
            try:
                container = self.engine.create(
                    hardening.config(
                        image_id,
                        command,
                        limits,
                        inside | dict(mounts),
                        {OWNER: owner.myself(), SANDBOX: self._token},
                        user=user,
                        capabilities=capabilities,
                        gpu=self._gpu,
                        keep_log=keep_log,
                    )
                )
                self.engine.start(container)
                name = container
                connection = bell.answer(lambda: self.engine.running(name), START_SECONDS)
            except (Refused, doorbell.NobodyCalled) as error:
                words = self.engine.last_words(container) if container else ""
                trouble = f"{error}" + (f"; it said: {words}" if words else "")
                self._forget(bell, container, folder)
            except BaseException:
                self._forget(bell, container, folder)
                raise
            else:
                room = Container(self, container, image_id, folder, connection, limits.memory_mb)
                if self._closed:
                    room.close()
                    raise Ungraded("The sandbox was closed while a room was being started.")
                return room
        raise Ungraded(
            f"The {environment} container could not be started: {trouble}",
            "`grade doctor` looks at the engine, the images and the disk.",
        )

    def _forget(self, bell: doorbell.Doorbell, container: str, folder: Path) -> None:
        bell.close()
        if container:
            self.remove(container, folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _hang_up(connection: socket.socket) -> None:
    """Close it for everyone who holds a copy, too: the judge may have one."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was quicker
    connection.close()


def _reader(folders: Sequence[Path] | Mapping[str, Path]) -> str:
    """``uid:gid`` for the judge: ours, for it reads what we read; nobody's, if we are root and need not be."""
    if os.getuid():
        return f"{os.getuid()}:{os.getgid()}"
    public = stat.S_IROTH | stat.S_IXOTH
    return f"{NOBODY}:{NOBODY}" if all(Path(folder).stat().st_mode & public == public for folder in folders) else "0:0"
