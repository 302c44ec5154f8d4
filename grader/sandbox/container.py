"""One container's life: started, called back over a socket that takes one call, filled, hung up on."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import Ungraded
from grader.sandbox import callback_socket, filling, hardening
from grader.sandbox.engine_trouble import Refused
from grader.sandbox.usage import ControlGroups, Delays

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from pathlib import Path

    from grader.records import Usage
    from grader.sandbox.egress import Gate
    from grader.sandbox.engine import Engine, Event
    from grader.sandbox.remover import Remover

START_SECONDS = 60.0
"""For a container to call back. Its own clock: a loaded machine never costs the student."""


class DidNotStart(Exception):  # what happened; whoever asked for it decides what follows
    """The engine refused, or nobody called back; with the end of the container's log, if it kept any."""


class Container:
    """A student's sandbox, or the judge's.

    Args:
        engine: Where it runs.
        remover: Takes it away in the end.
        folder: To create, its own on this machine: holds its socket and its student's files.

    Attributes:
        connection: What it called back over.
        image: Id of its image.
        gate: Its way to packages, closed with it.
    """

    connection: socket.socket
    image = ""
    gate: Gate | None = None

    def __init__(self, engine: Engine, remover: Remover, folder: Path) -> None:
        self._engine = engine
        self._remover = remover
        self._folder = filling.open_folder(folder)
        self._rpc = filling.open_folder(folder / "rpc")
        self._submission = filling.open_folder(folder / "submission")
        self._tools = filling.open_folder(folder / "tools")
        self._id = ""
        self._since = time.time()
        self._memory_mb = 0
        self._groups: ControlGroups | None = None
        self._delays = Delays()
        self._used: Usage | None = None

    def start(self, image: str, program: hardening.Program, labels: Mapping[str, str]) -> None:
        """Run the program and wait for its call; if this raises, nothing is left of it.

        Raises:
            DidNotStart: See there.
            Ungraded: The engine is gone.
        """
        program = program._replace(
            mounts={
                "/rpc": self._rpc,
                "/submission": self._submission,
                "/tools": self._tools,
                **program.mounts,
            }
        )
        callback = callback_socket.CallbackSocket(self._rpc / "callback.sock")
        try:
            self._id = self._engine.create(hardening.config(image, program, labels))
            self._engine.start(self._id)
            self.connection = callback.answer(lambda: self._engine.running(self._id), START_SECONDS)
        except (Refused, callback_socket.NobodyCalled) as error:
            words = self._engine.log_tail(self._id) if self._id else ""
            self._remove()
            raise DidNotStart(f"{error}; it said: {words}" if words else str(error)) from error
        except BaseException:
            self._remove()
            raise
        finally:
            callback.close()
        self.image = image
        self._memory_mb = program.limits.memory_mb

    def fill(self, files: Mapping[str, bytes], tools: Mapping[str, bytes]) -> None:
        """Put the student's files into ``/submission``, the lab's tools into ``/tools``: read-only inside."""
        filling.fill(self._submission, files)
        filling.fill(self._tools, tools)

    def usage(self) -> Usage | None:
        """What its processes have used, from its control group."""
        if self._groups is None and (pid := self._engine.pid(self._id)):
            self._groups = ControlGroups.of(pid)
        usage = self._groups.usage(self._delays) if self._groups else None
        if usage is None and self._used is not None and self._ran_out_of_memory():
            usage = replace(self._used, memory_kills=self._used.memory_kills + 1)
        self._used = usage or self._used
        return usage

    def exit_reason(self) -> str:
        """Why it died, by the engine's events; empty while it lives."""
        if self._engine.running(self._id):
            return ""
        events = self._events()
        if any(event.action == "oom" for event in events):
            return f"it needed more than its {self._memory_mb} MB of memory"
        statuses = [event.exit_status for event in events if event.action == "die"]
        words = self._engine.log_tail(self._id)
        return (f"it ended with exit status {statuses[-1]}" if statuses else "") + (
            f": {words}" if words else ""
        )

    def _ran_out_of_memory(self) -> bool:
        return any(event.action == "oom" for event in self._events())

    def _events(self) -> list[Event]:
        """What the engine saw happen to it; nothing if it doesn't say."""
        try:
            return self._engine.events(self._id, self._since - 60, time.time() + 1)
        except (Refused, Ungraded):
            return []

    def close(self) -> None:
        """Hang up, which ends everything inside, and have it removed."""
        callback_socket.hang_up(self.connection)
        if self.gate is not None:
            self.gate.close()
        self._remove()

    def _remove(self) -> None:
        if self._id:
            self._remover.remove(self._id, self._folder)
        else:
            shutil.rmtree(self._folder, ignore_errors=True)
