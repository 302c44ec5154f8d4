"""A student in this very process: the same answers as through the pipeline, without any of its walls.

For unit tests of suites and comparisons. Arrays are copied both ways, exceptions become findings, a time limit
is kept by an alarm; nothing here protects from anything.
"""

from __future__ import annotations

import contextlib
import copy
import signal
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from grader.checks.answer import Answer, Handle, render_call
from grader.checks.failure import CheckFailed, fail
from grader.worker import plain
from grader.worker.mapped import adapter
from grader.wire import Remote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def module_from(source: str, name: str = "submission") -> ModuleType:
    """A module from its text, as a submission's file would be imported."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return module


class Mapped(NamedTuple):
    """How a module is spelled: the rubric's interface, and the mapping's expressions."""

    interface: dict[str, object]
    spellings: dict[str, str]


class FakeStudent:
    """``student`` for a suite: modules by name, from their text; some perhaps through a mapping."""

    def __init__(
        self,
        sources: Mapping[str, str],
        mappings: Mapping[str, Mapped] | None = None,
        torch_modules: tuple[str, ...] = ("mlp_torch",),
    ) -> None:
        self._proxies = {
            name: FakeModule(name, source, (mappings or {}).get(name), tensors=name in torch_modules)
            for name, source in sources.items()
        }

    def __getattr__(self, name: str) -> FakeModule:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._proxies[name]

    def fresh(self) -> FakeStudent:
        for proxy in self._proxies.values():
            proxy.restart()
        return self


class FakeModule:
    """One module, and the Asker of every answer it gives."""

    exists = True

    def __init__(self, name: str, source: str, mapping: Mapped | None, *, tensors: bool) -> None:
        self.source = source
        self.mapped = mapping is not None
        self._mapping = mapping
        self.file = f"{name}.py"
        self._name = name
        self._tensors = tensors
        self.restart()

    def restart(self) -> None:
        """Forget the module and every object, as a new process would."""
        self._module: Any = None
        self._objects = plain.ObjectTable()

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)

        def function(*args: object, **kwargs: object) -> Answer:
            return self.ask(self._name, name, args, kwargs, render_call(name, args, kwargs))

        return function

    def tool(self, name: str, *args: object, **kwargs: object) -> Answer:
        from grader.worker import torch_tools

        self._load()
        call = render_call(name, args, kwargs)
        return self._do(call, lambda: getattr(torch_tools, name)(*self._in(args), **self._in(kwargs)))

    def hold(self, value: object) -> Answer:
        call = "the array that was passed"
        return self._answer(self._objects.keep(self._in(value)), call)

    # ── Asker ────────────────────────────────────────────────────────────────────────────────────────────

    def ask(self, target: Handle | str, name: str, args: object, kwargs: object, call: str) -> Answer:
        if name == "fetch" and isinstance(target, Handle):
            return self._do(call, lambda: self._object(target))
        return self._do(
            call, lambda: getattr(self._object(target), name)(*self._in(args), **self._in(kwargs))
        )

    def get(self, target: Handle, name: str, call: str) -> Answer:
        return self._do(call, lambda: getattr(self._object(target), name))

    def set(self, target: Handle, name: str, value: object, call: str) -> None:
        self._do(call, lambda: setattr(self._object(target), name, self._in(value)))

    # ── in and out ───────────────────────────────────────────────────────────────────────────────────────

    def _load(self) -> Any:
        if self._module is None:
            self._module = module_from(self.source, self._name)
            if self._mapping is not None:
                mapped = adapter(self._module, self._mapping.interface, self._mapping.spellings)
                self._module = type(mapped.__name__, (), {mapped.__name__: mapped})
        return self._module

    def _object(self, target: Handle | str) -> object:
        if isinstance(target, str):
            return self._load()
        return self._objects.take(Remote(target.number, target.type_name))

    def _in(self, value: object) -> object:
        """What the student's side is given: copies, handles' objects, tensors for a torch module."""
        if isinstance(value, Answer):
            return self._in(value.value)
        if isinstance(value, Handle):
            return self._object(value)
        if isinstance(value, list | tuple):
            return [self._in(v) for v in value]
        if isinstance(value, dict):
            return {k: self._in(v) for k, v in value.items()}
        value = copy.deepcopy(value)
        return plain.to_tensors(value, "cpu") if self._tensors else value

    def _out(self, value: object) -> object:
        """What the judge gets: plain data in copies, handles for the rest."""
        if value is None or type(value) in (bool, int, float, str, bytes):
            return value
        if type(value) is np.ndarray:
            return value.copy()
        if type(value) is list:
            return [self._out(v) for v in value]
        if type(value) is dict:
            return {k: self._out(v) for k, v in value.items()}
        if isinstance(value, Remote):
            return Handle(value.number, value.type_name)
        return self._out(self._objects.to_plain(value))

    def _do(self, call: str, action: object) -> Answer:
        try:
            with np.errstate(all="ignore"):
                value = action()
            return self._answer(value, call)
        except CheckFailed:
            raise
        except Exception as error:
            raise fail(f"Your code raised {type(error).__name__}.", call=call, yours=str(error)) from error

    def _answer(self, value: object, call: str) -> Answer:
        return Answer(call, self._out(value), self)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Fail as the judge would if the block takes longer, in CPU time, however busy the machine is."""

    def ring(*_: object) -> None:
        raise fail(f"Your code did not finish within {seconds:g} seconds.")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
