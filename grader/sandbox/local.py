"""Sandboxes as subprocesses of this machine: for students, and GPU machines without Docker. It doesn't protect.

The same worker, the same files, the same connection; what is missing is the wall. Student code runs as this
user, may read what this user reads and send it anywhere, and is not stopped from using memory and disk. What
keeps accidents small is kept: an empty environment, a folder of its own, bounds on file size and CPU time, no
library that the environment wouldn't have, and an end for everything it started.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from grader.environments import CUDA, ENVIRONMENTS, JUDGE, on
from grader.errors import Ungraded
from grader.sandbox import callback_socket, filling, gpus, hardening, owner
from grader.sandbox.environment import NO_TOOLS, options
from grader.sandbox.pool import Pool
from grader.sandbox.sources import ENGINE, worker_sources
from grader.sandbox.usage import Delays, tree_usage

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from grader.records import Limits, Usage
    from grader.sandbox.egress import Gate

START_SECONDS = 60.0
CPU_SECONDS = 3600
LAUNCH = 'ulimit -c 0 && ulimit -t $1 && { [ $2 = 0 ] || ulimit -f $2; } && shift 2 && exec "$@"'
"""No core dumps, CPU seconds, and the largest file in blocks of 512 bytes (0: any)."""

WORKER = "import site; site.setquit(); site.sethelper(); from grader.worker.__main__ import main; main()"
"""Run with -S, for no .pth file or finder of an editable install may lead back to us or the course; so what else
``site`` gives to student code, ``exit`` and ``help``, is given here."""


DEVICE_SECONDS = 120.0
LOOK = "import torch; print(torch.cuda.get_device_name(0) if torch.cuda.is_available() else '')"


def check_device(name: str) -> None:
    """Whether PyTorch can compute on a device of this machine, as it says in a process of its own.

    Args:
        name: ``cpu`` is always there.

    Raises:
        Ungraded: It can't.
    """
    if name == "cpu":
        return
    try:
        looked = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", LOOK], capture_output=True, text=True, check=False, timeout=DEVICE_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Ungraded(
            f"PyTorch did not find out within {DEVICE_SECONDS:.0f} s whether there is a GPU.",
            "Look at its driver: `nvidia-smi`.",
        ) from None
    if looked.returncode:
        last = (looked.stderr.strip().splitlines() or [f"exit status {looked.returncode}"])[-1]
        raise Ungraded(
            f"PyTorch can't be used here, so there is no {name}: {last}",
            "Install it for this Python (`grade doctor` says how), or leave --device out.",
        )
    if not looked.stdout.strip():
        raise Ungraded(
            f"This machine has no {name} that PyTorch can use; nothing was graded.",
            "Leave --device out to grade on the CPU; `grade doctor` says which GPUs it sees.",
        )


class Process:
    """A started subprocess that has called back: a student's sandbox, or the judge's.

    Attributes:
        connection: What it called back over.
        image: Always empty: there are no images here.
        gate: Always ``None``: this machine's network is open to it.
    """

    image = ""
    gate: Gate | None = None

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        folder: Path,
        connection: socket.socket,
        closed: Callable[[Process], None],
    ) -> None:
        self.connection = connection
        self._delays = Delays()
        self._process = process
        self._folder = folder
        self._closed = closed

    def fill(self, files: Mapping[str, bytes], tools: Mapping[str, bytes]) -> None:
        """Put the student's files and the lab's tools into the sandbox's own folders."""
        filling.fill(self._folder / "submission", files)
        filling.fill(self._folder / "tools", tools)

    def usage(self) -> Usage | None:
        """What its processes have used, from their tree."""
        return tree_usage(self._process.pid, self._delays)

    def exit_reason(self) -> str:
        """How it ended; empty while it lives."""
        status = self._process.poll()
        return "" if status is None else f"it ended with exit status {status}{_log_tail(self._folder)}"

    def close(self) -> None:
        """Hang up, kill the process group, and remove its folder."""
        callback_socket.hang_up(self.connection)
        _end(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._closed(self)


class LocalProvider:
    """Sandboxes as subprocesses of this Python, which has the environments' libraries. It doesn't protect.

    Args:
        device: ``cpu``, or ``cuda``.
    """

    name = "local"
    protects = False
    missing = ()  # nobody looks where none stands

    def __init__(self, device: str = "cpu") -> None:
        self.gpus = gpus.Lender(_lent() if device == CUDA else ())
        self._numbers = itertools.count(1)
        self._sandboxes: set[Process] = set()
        self._lock = threading.Lock()
        self._closed = False
        owner.remove_dead_folders()
        self._folder = owner.private_folder()
        self._library = self._folder / "library"
        for name, file in worker_sources().items():  # as in an image: the worker, and nothing else of ours
            (self._library / name).parent.mkdir(parents=True, exist_ok=True)
            (self._library / name).symlink_to(file)
        self._pool = Pool(self._start_sandbox)

    def prepare(self, environment: str, limits: Limits, count: int = 1) -> None:
        """Have sandboxes standing by; see ``SandboxProvider``."""
        if not self._has_its_gpu(environment):
            self._pool.prepare(environment, limits, count)

    def open(
        self,
        environment: str,
        limits: Limits,
        files: Mapping[str, bytes],
        tools: Mapping[str, bytes] = NO_TOOLS,
        gpu: str = "",
    ) -> Process:
        """A sandbox with the student's files in it; see ``SandboxProvider``."""
        if self._has_its_gpu(environment):
            sandbox = self._start_sandbox(environment, limits, gpu)
        else:
            sandbox = self._pool.take(environment, limits)
        try:
            sandbox.fill(files, tools)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    def judge(self, course: Path, data: Path | None = None) -> Process:
        """Start the judge; see ``SandboxProvider``."""
        command = ["-m", "grader.judge", "--course", str(course.resolve())]
        command += ["--data", str(data.resolve())] if data is not None else []
        return self._start(JUDGE, ENGINE.parent, command, file_mb=0)

    def image_digests(self) -> dict[str, str]:
        """There are no images here."""
        return {}

    def close(self) -> None:
        """End every process that was started here."""
        self._closed = True
        self.gpus.close()
        self._pool.close()
        with self._lock:
            sandboxes = list(self._sandboxes)
        for sandbox in sandboxes:
            sandbox.close()
        owner.remove(self._folder)

    def _has_its_gpu(self, environment: str) -> bool:
        """Whether it sees one of several GPUs, so that none can stand by."""
        return self.gpus.count > 1 and on(environment, CUDA) != environment

    def _start_sandbox(self, environment: str, limits: Limits, gpu: str = "") -> Process:
        # What the environment's image wouldn't have is only hidden here: a determined import finds it.
        denied = ",".join(ENVIRONMENTS[environment].denied)
        command = ["-S", "-c", WORKER, *options(environment), "--deny", denied]
        return self._start(environment, self._library, command, file_mb=limits.disk_mb, gpu=gpu)

    def _start(
        self, environment: str, library: Path, command: Sequence[str], *, file_mb: int, gpu: str = ""
    ) -> Process:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        scratch, submission = folder / "tmp", filling.open_folder(folder / "submission")
        tools = filling.open_folder(folder / "tools")
        scratch.mkdir()
        callback = callback_socket.CallbackSocket(folder / "callback.sock")
        program = [sys.executable, "-s", "-P", *command, "--socket", str(callback.path)]
        if ENVIRONMENTS[environment].worker:
            program += ["--scratch", str(scratch), "--submission", str(submission)]
            program += ["--tools", str(tools)]
        with (folder / "stderr").open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603 - our own program
                ["/bin/sh", "-c", LAUNCH, "sh", str(CPU_SECONDS), str(file_mb * 2048), *program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                cwd=scratch,
                env=_environment(scratch, library) | ({gpus.VISIBLE: gpu} if gpu else {}),
                start_new_session=True,
            )
        try:
            connection = callback.answer(lambda: process.poll() is None, START_SECONDS)
        except BaseException as error:
            _end(process)
            words = _log_tail(folder)
            shutil.rmtree(folder, ignore_errors=True)
            if not isinstance(error, callback_socket.NobodyCalled):
                raise
            raise Ungraded(
                f"The {environment} process could not be started: {error}{words}",
                "`grade doctor` looks at this Python and its libraries.",
            ) from error
        sandbox = Process(process, folder, connection, self._sandboxes.discard)
        with self._lock:
            self._sandboxes.add(sandbox)
            closed = self._closed
        if closed:
            sandbox.close()
            raise Ungraded("The grader was closing while a sandbox was being started.")
        return sandbox


def _lent() -> list[str]:
    """UUIDs of the GPUs, where there are several; else one without a name, for which sandboxes can stand by."""
    found = [gpu.uuid for gpu in gpus.usable()]
    return found if len(found) > 1 else [""]


def _environment(home: Path, library: Path) -> dict[str, str]:
    """Nothing of ours but where programs are: no token, no proxy, no path of the course."""
    own = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
    }
    packages = [place for place in sys.path if place.endswith(("site-packages", "dist-packages"))]
    return own | hardening.THREADS | {"PYTHONPATH": os.pathsep.join([str(library), *packages])}


def _log_tail(folder: Path) -> str:
    try:
        lines = (folder / "stderr").read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "; it said: " + "\n".join(lines[-12:]) if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill its group. First a moment for the zygote: it heard us hang up, and ends who left the group."""
    until = time.monotonic() + 0.5
    while _runs(process) and time.monotonic() < until:
        time.sleep(0.002)
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _runs(process: subprocess.Popen[bytes]) -> bool:
    """Looked at without reaping it: as long as it isn't reaped, its group's number is nobody else's."""
    if process.returncode is not None:
        return False
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:  # another thread, closing it too, has reaped it just now
        return False
