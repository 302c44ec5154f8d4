"""Torch in a zygote: one thread before any operation, and no second import hidden in the first optimizer."""

from __future__ import annotations

import importlib
import sys
import types

import torch


def prepare() -> None:
    """Make torch safe to fork and quick to train with.

    libgomp is not fork-safe: one parallel region with more than one thread here, and every parallel operation in
    every child hangs. Building the first ``torch.optim`` optimizer imports ``torch._dynamo`` (1.2 s, 800 modules)
    for two decorators that do nothing without ``torch.compile``; a stand-in gives way to the real one on need.
    """
    torch.set_num_threads(1)
    torch.ones(2, requires_grad=True).sum().backward()
    if "torch._dynamo" not in sys.modules:
        stand_in = _LazyDynamo("torch._dynamo")
        sys.modules["torch._dynamo"] = stand_in
        torch._dynamo = stand_in  # noqa: SLF001 - the name that it stands in for
        importlib.import_module("torch.optim")


class _LazyDynamo(types.ModuleType):
    """``torch._dynamo`` until somebody asks it for more than ``graph_break`` and ``disable``."""

    def graph_break(self, *_: object, **__: object) -> None:
        """Nothing is being compiled: nothing to break."""

    def disable(self, function: object = None, *_: object, **__: object) -> object:
        """Nothing is being compiled: the function as it is, or a decorator that leaves it so."""
        return function if function is not None else lambda f: f

    def __getattr__(self, name: str) -> object:
        """Anything else: make room, import the real package, and ask that."""
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get("torch._dynamo") is self:
            del sys.modules["torch._dynamo"]
            if torch.__dict__.get("_dynamo") is self:
                del torch.__dict__["_dynamo"]
        return getattr(importlib.import_module("torch._dynamo"), name)
