"""The reference as the suite uses it: its modules, imported in the judge's own process, because they are ours."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


class Reference:
    """``reference.mlp_numpy``: a module of the reference, imported when first used.

    Args:
        folder: The lab's reference folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: dict[str, ModuleType] = {}

    def __getattr__(self, name: str) -> ModuleType:
        """Import the module ``name`` of the reference folder; raises AttributeError if there is none."""
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._modules:
            path = self._folder / f"{name}.py"
            spec = importlib.util.spec_from_file_location(f"reference_{name}", path)
            if spec is None or spec.loader is None or not path.is_file():
                raise AttributeError(f"the reference has no {name}.py in {self._folder}")
            module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
            self._modules[name] = module
        return self._modules[name]
