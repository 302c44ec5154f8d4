"""Running git so that nothing it meets can run, hang, flood or fill this machine.

Each command is a process group of its own with limits from the kernel (file size, memory, CPU time), a
deadline, and a watch on the folder's size. What it prints is read as it comes, so a reader can stop early.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import SubmissionError
from grader.submission.limits import MB, FetchLimits

if TYPE_CHECKING:
    from collections.abc import Generator

_CHUNK = 1 << 16
_TICK = 0.1
_STDERR = 16_384

# A shell sets the limits and becomes git: Python's preexec_fn is unsafe where other threads run.
# Units: blocks of 512 bytes, KiB, seconds. A limit that is already lower may stay.
_LAUNCH = 'ulimit -c 0; ulimit -f "$1"; ulimit -d "$2"; ulimit -t "$3"; shift 3; exec "$@"'


class GitFailed(Exception):  # what happened; ``failures`` says what it means
    """git ended with an error.

    Attributes:
        status: Its exit status; negative for a signal.
        stderr: The end of what it said, hostile text.
    """

    def __init__(self, status: int, stderr: str) -> None:
        super().__init__(f"git ended with status {status}: {stderr}")
        self.status = status
        self.stderr = stderr


@dataclass(frozen=True, slots=True)
class Git:
    """git on one bare repository of ours.

    Attributes:
        folder: The repository.
        environment: All of it; see ``settings``.
    """

    folder: Path
    environment: dict[str, str]
    limits: FetchLimits

    def output(self, *arguments: str, stdin: bytes = b"", limit: int = MB) -> bytes:
        """What a command prints, at most ``limit`` bytes of it.

        Raises:
            GitFailed: It ended with an error.
            SubmissionError: It took too long, or the folder grew too large.
        """
        printed = bytearray()
        with closing(self.stream(*arguments, stdin=stdin)) as chunks:
            for chunk in chunks:
                printed += chunk
                if len(printed) > limit:
                    break
        return bytes(printed[:limit])

    def stream(self, *arguments: str, stdin: bytes = b"") -> Generator[bytes, None, None]:
        """What a command prints, as it comes. Closing the generator ends the command.

        Raises:
            GitFailed: It ended with an error.
            SubmissionError: It took too long, or the folder grew too large.
        """
        with tempfile.TemporaryFile() as questions:
            questions.write(stdin)
            questions.seek(0)
            process = subprocess.Popen(  # noqa: S603 - a constant script; every name was checked
                ["sh", "-c", _LAUNCH, "sh", *self._ceilings(), "git", f"--git-dir={self.folder}", *arguments],  # noqa: S607
                stdin=questions,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
            )
        with process:
            try:
                stderr = yield from self._drain(process)
            finally:
                if process.returncode is None:
                    with suppress(ProcessLookupError, PermissionError):  # it has just ended
                        os.killpg(process.pid, signal.SIGKILL)
        self._check_size()
        if process.returncode:
            raise GitFailed(process.returncode, stderr)

    def _ceilings(self) -> tuple[str, str, str]:
        """The launcher's numbers. A file twice too large is stopped where the watch is too slow."""
        limits = self.limits
        return (
            str(2 * limits.transfer_mb * MB // 512),
            str(limits.memory_mb * 1024),
            str(int(limits.seconds) + 1),
        )

    def _drain(self, process: subprocess.Popen[bytes]) -> Generator[bytes, None, str]:
        """Yield stdout until the process ends; return the end of stderr."""
        assert process.stdout is not None
        assert process.stderr is not None
        deadline = time.monotonic() + self.limits.seconds
        watch = time.monotonic() + _TICK
        stderr = b""
        with selectors.DefaultSelector() as ready:
            for pipe in (process.stdout, process.stderr):
                os.set_blocking(pipe.fileno(), False)
                ready.register(pipe, selectors.EVENT_READ)
            ended = False
            while True:
                events = ready.select(0 if ended else _TICK) if ready.get_map() else []
                for key, _ in events:
                    if not (chunk := os.read(key.fd, _CHUNK)):
                        ready.unregister(key.fileobj)
                    elif key.fileobj is process.stdout:
                        yield chunk
                    else:
                        stderr = (stderr + chunk)[-_STDERR:]
                if ended and not events:
                    return stderr.decode(errors="backslashreplace")
                # The process's end counts, not the pipes': what ssh leaves behind may hold them open.
                ended = _ended(process, wait=not ready.get_map())
                if time.monotonic() > watch:
                    self._check_size()
                    watch = time.monotonic() + _TICK
                if time.monotonic() > deadline:
                    raise SubmissionError(
                        f"Reading the repository took longer than {self.limits.seconds:g} s and was stopped.",
                        "Try again; if it stays slow, the repository or its host is at fault.",
                    )

    def _check_size(self) -> None:
        size = 0
        for folder, _, files in os.walk(self.folder):
            for file in files:
                with suppress(FileNotFoundError):  # git renames its temporary files
                    size += Path(folder, file).lstat().st_blocks * 512
        if size > self.limits.transfer_mb * MB:
            raise too_large(self.limits)


def _ended(process: subprocess.Popen[bytes], *, wait: bool) -> bool:
    try:
        return process.wait(_TICK if wait else 0) is not None
    except subprocess.TimeoutExpired:
        return False


def too_large(limits: FetchLimits) -> SubmissionError:
    """The refusal of a commit that doesn't fit."""
    return SubmissionError(
        f"The repository is too large: one commit may take {limits.transfer_mb} MB packed,"
        f" and {limits.memory_mb} MB of memory to unpack.",
        "Take data sets and models out of the commit.",
    )
