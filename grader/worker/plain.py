"""A student's object → what may cross: plain data as it is, anything else as a numbered handle."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeGuard

import numpy as np

from grader.wire import Remote

MAX_HELD = 10_000


class ObjectTable:
    """The objects that stay here while the judge holds their numbers."""

    def __init__(self) -> None:
        self._held: list[object] = []

    def keep(self, value: object) -> Remote:
        """Put an object into the table."""
        if len(self._held) >= MAX_HELD:
            raise TypeError("too many objects are held")
        self._held.append(value)
        return Remote(len(self._held) - 1, type(value).__name__)

    def take(self, value: object) -> object:
        """The object behind a handle, at any depth; everything else as it is."""
        if isinstance(value, Remote):
            return self._held[value.number]
        if isinstance(value, list):
            return [self.take(v) for v in value]
        if isinstance(value, dict):
            return {k: self.take(v) for k, v in value.items()}
        return value

    def to_plain(self, value: object) -> object:
        """What ``wire.pack`` can't carry itself: scalars, subclasses, tensors; else a handle."""
        if isinstance(value, np.generic):
            return value.item() if value.dtype.kind in "fiub" else np.asarray(value)
        if isinstance(value, np.ndarray):
            return np.asarray(value)
        if _is_tensor(value):
            return tensor_to_array(value)
        for builtin in (int, float, str, bytes):
            if isinstance(value, builtin):
                return builtin(value)  # type: ignore[arg-type]
        if _is_mapping(value):
            return dict(value.items())
        if isinstance(value, list | tuple):
            return list(value)
        return self.keep(value)


def _is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """A dict in all but name: a read-only view, a ``ParameterDict``; a class of the student's own is an object."""
    if isinstance(value, dict):
        return True
    torch = sys.modules.get("torch")
    a_library_s = type(value).__module__.partition(".")[0] in (*sys.stdlib_module_names, "torch")
    parameters = torch is not None and isinstance(value, torch.nn.ParameterDict)
    return a_library_s and (parameters or isinstance(value, Mapping))


def _is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def tensor_to_array(tensor: Any) -> object:
    """A tensor's values; bfloat16, which NumPy lacks, exactly in float32."""
    torch = sys.modules["torch"]
    if tensor.device.type == "meta":
        raise TypeError("a tensor on the meta device has a shape but no values")
    plain = tensor.detach().cpu()
    return (plain.float() if plain.dtype == torch.bfloat16 else plain).resolve_conj().resolve_neg().numpy()


def to_tensors(value: object, device: str) -> object:
    """Arrays as tensors, at any depth."""
    if isinstance(value, np.ndarray):
        torch = sys.modules["torch"]
        return torch.from_numpy(value).to(device)
    if isinstance(value, list):
        return [to_tensors(v, device) for v in value]
    if isinstance(value, dict):
        return {k: to_tensors(v, device) for k, v in value.items()}
    return value
