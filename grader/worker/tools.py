"""The lab's own tools: public functions of the course that run beside the student's code.

They lie in a place of their own, which nobody inside can write to. What they compute decides nothing: the judge
holds it against what it computes itself.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOOLS = "tools"
"""The file of a function whose name says no other: ``prepare`` is ``tools.prepare``."""
PACKAGE = "the lab's tools"
"""What they are imported from, so that one may import another: ``from .draft_words import says``."""


class NoSuchToolError(Exception):
    """The course names a tool that it did not send."""


class Tools:
    """The functions of one lab's tools.

    Args:
        folder: Where they lie; empty or not there for a lab without tools.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def function(self, name: str) -> Callable[..., Any]:
        """The function called ``name`` of ``tools.py``, or ``file.name`` of another file.

        Raises:
            NoSuchToolError: It was not sent. Importing its file may raise anything else.
        """
        file, _, function = name.rpartition(".")
        module = self._module(file or TOOLS)
        if not hasattr(module, function):
            raise NoSuchToolError(f"{file or TOOLS}.py has no {function}")
        found: Callable[..., Any] = getattr(module, function)
        return found

    def file(self, path: Path) -> str:
        """The name of one of these files; empty for any other path."""
        return path.name if path.parent == self._folder else ""

    def _module(self, name: str) -> ModuleType:
        """Imported once, as part of a package that no folder of a student's comes before."""
        if not (self._folder / f"{name}.py").is_file():
            raise NoSuchToolError(f"the lab has no {name}.py among its tools")
        if PACKAGE not in sys.modules:
            package = ModuleType(PACKAGE)
            package.__path__ = [str(self._folder)]
            sys.modules[PACKAGE] = package
        return importlib.import_module(f"{PACKAGE}.{name}")
