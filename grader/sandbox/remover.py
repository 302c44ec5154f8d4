"""Removes containers in the background: after a fork bomb it takes seconds, and sometimes a second try."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING

from grader.errors import Ungraded

if TYPE_CHECKING:
    from pathlib import Path

    from grader.sandbox.engine import Engine

SECONDS = 30.0
"""For one removal. After many processes died for memory at once, 10 s were seen."""
PAUSES = (1.0, 3.0, 0.0)
"""Between tries: a fork bomb's remains are at first "zombie and can not be killed"."""


class Remover:
    """Removes containers, each with its folder on this machine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._busy: set[threading.Thread] = set()

    def remove(self, container: str, folder: Path | None = None) -> None:
        """Start to remove; returns at once."""
        thread = threading.Thread(target=self._work, args=(container, folder), name="remove", daemon=True)
        self._busy.add(thread)
        thread.start()

    def finish(self, seconds: float) -> None:
        """Wait until all is removed, but no longer than this; what is left has the next grader's start."""
        until = time.monotonic() + seconds
        for thread in list(self._busy):
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self, container: str, folder: Path | None) -> None:
        for pause in PAUSES:
            try:
                self._engine.remove(container, SECONDS)
                break
            except Ungraded:
                time.sleep(pause)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        self._busy.discard(threading.current_thread())
