"""A submission's test suite, run many times over on copies of the submission.

All libraries are there and imported already: each run is a fork of this process with a copy of its own, so that a
hundred of them cost little more than the tests themselves.
"""

from __future__ import annotations

import os
import runpy
import select
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader import wire

OUTPUT = 8_192
"""Characters of a command's output that are kept: the last ones."""
LINKED = 256 << 10
"""Files from this size on are links to the submission, which is read-only, not copies."""
POLL = 0.02
QUICK = "-p no:cacheprovider -p no:hypothesispytest"
"""For trials: a plugin that this Python happens to have takes seconds to come up."""


class CommandRunner:
    """Where one check's trials run.

    Args:
        submission: The student's files, read-only.
        home: The check's own folder.
    """

    def __init__(self, submission: Path, home: Path) -> None:
        self._submission = submission
        self._home = home
        self._trials = 0

    def trials(self, question: wire.Trials) -> list[dict[str, object] | None]:
        """Run the suite on each variant, some at once; see ``wire.Trials``."""
        found: list[dict[str, object] | None] = [None] * len(question.overlays)
        waiting = list(enumerate(question.overlays))
        running: dict[int, tuple[_Running, Path]] = {}
        no_more = time.monotonic() + question.total_seconds
        while running or (waiting and time.monotonic() < no_more):
            while waiting and len(running) < question.at_once and time.monotonic() < no_more:
                number, overlay = waiting.pop(0)
                place = self._home / f"trial{self._trials}"
                self._trials += 1
                copy_tree(self._submission, place)
                write(place, overlay)
                running[number] = (
                    _start(lambda: _run_module(question), place / question.folder, question.seconds),
                    place,
                )
            for number, (one, place) in list(running.items()):
                if (done := one.look()) is not None:
                    found[number] = done
                    del running[number]
                    shutil.rmtree(place, ignore_errors=True)
        return found


def copy_tree(source: Path, target: Path, *, link: bool = True) -> None:
    """The submission, writable; large files as links, unless said otherwise."""
    for folder, _, files in os.walk(source):
        here = target / Path(folder).relative_to(source)
        here.mkdir(parents=True)
        for name in files:
            file = Path(folder, name)
            if not link or file.stat().st_size < LINKED:
                shutil.copyfile(file, here / name)
            else:
                (here / name).symlink_to(file)


def write(folder: Path, overlay: Mapping[str, str]) -> None:
    """Put texts over what is there; a link gives way, so that nothing is written through it."""
    for name, text in overlay.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_text(text, "utf-8", errors="surrogateescape")


class _Running:
    """A process group and the pipe that it writes to."""

    def __init__(self, pid: int, pipe: int, seconds: float) -> None:
        self._pid = pid
        self._pipe = pipe
        self._until = time.monotonic() + seconds
        self._said = bytearray()
        self._silent = False

    def look(self) -> dict[str, object] | None:
        """Read what there is, waiting a moment; its result once it has ended, or its time has."""
        self._read(POLL)
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        if not pid and time.monotonic() < self._until:
            return None
        with suppress(OSError):  # nobody is left in its group
            os.killpg(self._pid, signal.SIGKILL)
        if not pid:
            os.waitpid(self._pid, 0)
        self._read(0)
        os.close(self._pipe)
        return {
            "status": os.waitstatus_to_exitcode(status) if pid else None,
            "output": self._said[-OUTPUT:].decode("utf-8", "replace"),
        }

    def _read(self, seconds: float) -> None:
        if self._silent:
            time.sleep(seconds)
        for _ in range(64):
            if self._silent or not select.select([self._pipe], [], [], seconds)[0]:
                return
            part = os.read(self._pipe, 1 << 16)
            self._silent = not part
            self._said += part
            del self._said[: -OUTPUT * 4]
            seconds = 0


def _start(action: Callable[[], None], folder: Path, seconds: float) -> _Running:
    """Fork a process that does it in the folder, in a group of its own, and says all to one pipe."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be(action, folder, writer)
    os.close(writer)
    with suppress(OSError):  # it did so itself
        os.setpgid(pid, pid)
    return _Running(pid, reader, seconds)


def _be(action: Callable[[], None], folder: Path, writer: int) -> NoReturn:
    status = 1
    try:
        os.setpgid(0, 0)
        for stream in (1, 2):
            os.dup2(writer, stream)
        os.closerange(3, 512)
        os.chdir(folder)
        os.environ.update(MPLBACKEND="Agg", PYTHONDONTWRITEBYTECODE="1", PYTEST_ADDOPTS=QUICK)
        sys.dont_write_bytecode = True
        action()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}"[:OUTPUT])
    finally:
        for text in (sys.stdout, sys.stderr):
            try:
                text.flush()
            except Exception:
                status = status or 1
        os._exit(status & 0xFF)


def _run_module(question: wire.Trials) -> None:
    """``python -m NAME …``, or ``NAME …``, in this process."""
    os.environ.update(question.variables)
    argv = question.argv
    if argv[0] in {"python", "python3"}:
        sys.path.insert(0, str(Path.cwd()))
        argv = argv[2:]
    sys.path[:0] = [str(Path(p).absolute()) for p in question.variables.get("PYTHONPATH", "").split(":") if p]
    sys.argv = list(argv)
    runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
