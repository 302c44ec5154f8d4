"""The sandbox that protects: hardened containers on this machine's engine, from images built on this machine.

``hardening`` says what the walls are, ``walls`` which of them hold, ``container`` how one lives, ``pool`` how some
stand by. What a killed grader left behind is removed when the next one starts.
"""

from __future__ import annotations

import itertools
import os
import secrets
import stat
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from grader.environments import CUDA, DEFAULT, ENVIRONMENTS, JUDGE, on
from grader.errors import Ungraded, UsageError
from grader.records import Limits
from grader.sandbox import egress, gpus, hardening, image, owner, stranger, walls
from grader.sandbox.container import Container, DidNotStart
from grader.sandbox.engine import Engine
from grader.sandbox.engine_trouble import LOCAL_INSTEAD
from grader.sandbox.environment import NO_TOOLS, options
from grader.sandbox.pool import Pool
from grader.sandbox.remover import Remover
from grader.sandbox.sources import ENGINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from grader.sandbox.environment import Progress

OWNER, SANDBOX = "grader.owner", "grader.sandbox"
CLOSE_SECONDS = 10.0
SOCKET = "/rpc/callback.sock"
JUDGE_LIMITS = Limits(memory_mb=4096, processes=512, disk_mb=512, cpus=float(os.cpu_count() or 1))
"""The judge is ours, but what it reads is not."""
NOBODY = 65534


class DockerProvider:
    """Sandboxes in containers on this machine's engine. It protects if every wall holds in each of them.

    Args:
        device: ``cpu``, or ``cuda``.
        progress: Is called when images have to be built.

    Raises:
        UsageError: No GPU can be had, and why (driver or toolkit); or not on Linux.
        Ungraded: Docker is not installed, not running, or not permitted: the message says which.
    """

    name = "docker"

    def __init__(self, device: str = "cpu", progress: Progress = lambda _line: None) -> None:
        if device == CUDA:
            _check_there(gpus.missing_driver())
        if sys.platform != "linux":
            raise UsageError(
                "Docker's sandboxes need Linux: elsewhere containers can't call back over a Unix socket.",
                LOCAL_INSTEAD,
            )
        self._engine = Engine()
        self._engine.reach()
        if device == CUDA:
            _check_there(gpus.missing_toolkit(self._engine.info().runtimes or ()))
        self._device = device
        self.gpus = gpus.Lender([gpu.uuid for gpu in gpus.usable()] if device == CUDA else ())
        self._remover = Remover(self._engine)
        self._sweeping = threading.Thread(target=self._sweep, name="sweep", daemon=True)
        self._sweeping.start()
        self._folder = owner.private_folder()
        self._pool = Pool(self._sandbox)
        self._labels = {OWNER: owner.myself(), SANDBOX: secrets.token_hex(8)}
        self._numbers = itertools.count(1)
        self._images: dict[str, str] = {}
        self._building = threading.Lock()
        self._packages: egress.Packages | None = None
        self._no_packages = ""
        self._asking = threading.Lock()
        self._progress = progress
        self._closed = False
        self._looked = threading.Lock()
        self._missing: dict[str, None] | None = None
        """Names of walls; ``None``: no sandbox was looked at yet."""

    @property
    def protects(self) -> bool:
        """Whether all walls hold in the sandboxes so far; starts one if there is none."""
        self._pool.wait()
        if self._missing is None:
            self.open(DEFAULT, Limits(), {}).close()
        return self._missing == {}

    @property
    def missing(self) -> tuple[str, ...]:
        """Walls that don't hold; see ``SandboxProvider``."""
        return tuple(self._missing or ())

    def prepare(self, environment: str, limits: Limits, count: int = 1) -> None:
        """Have sandboxes standing by; see ``SandboxProvider``."""
        self._image(environment)
        if not self._on_gpu(environment):  # which one it is lent is known only later
            self._pool.prepare(environment, limits, count)

    def open(
        self,
        environment: str,
        limits: Limits,
        files: Mapping[str, bytes],
        tools: Mapping[str, bytes] = NO_TOOLS,
        gpu: str = "",
    ) -> Container:
        """A sandbox with the student's files in it; see ``SandboxProvider``."""
        if self._on_gpu(environment):
            sandbox = self._sandbox(environment, limits, gpu)
        else:
            sandbox = self._pool.take(environment, limits)
        try:
            sandbox.fill(files, tools)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    def judge(self, course: Path, data: Path | None = None) -> Container:
        """Start the judge; see ``SandboxProvider``. It runs the engine installed here, mounted read-only."""
        mounts = {"/opt/grader/grader": ENGINE, "/course": course.resolve()}
        command = ["python3", "-I", "-m", "grader.judge", "--socket", SOCKET, "--course", "/course"]
        if data is not None:
            mounts["/data"] = data.resolve()
            command += ["--data", "/data"]
        return self._start(
            JUDGE,
            hardening.Program(
                command=tuple(command),
                limits=JUDGE_LIMITS,
                mounts=mounts,
                user=_reader_of(mounts.values()),
                capabilities=(),
                keep_log=True,
            ),
        )

    def image_digests(self) -> dict[str, str]:
        """Environment → image id, of those used so far."""
        return dict(self._images)

    def close(self) -> None:
        """Remove every container of this sandbox, also those just being started."""
        if self._closed:
            return
        self._closed = True
        self.gpus.close()
        self._pool.close()
        self._sweeping.join(CLOSE_SECONDS)
        for container in self._engine.containers(f"{SANDBOX}={self._labels[SANDBOX]}"):
            self._remover.remove(container.id)
        self._remover.finish(CLOSE_SECONDS)
        self._engine.close()
        owner.remove(self._folder)

    def _sweep(self) -> None:
        """Remove what the dead left behind.

        It is the first to need Docker's client, which takes a while to import: so it has a thread, and git fetches
        meanwhile.
        """
        _remove_left_behind(self._engine, self._remover)

    def _image(self, environment: str) -> str:
        with self._building:
            if environment not in self._images:
                of = on(environment, self._device)
                self._images[environment] = image.ensure(self._engine, [of], self._say)[of]
            return self._images[environment]

    def _on_gpu(self, environment: str) -> bool:
        return ENVIRONMENTS[on(environment, self._device)].device == CUDA

    def _say(self, line: str) -> None:
        self._must_be_open()
        self._progress(line)

    def _must_be_open(self) -> None:
        """Ctrl-C: what is being built or started in another thread stops at its next step."""
        if self._closed:
            raise Ungraded("The sandbox was closed.")

    def _sandbox(self, environment: str, limits: Limits, gpu: str = "") -> Container:
        if self._on_gpu(environment) and not gpu:
            raise Ungraded(f"The {environment} sandbox computes on a GPU, and was lent none.")
        first_uid = 100_000 + 1000 * secrets.randbelow(2_000_000)  # no two share a uid, nor its limits
        gate = None
        if ENVIRONMENTS[environment].packages:
            limits, (program, gate) = (
                stranger.limits(limits),
                self._stranger(stranger.limits(limits), first_uid),
            )
        else:
            place = ("--socket", SOCKET, "--uid-base", str(first_uid))
            command = (
                "python3",
                "-I",
                "-m",
                "grader.worker",
                *place,
                "--report-walls",
                *options(environment),
            )
            lent = gpu if self._on_gpu(environment) else ""
            program = hardening.Program(command, limits, mounts={}, gpu=lent)
        sandbox = self._start(environment, program)
        sandbox.gate = gate
        try:
            facts = walls.read(sandbox.connection)
            found = walls.missing(facts, limits, program.walls)
        except (OSError, msgspec.MsgspecError) as error:
            reason = sandbox.exit_reason() or str(error)
            sandbox.close()
            raise Ungraded(
                f"The {environment} sandbox did not say which of its walls hold: {reason}",
                "`grade doctor` looks at the engine, the images and the disk.",
            ) from error
        with self._looked:
            self._missing = (self._missing or {}) | dict.fromkeys(found)
        return sandbox

    def _stranger(self, limits: Limits, first_uid: int) -> tuple[hardening.Program, egress.Gate]:
        """What runs where packages may be fetched, and the way to them."""
        with self._asking:
            if self._packages is None:
                try:
                    self._packages, self._no_packages = egress.of_this_machine(self._folder), ""
                except Ungraded as trouble:
                    self._no_packages = trouble.message
        folder = self._folder / f"egress{next(self._numbers)}"
        folder.mkdir(mode=0o755)
        program = stranger.program(self._packages, folder, SOCKET, first_uid, limits)
        return program, egress.Gate(self._packages, folder, self._no_packages)

    def _start(self, environment: str, program: hardening.Program) -> Container:
        """Start a container; if that fails, once more, with a log to read."""
        image_id = self._image(environment)
        trouble: DidNotStart | None = None
        for attempt in (program, program._replace(keep_log=True)):
            self._must_be_open()
            sandbox = Container(self._engine, self._remover, self._folder / str(next(self._numbers)))
            try:
                sandbox.start(image_id, attempt, self._labels)
            except DidNotStart as failure:
                trouble = failure
                continue
            try:
                self._must_be_open()
            except Ungraded:
                sandbox.close()
                raise
            return sandbox
        raise Ungraded(
            f"The {environment} container could not be started: {trouble}",
            "`grade doctor` looks at the engine, the images and the disk.",
        )


def _check_there(missing: gpus.Lacking | None) -> None:
    """Raise UsageError if something is missing that a GPU needs."""
    if missing:
        raise UsageError(
            f"Docker's sandboxes have no GPU: {missing.what}.",
            f"{missing.remedy} Without Docker: --sandbox local.",
        )


def remove_left_behind(owners: Sequence[str] = ()) -> None:
    """Remove from this machine what these owners have, and whoever was killed.

    Args:
        owners: As of ``owner.myself``; they have ended, or will need nothing any more.
    """
    engine = Engine()
    remover = Remover(engine)
    _remove_left_behind(engine, remover, owners)
    remover.finish(CLOSE_SECONDS)
    engine.close()


def _remove_left_behind(engine: Engine, remover: Remover, owners: Sequence[str] = ()) -> None:
    with suppress(Ungraded):  # whoever needs the engine next is told
        for container in engine.containers(OWNER):
            of = container.labels[OWNER]
            if of in owners or owner.is_dead(of):
                remover.remove(container.id)
    owner.remove_dead_folders(owners)


def _reader_of(folders: Iterable[Path]) -> str:
    """``uid:gid`` for the judge: ours, for it reads what we read; nobody's if we are root and need not be."""
    if os.getuid():
        return f"{os.getuid()}:{os.getgid()}"
    public = stat.S_IROTH | stat.S_IXOTH
    to_all = all(folder.stat().st_mode & public == public for folder in folders)
    return f"{NOBODY}:{NOBODY}" if to_all else "0:0"
