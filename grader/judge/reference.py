"""The reference as a suite sees it: its modules, imported here, since they are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.library import Library

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


class Reference:
    """``reference.mlp_numpy``: a module of the reference, imported when first used.

    Its modules import each other by their own names.

    Args:
        folder: The lab's reference folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = Library(folder, "reference_")

    def __getattr__(self, name: str) -> ModuleType:
        """Import the module ``name`` of the reference folder; raises AttributeError if there is none."""
        if name.startswith("_") or not self._library.has(name):
            raise AttributeError(f"the reference has no {name}.py in {self._folder}")
        return self._library.module(name)
