"""Rooms standing by: started in the background while something else goes on, taken when they are needed."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from grader.errors import Ungraded
from grader.sandbox.callback_socket import is_open

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.records import Limits
    from grader.sandbox.environment import Room

R = TypeVar("R", bound="Room")


class Pool(Generic[R]):
    """Starts rooms with ``start``, each in a thread of its own, and keeps them until somebody takes them."""

    def __init__(self, start: Callable[[str, Limits], R]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._standing_by: dict[tuple[str, Limits], list[Future[R]]] = {}
        self._closed = False

    def prepare(self, environment: str, limits: Limits, count: int) -> None:
        """See to it that ``count`` such rooms stand by, or are being started."""
        with self._lock:
            rooms = self._standing_by.setdefault((environment, limits), [])
            started: list[Future[R]] = [Future() for _ in range(count - len(rooms))]
            rooms += started
        for future in started:
            threading.Thread(
                target=self._begin,
                args=(future, environment, limits),
                name=f"start-{environment}",
                daemon=True,
            ).start()

    def take(self, environment: str, limits: Limits) -> R:
        """The room that has stood by longest and still lives, else a new one.

        Raises:
            Ungraded: It failed to start.
        """
        while future := self._next(environment, limits):
            room = future.result()
            if is_open(room.connection):
                return room
            room.close()
        return self._start(environment, limits)

    def close(self) -> None:
        """Close what stands by, and what is being started as soon as it has."""
        with self._lock:
            self._closed = True
            waiting = [future for rooms in self._standing_by.values() for future in rooms]
            self._standing_by.clear()
        for future in waiting:
            if future.done() and not future.exception():
                future.result().close()

    def _next(self, environment: str, limits: Limits) -> Future[R] | None:
        with self._lock:
            rooms = self._standing_by.get((environment, limits))
            if not rooms:
                return None
            ready = next((future for future in rooms if future.done()), rooms[0])
            rooms.remove(ready)
            return ready

    def _begin(self, future: Future[R], environment: str, limits: Limits) -> None:
        try:
            room = self._start(environment, limits)
        except BaseException as error:  # told to whoever takes the room
            future.set_exception(error)
            return
        with self._lock:
            closed = self._closed
            if not closed:
                future.set_result(room)
        if closed:
            room.close()
            future.set_exception(Ungraded("The sandbox was closed while a room was being started."))
