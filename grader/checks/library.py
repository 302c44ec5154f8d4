"""A folder of the course's modules that import each other by their own names, wherever they are imported.

Nothing is put on ``sys.path``, and nothing under a plain name into ``sys.modules``: a reference and its mutants
have files of the same names, and each must get its own.
"""

from __future__ import annotations

import ast
import builtins
import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Library:
    """The modules of one folder, each imported when first asked for.

    Args:
        folder: Where they lie.
        prefix: Of the names under which they are known: ``reference_`` makes ``reference_cell``.
        changed: Module → source that takes the place of its file's.
    """

    def __init__(self, folder: Path, prefix: str, changed: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._prefix = prefix
        self._changed = changed or {}
        self._modules: dict[str, ModuleType] = {}
        self._needed: dict[str, tuple[str, ...]] = {}

    def has(self, name: str) -> bool:
        """Whether there is such a module."""
        return name.isidentifier() and (self._folder / f"{name}.py").is_file()

    def module(self, name: str) -> ModuleType:
        """The module ``name``; whatever it raises while it is imported comes through.

        Raises:
            ModuleNotFoundError: There is none.
        """
        if name not in self._modules:
            if not self.has(name):
                raise ModuleNotFoundError(f"there is no {name}.py in {self._folder}", name=name)
            path = self._folder / f"{name}.py"
            module = ModuleType(self._prefix + name)
            module.__file__ = str(path)
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": self._import}
            # Dataclasses look their module up by its name.
            self._modules[name] = sys.modules[module.__name__] = module
            try:
                code = compile(self.source(name), str(path), "exec")
                exec(code, module.__dict__)  # noqa: S102 - the course's own code
            except BaseException:
                del self._modules[name], sys.modules[module.__name__]
                raise
        return self._modules[name]

    def source(self, name: str) -> str:
        """The module's text."""
        return self._changed.get(name) or (self._folder / f"{name}.py").read_text(encoding="utf-8")

    def needed(self, name: str) -> tuple[str, ...]:
        """The module and those of this folder that it imports, directly or not."""
        if name not in self._needed:
            found = [name]
            for each in found:
                found += [other for other in self._imported(each) if other not in found]
            self._needed[name] = tuple(found)
        return self._needed[name]

    def _imported(self, name: str) -> list[str]:
        named: dict[str, None] = {}
        for node in ast.walk(ast.parse(self.source(name))):
            match node:
                case ast.Import(names=names):
                    named.update(dict.fromkeys(alias.name for alias in names))
                case ast.ImportFrom(module=str() as module, level=0):
                    named[module] = None
        return [other for other in named if self.has(other)]

    def _import(
        self,
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        names: tuple[str, ...] = (),
        level: int = 0,
    ) -> ModuleType:
        """What ``import`` does in these modules: a file beside them comes before anything installed."""
        if level == 0 and self.has(name):
            return self.module(name)
        return __import__(name, globals_, locals_, names, level)
