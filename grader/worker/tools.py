"""The lab's own tools: public functions of the course that run beside the student's code.

They lie in a place of their own, which nobody inside can write to. What they compute decides nothing: the judge
holds it against what it computes itself.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

TOOLS = "tools"
"""The file of a function whose name says no other: ``prepare`` is ``tools.prepare``."""


class NoSuchToolError(Exception):
    """The course names a tool that it did not send."""


class Tools:
    """The functions of one lab's tools.

    Args:
        folder: Where they lie; empty or not there for a lab without tools.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: dict[str, ModuleType] = {}

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
        """Imported once, under a name that no file of a student's can have."""
        if name not in self._modules:
            path = self._folder / f"{name}.py"
            spec = importlib.util.spec_from_file_location(f"the lab's {name}", path)
            if not path.is_file() or spec is None or spec.loader is None:
                raise NoSuchToolError(f"the lab has no {name}.py among its tools")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            self._modules[name] = module
        return self._modules[name]
