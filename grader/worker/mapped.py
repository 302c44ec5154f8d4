"""A repository with its own spelling, made to look like the lab's interface.

The lab names behaviours (``make``, tensors, methods, perhaps one update ``step``); a mapping says in Python
expressions how this repository spells them. Layout, bias shape, list or array are read off the student's own
tensors: suites choose all sizes different. The expressions run here, on the student's side, and nowhere else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

READING_RATE = 1.0
"""Learning rate at which gradients are read off one update, as -ΔW / lr: at 1 nothing is lost to rounding."""


class MappingError(Exception):
    """An expression of the mapping doesn't fit the repository."""


def adapter(module: object, interface: Mapping[str, Any], spellings: Mapping[str, str]) -> type:
    """A class that offers the lab's interface through the mapping's expressions.

    Args:
        module: The student's module; its names are what the expressions speak of.
        interface: ``class``, ``make``, ``tensors``, ``methods``, ``step``, ``derive`` of the rubric.
        spellings: ``make``, each tensor's name, methods, ``step`` → expression.
    """
    methods = dict(interface.get("methods", {}))

    class Mapped:
        """The student's object ``m`` behind the lab's names."""

        def __init__(self, *args: object, **kwargs: object) -> None:
            self.sizes = _bind(interface["make"], args, kwargs)
            self.m = _evaluate("make", spellings["make"], {**vars(module), **_libraries(), **self.sizes})

        def run(self, name: str, **values: object) -> Any:
            """Evaluate the expression called ``name``."""
            expression = spellings.get(name) or interface.get("derive", {}).get(name)
            if expression is None:
                raise MappingError(f"the mapping does not say how to {name}")
            behaviours = {n: getattr(self, n) for n in (*methods, "step")}
            size = {"N": len(values["X"])} if hasattr(values.get("X"), "__len__") else {}  # type: ignore[arg-type]
            scope = {
                **vars(module),
                **_libraries(),
                **behaviours,
                **self.sizes,
                **size,
                "m": self.m,
                **values,
            }
            return _evaluate(name, expression, scope)

        def step(self, *args: object, **kwargs: object) -> None:
            """One update of the parameters."""
            self.run("step", **_bind(interface.get("step", []), args, kwargs))

        @property
        def params(self) -> dict[str, object]:
            """Every tensor in the lab's layout, float64."""
            return {n: _to_lab(n, self._read(n), self._shape(n))[0] for n in interface["tensors"]}

        @params.setter
        def params(self, values: Mapping[str, object]) -> None:
            for name in interface["tensors"]:
                current = self._read(name)
                transposed = _to_lab(name, current, self._shape(name))[1]
                self._write(
                    name, _to_student(np.asarray(values[name], dtype=np.float64), current, transposed)
                )

        def load_params(self, values: Mapping[str, object]) -> None:
            """Set every tensor."""
            self.params = {name: _to_array(value) for name, value in values.items()}

        def gradients_from_step(self, **values: object) -> dict[str, object]:
            """-ΔW / lr of one update, which is then taken back."""
            before = self.params
            self.run("step", **values, lr=READING_RATE)
            after = self.params
            self.params = before
            return {n: (before[n] - after[n]) / READING_RATE for n in before}  # type: ignore[operator]

        def gradients_as_mapped(self, **values: object) -> object:
            """The mapped expression's tensors, in the lab's layout."""
            found = self.run("gradients", **values)
            if not isinstance(found, Mapping):
                found = dict(zip(interface["tensors"], found, strict=True))
            return {n: _to_lab(n, found[n], self._shape(n))[0] for n in interface["tensors"]}

        def _read(self, name: str) -> Any:
            return _evaluate(name, spellings[name], {**vars(module), **_libraries(), "m": self.m})

        def _write(self, name: str, value: Any) -> None:
            torch = sys.modules.get("torch")
            current = self._read(name)
            if torch is not None and isinstance(current, torch.Tensor):
                with torch.no_grad():
                    current.copy_(torch.as_tensor(value))
                return
            scope = {**vars(module), **_libraries(), "m": self.m, "__value": value}
            _guard(
                name,
                lambda: exec(compile(f"{spellings[name]} = __value", f"<mapping {name}>", "exec"), scope),
            )

        def _shape(self, name: str) -> tuple[int, ...]:
            return tuple(int(self.sizes[size]) for size in interface["tensors"][name])  # type: ignore[call-overload]

    for method, names in methods.items():
        setattr(Mapped, method, _method(method, names, spellings))
    Mapped.__name__ = Mapped.__qualname__ = str(interface.get("class", "Model"))
    return Mapped


def _method(method: str, names: list[str], spellings: Mapping[str, str]) -> Callable[..., object]:
    def call(self: Any, *args: object, **kwargs: object) -> object:
        values = _bind(names, args, kwargs)
        if method == "gradients":
            return (self.gradients_as_mapped if "gradients" in spellings else self.gradients_from_step)(
                **values
            )
        return self.run(method, **values)

    return call


def _bind(names: list[str], args: tuple[object, ...], kwargs: Mapping[str, object]) -> dict[str, object]:
    return {**dict.fromkeys(names, 0), **dict(zip(names, args, strict=False)), **kwargs}


def _libraries() -> dict[str, object]:
    return {"np": np, "numpy": np, **({"torch": sys.modules["torch"]} if "torch" in sys.modules else {})}


def _evaluate(name: str, expression: str, scope: dict[str, object]) -> Any:
    return _guard(name, lambda: eval(compile(expression.strip(), f"<mapping {name}>", "eval"), scope))


def _guard(name: str, action: Callable[[], Any]) -> Any:
    try:
        return action()
    except SyntaxError as error:
        if error.filename != f"<mapping {name}>":
            raise
        raise MappingError(f"{name}: {error.msg}") from error


def _to_array(value: Any) -> Any:
    detach = getattr(value, "detach", None)
    return np.asarray(detach().cpu().numpy() if detach else value, dtype=np.float64)


def _to_lab(name: str, value: Any, shape: tuple[int, ...]) -> tuple[Any, bool]:
    """The student's tensor in the lab's layout, and whether it had to be transposed."""
    try:
        array = _to_array(value)
    except (TypeError, ValueError) as error:
        raise MappingError(f"{name} is {type(value).__name__}, not numbers") from error
    if array.shape == shape:
        return array.copy(), False
    if len(shape) == 2 and array.shape == shape[::-1]:
        return array.T.copy(), True
    if array.size == int(np.prod(shape)) and max(array.shape, default=0) == max(shape):
        return array.reshape(shape).copy(), False
    raise MappingError(f"{name} has shape {array.shape}, but {shape} (or its transpose) was expected")


def _to_student(value: Any, current: Any, transposed: bool) -> Any:
    array = (value.T if transposed else value).reshape(np.shape(_to_array(current)))
    return array.tolist() if isinstance(current, list) else np.array(array)
