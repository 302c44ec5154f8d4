"""A repository with its own spelling, made to look like the lab's interface.

The lab names behaviours (``make``, tensors, methods, helpers); a mapping says in Python expressions how this
repository spells them, and what it leaves out follows by the lab's own derivations. Layout, bias shape, list or
array are read off the student's own tensors: suites choose all sizes different. The expressions run here, on
the student's side, nowhere else.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, ClassVar

import numpy as np

from grader.worker.misfit import MappingError, describe, misfit

NET = "net"
"""What a derivation calls the mapped object itself; its other names are behaviours."""

Names = dict[str, Any]
Derived = Mapping[str, Callable[..., Any]]


class AbsentError(AttributeError):
    """What a student's own mapping leaves out, their class lacks, and nothing follows."""


def adapter(
    module: object, interface: Mapping[str, Any], spellings: Mapping[str, str], derived: Derived
) -> type[Mapped]:
    """A class that offers the lab's interface through the mapping's expressions.

    Args:
        module: The student's module; its names are what the expressions speak of.
        interface: ``class``, ``make``, ``tensors``, ``methods``, ``helpers``, ``by_tensor`` of the rubric.
        spellings: ``make``, each tensor's name, methods, helpers → expression.
        derived: Methods and helpers that the mapping leaves out → the lab's function, which takes the method's
            arguments, and by keyword-only names what it follows from.
    """
    behaviours = {**interface.get("methods", {}), **interface.get("helpers", {})}
    own = {name: _behaviour(name, names) for name, names in behaviours.items()}
    described = {"names": vars(module), "interface": interface, "spellings": spellings, "derived": derived}
    return type(str(interface["class"]), (Mapped,), {**own, **described, "behaviours": tuple(behaviours)})


class Mapped:
    """A student's object ``m`` behind the lab's names.

    Attributes:
        names: What the student's module defines.
        interface: The lab's.
        spellings: The mapping's.
        derived: Functions of the lab's for what the mapping leaves out.
        behaviours: Names of methods and helpers.
    """

    names: ClassVar[Names]
    interface: ClassVar[Mapping[str, Any]]
    spellings: ClassVar[Mapping[str, str]]
    derived: ClassVar[Derived]
    behaviours: ClassVar[tuple[str, ...]]

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.sizes = _bind(self.interface["make"], args, kwargs)
        self.m = _evaluate("make", self.spellings["make"], self._scope(**self.sizes))

    @property
    def params(self) -> Names:
        """Every tensor in the lab's layout, float64."""
        return {n: _to_lab(n, self._read(n), self._shape(n))[0] for n in self.interface["tensors"]}

    @params.setter
    def params(self, values: Mapping[str, object]) -> None:
        for name in self.interface["tensors"]:
            current = self._read(name)
            transposed = _to_lab(name, current, self._shape(name))[1]
            self._write(name, _to_student(_to_array(values[name]), current, transposed=transposed))

    def behave(self, name: str, values: Names) -> Any:
        """What the behaviour called ``name`` gives: as the mapping spells it, or as the lab derives it."""
        if name in self.spellings:
            own = {behaviour: getattr(self, behaviour) for behaviour in self.behaviours}
            scope = self._scope(**own, **self.sizes, m=self.m, **values)
            found = _evaluate(name, self.spellings[name], scope)
        elif name in self.derived:
            function = self.derived[name]
            needs = {n: self if n == NET else getattr(self, n) for n in _follows_from(function)}
            found = function(*values.values(), **needs)
        else:
            told = f"your class has no {name}, and your mapping does not say how yours is called"
            raise AbsentError(told, name=name, obj=self)
        return self._by_tensor(name, found) if name in self.interface.get("by_tensor", ()) else found

    def _by_tensor(self, behaviour: str, found: Any) -> Any:
        """One value for each tensor, in the lab's layout; what is not finished is handed on as it is."""
        names = list(self.interface["tensors"])
        if found is None:
            return found
        if not hasattr(found, "__len__"):
            raise MappingError(behaviour, f"{describe(found)}, not one value for each of {', '.join(names)}")
        if not isinstance(found, Mapping):
            if len(found) != len(names):
                raise MappingError(behaviour, f"{len(found)} values, not one for each of {', '.join(names)}")
            found = dict(zip(names, found, strict=True))
        if left := [n for n in names if n not in found]:
            raise MappingError(behaviour, f"{describe(found)}, without {', '.join(left)}")
        return {n: _to_lab(behaviour, found[n], self._shape(n), part=n)[0] for n in names}

    def _scope(self, **more: object) -> Names:
        return {**self.names, **_libraries(), **more}

    def _read(self, name: str) -> Any:
        return _evaluate(name, self.spellings[name], self._scope(m=self.m))

    def _write(self, name: str, value: object) -> None:
        torch = sys.modules.get("torch")
        current = self._read(name)
        if torch is not None and isinstance(current, torch.Tensor):
            with torch.no_grad():
                current.copy_(torch.as_tensor(value))
            return
        if isinstance(current, np.ndarray) and current.dtype == np.float64 and current.flags.writeable:
            current[...] = value  # layers may hold the same array
            if np.array_equal(self._read(name), current):
                return
        code = _compile(name, f"{self.spellings[name]} = __value", "exec")
        exec(code, self._scope(m=self.m, __value=value))  # noqa: S102 - the student's side is for running code

    def _shape(self, name: str) -> tuple[int, ...]:
        return tuple(int(self.sizes[size]) for size in self.interface["tensors"][name])


def _behaviour(name: str, names: list[str]) -> Callable[..., object]:
    def call(self: Mapped, *args: object, **kwargs: object) -> object:
        return self.behave(name, _bind(names, args, kwargs))

    return call


def _follows_from(function: Callable[..., Any]) -> list[str]:
    """The keyword-only names of a derivation."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]


def _bind(names: list[str], args: tuple[object, ...], kwargs: Mapping[str, object]) -> Names:
    return {**dict.fromkeys(names, 0), **dict(zip(names, args, strict=False)), **kwargs}


def _libraries() -> Names:
    return {"np": np, "numpy": np, **({"torch": sys.modules["torch"]} if "torch" in sys.modules else {})}


def _evaluate(name: str, expression: str, scope: Names) -> Any:
    """The value of an expression; what the expression itself raises says which part of it doesn't fit."""
    text = expression.strip()
    try:
        return eval(_compile(name, text, "eval"), scope)  # noqa: S307 - see _write
    except Exception as error:
        if not _is_own(error):
            raise
        raise misfit(name, text, error, lambda part: eval(part, scope)) from None  # noqa: S307 - see _write


def _is_own(error: Exception) -> bool:
    """Whether the expression itself raised it, and not what it calls."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and is_mappings(trace.tb_frame.f_code)


def is_mappings(code: object) -> bool:
    """Whether this code object is an expression of the mapping, or stands in one: a file name can be anybody's."""
    waiting = list(_compiled.values())
    while waiting:
        one = waiting.pop()
        if one is code:
            return True
        waiting += [inner for inner in one.co_consts if isinstance(inner, CodeType)]
    return False


_compiled: dict[tuple[str, str, str], CodeType] = {}
"""Each expression, compiled once."""


def _compile(name: str, text: str, mode: str) -> Any:
    key = (name, text, mode)
    if key not in _compiled:
        try:
            _compiled[key] = compile(text, f"<mapping {name}>", mode)
        except SyntaxError as error:
            raise MappingError(name, error.msg) from error
    return _compiled[key]


def _to_array(value: Any) -> Any:
    detach = getattr(value, "detach", None)
    return np.asarray(detach().cpu().numpy() if detach else value, dtype=np.float64)


def _to_lab(name: str, value: Any, shape: tuple[int, ...], part: str = "") -> tuple[Any, bool]:
    """The student's tensor in the lab's layout, and whether it had to be transposed.

    Args:
        name: The expression that it is from.
        value: The tensor.
        shape: In the lab's layout.
        part: Which of the expression's tensors it is.
    """
    said = f"for {part} " if part else ""
    try:
        array = _to_array(value)
    except (TypeError, ValueError) as error:
        raise MappingError(name, f"{said}{describe(value)}, not numbers") from error
    if array.shape == shape:
        return array.copy(), False
    if len(shape) == 2 and array.shape == shape[::-1]:
        return array.T.copy(), True
    if array.size == np.prod(shape) and max(array.shape, default=0) == max(shape):
        return array.reshape(shape).copy(), False
    raise MappingError(name, f"{said}shape {array.shape}, not {shape} or its transpose")


def _to_student(value: Any, current: Any, *, transposed: bool) -> Any:
    array = (value.T if transposed else value).reshape(np.shape(_to_array(current)))
    return array.tolist() if isinstance(current, list) else np.array(array)
