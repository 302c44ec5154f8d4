"""What one job had to import, later ones find imported: PyTorch takes 1.5 s of CPU in each fork that needs it.

A job runs in a fork, so what it imports is gone with it. At its end it says so, and the fork server imports the
same before the next job. A judge of one grade, or whose suites compute without PyTorch, never pays for it.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys

LIBRARIES = ("torch",)
"""Those that take long, and may be imported before a fork: they start no threads until they compute."""


class Warmth:
    """The server's memory of what its forks imported."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def note(self) -> None:
        """In a fork, at its end: say what it imported. Never fails: a note that is lost costs time alone."""
        numbers = bytes(number for number, name in enumerate(LIBRARIES) if name in sys.modules)
        try:
            os.write(self._write, numbers)
        except OSError:
            return

    def import_noted(self) -> None:
        """In the server, before a fork: import what earlier forks said."""
        try:
            numbers = os.read(self._read, 1 << 16)
        except BlockingIOError:
            return
        wanted = {LIBRARIES[number] for number in numbers if number < len(LIBRARIES)} - sys.modules.keys()
        for name in sorted(wanted):
            importlib.import_module(name)
        if wanted:
            gc.collect()
            gc.freeze()
