"""Sandboxes standing by: started in the background while something else goes on, taken when they are needed."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from grader.errors import Ungraded
from grader.sandbox.callback_socket import is_open

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.records import Limits
    from grader.sandbox.environment import Sandbox

S = TypeVar("S", bound="Sandbox")


class Pool(Generic[S]):
    """Starts sandboxes with ``start``, each in a thread of its own, and keeps them until somebody takes them."""

    def __init__(self, start: Callable[[str, Limits], S]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._standing_by: dict[tuple[str, Limits], list[Future[S]]] = {}
        self._closed = False

    def prepare(self, environment: str, limits: Limits, count: int) -> None:
        """See to it that ``count`` such sandboxes stand by, or are being started."""
        with self._lock:
            sandboxes = self._standing_by.setdefault((environment, limits), [])
            started: list[Future[S]] = [Future() for _ in range(count - len(sandboxes))]
            sandboxes += started
        for future in started:
            threading.Thread(
                target=self._begin,
                args=(future, environment, limits),
                name=f"start-{environment}",
                daemon=True,
            ).start()

    def take(self, environment: str, limits: Limits) -> S:
        """The sandbox that has stood by longest and still lives, else a new one.

        Raises:
            Ungraded: It failed to start.
        """
        while future := self._next(environment, limits):
            sandbox = future.result()
            if is_open(sandbox.connection):
                return sandbox
            sandbox.close()
        return self._start(environment, limits)

    def wait(self) -> None:
        """Until all that stands by has started, or failed to: whoever takes it is told why."""
        with self._lock:
            waiting = [future for sandboxes in self._standing_by.values() for future in sandboxes]
        for future in waiting:
            future.exception()

    def close(self) -> None:
        """Close what stands by, and what is being started as soon as it has."""
        with self._lock:
            self._closed = True
            waiting = [future for sandboxes in self._standing_by.values() for future in sandboxes]
            self._standing_by.clear()
        for future in waiting:
            if future.done() and not future.exception():
                future.result().close()

    def _next(self, environment: str, limits: Limits) -> Future[S] | None:
        with self._lock:
            sandboxes = self._standing_by.get((environment, limits))
            if not sandboxes:
                return None
            ready = next((future for future in sandboxes if future.done()), sandboxes[0])
            sandboxes.remove(ready)
            return ready

    def _begin(self, future: Future[S], environment: str, limits: Limits) -> None:
        try:
            sandbox = self._start(environment, limits)
        except BaseException as error:  # raised for whoever takes the sandbox
            future.set_exception(error)
            return
        with self._lock:
            closed = self._closed
            if not closed:
                future.set_result(sandbox)
        if closed:
            sandbox.close()
            future.set_exception(Ungraded("The grader was closing while a sandbox was being started."))
