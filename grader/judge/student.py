"""The suite's view of a submission: modules to call, answers to look at.

``student.mlp_numpy.MLP(5, 7, 3)`` loads the module in this check's own process on first use, asks it to call
``MLP``, and comes back with an ``Answer``. Whatever goes wrong over there becomes a finding here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from grader import wire
from grader.checks.answer import Answer, Handle, render_call
from grader.checks.failure import CheckFailed, fail
from grader.environments import ENVIRONMENTS
from grader.judge.check_processes import CheckProcesses
from grader.records import PYTHON_ERRORS, Finding, Limits, SourceLine

if TYPE_CHECKING:
    from grader.judge.job import ModuleSource
    from grader.judge.processes import ZygotePool

MESSAGE_SHOWN = 300


class MappingMismatchError(Exception):
    """An expression of the mapping doesn't fit the repository: never the student's failure."""

    def __init__(self, module: str, message: str) -> None:
        super().__init__(message)
        self.module = module


class ToolFailedError(Exception):
    """A tool of the lab raised, and no code of the student's was being run: the course's fault."""


class Student:
    """One check's view: processes are started on first use and ended by ``leave``.

    Args:
        modules: The lab's modules as this submission has them.
        zygotes: Gives the zygotes.
        limits: Of the lab.
        seconds: Of computing, for this check.
        device: Where torch modules work.
    """

    def __init__(
        self,
        modules: tuple[ModuleSource, ...],
        zygotes: ZygotePool,
        limits: Limits,
        seconds: float,
        device: str,
    ) -> None:
        self._sources = {m.name: m for m in modules}
        self._processes = CheckProcesses(zygotes, limits, seconds)
        self._device = device
        self._loaded: set[str] = set()

    def __getattr__(self, name: str) -> ModuleProxy:
        """``student.mlp_numpy``."""
        if name.startswith("_") or name not in self._sources:
            raise AttributeError(f"this lab has no module {name!r}; it has {', '.join(self._sources)}")
        return ModuleProxy(self, self._sources[name])

    def fresh(self) -> Student:
        """The same submission in new processes; the old ones end."""
        self.leave()
        return self

    def leave(self) -> None:
        """End all processes of this check."""
        self._processes.leave()
        self._loaded.clear()

    # ── used by the proxies ──────────────────────────────────────────────────────────────────────────────

    def put(self, source: ModuleSource, question: wire.Question, call: str) -> object:
        """Ask, after loading the module if need be; returns the decoded value."""
        if source.absent:
            raise fail(source.absent, call=call)
        if source.name not in self._loaded:
            self._loaded.add(source.name)
            self._ask(source, self._load(source), f"import {source.name}")
        return self._ask(source, question, call)

    def _load(self, source: ModuleSource) -> wire.Load:
        mapping = source.mapping
        return wire.Load(
            name=source.name,
            file=source.file,
            interface=source.interface,
            mapping=mapping.spellings if mapping and mapping.spellings else None,
            derived=mapping.derived if mapping else {},
            load=mapping.load if mapping else "import",
            pythonpath=mapping.pythonpath if mapping else (),
            tensors=(source.arrays or "tensor") == "tensor" and ENVIRONMENTS[source.environment].tensors,
            device=self._device,
        )

    def _ask(self, source: ModuleSource, question: wire.Question, call: str) -> object:
        reply = self._processes.ask(source.environment, question, call)
        if isinstance(reply, wire.Returned):
            return reply.value
        if reply.where == "tool" and isinstance(question, wire.Tool):
            raise ToolFailedError(_tool_trouble(question, reply))
        raise self._failure(source, reply, call)

    def _failure(self, source: ModuleSource, reply: wire.Raised, call: str) -> Exception:
        message = reply.message.strip()
        shown = message if len(message) <= MESSAGE_SHOWN else message[:MESSAGE_SHOWN] + " …"
        kind = "".join(c for c in reply.type if c.isalnum() or c in "._")[:60] or "an exception"
        if reply.where == "mapping":
            return MappingMismatchError(source.name, f"{kind}: {shown}")
        named = kind if kind in PYTHON_ERRORS else "an exception of its own"
        own = [f for f in reply.frames if _is_possible(source, f)]
        last = own[-1] if own else None
        if reply.where == "unsendable":
            headline, hint = (
                "Your code returned something that is not plain data.",
                "Return arrays, numbers, or dicts of arrays.",
            )
        elif kind == "NotImplementedError":
            headline, hint = "This part is not implemented yet.", ""
        elif kind in {"SyntaxError", "IndentationError", "TabError"}:
            headline, hint = (
                "Your file can't be read: Python found a syntax error.",
                "Open the file at that line.",
            )
        elif kind == "ModuleNotFoundError" and (hint := ENVIRONMENTS[source.environment].on_import):
            headline = "Your code imports a library that is not there."
        elif call.startswith("import "):
            headline = f"Your file can't be imported: it raised {named}."
            hint = "Import the file yourself first: python -c 'import " + source.name + "'."
        elif reply.where == "missing" or (kind == "AttributeError" and last is None):
            headline, hint = (
                "The name that the lab asks for is not there.",
                "Compare your names with the lab's interface.",
            )
        else:
            headline, hint = f"Your code raised {named}.", ""
        return CheckFailed(
            Finding(
                headline=headline,
                call=call,
                yours=f"{kind}: {shown}" if shown else kind,
                where=f"{last.file}, line {last.line}" if last else "",
                traceback=self._traceback(source, own),
                lines=_lines(source, own),
                hint=hint,
            )
        )

    def _traceback(self, source: ModuleSource, frames: list[wire.Frame]) -> str:
        """The student's frames; a line's text comes from the submission as we have it, never from the process."""
        lines = source.source.splitlines()
        shown = []
        for frame in frames:
            shown.append(
                f"{frame.file}, line {frame.line}" + (f", in {frame.function}" if frame.function else "")
            )
            if frame.file == source.file and 0 < frame.line <= len(lines):
                shown.append(f"    {lines[frame.line - 1].strip()[:120]}")
        return "\n".join(shown)


def _is_possible(source: ModuleSource, frame: wire.Frame) -> bool:
    """Whether there can be such a line: code that is made as it runs may say that it stands on any.

    A syntax error may stand one line beyond the end.
    """
    return bool(frame.file) and (
        frame.file != source.file or 0 < frame.line <= 1 + len(source.source.splitlines())
    )


def _lines(source: ModuleSource, frames: list[wire.Frame]) -> tuple[SourceLine, ...]:
    text = source.source.splitlines()
    return tuple(
        SourceLine(file=frame.file, number=frame.line, text=text[frame.line - 1].strip()[:120])
        for frame in frames
        if frame.file == source.file and frame.line <= len(text)
    )


class ModuleProxy:
    """``student.mlp_numpy``: its functions and classes, its text, and tools that run beside it.

    Attributes:
        source: The file's text, as submitted; never executed here.
        mapped: True if a mapping spells the interface, not only where the file is.
        exists: False if the file is missing.
    """

    def __init__(self, student: Student, module: ModuleSource) -> None:
        self._student = student
        self._module = module
        self.source = module.source
        self.file = module.file
        self.mapped = module.mapping is not None and bool(module.mapping.spellings)
        self.exists = not module.absent

    def __getattr__(self, name: str) -> _Function:
        """A function or class of the module, ready to be called."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _Function(self, self._module.name, name)

    def load(self) -> None:
        """Import the module, and nothing else."""
        self._put(wire.Get(self._module.name, "__name__"), f"import {self._module.name}")

    def tool(self, name: str, *args: object, **kwargs: object) -> Answer:
        """Run a function of the lab's ``tools.py`` beside the student's code.

        Raises:
            CheckFailed: The student's code raised, or lacks a name that the tool asks for.
            ToolFailedError: The tool raised, or can't run in this module's environment: the course's fault.
        """
        question = wire.Tool(self._module.name, name, *_arguments(args, kwargs))
        call = render_call(name, args, kwargs)
        return self._answer(self._put(question, call), call)

    def hold(self, value: object) -> Answer:
        """Put a value on the student's side and keep hold of it; ``fetch`` reads it back."""
        return self._answer(
            self._put(wire.Hold(self._module.name, _send(value)), "hold"), "the array that was passed"
        )

    # ── Asker ────────────────────────────────────────────────────────────────────────────────────────────

    def ask(
        self,
        target: Handle | str,
        name: str,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        call: str,
    ) -> Answer:
        """Call a method of an object on the student's side."""
        if name == "fetch" and isinstance(target, Handle):
            return self._answer(self._put(wire.Fetch(_remote(target)), call), call)
        return self.call(target, name, args, kwargs, call)

    def call(
        self,
        target: Handle | str,
        name: str,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        call: str,
    ) -> Answer:
        """Call ``name`` of an object or a module."""
        question = wire.Call(_remote(target), name, *_arguments(args, kwargs))
        return self._answer(self._put(question, call), call)

    def get(self, target: Handle, name: str, call: str) -> Answer:
        """Read an attribute."""
        return self._answer(self._put(wire.Get(_remote(target), name), call), call)

    def set(self, target: Handle, name: str, value: object, call: str) -> None:
        """Assign an attribute."""
        self._put(wire.Set(_remote(target), name, _send(value)), call)

    def _put(self, question: wire.Question, call: str) -> object:
        return self._student.put(self._module, question, call)

    def _answer(self, value: object, call: str) -> Answer:
        return Answer(call, _receive(value), self)


class _Function:
    """A function or class of a module on the student's side."""

    def __init__(self, proxy: ModuleProxy, module: str, name: str) -> None:
        self._proxy, self._module, self._name = proxy, module, name

    def __call__(self, *args: object, **kwargs: object) -> Answer:
        """Call it; raises CheckFailed if it raises, dies or hangs."""
        return self._proxy.call(self._module, self._name, args, kwargs, render_call(self._name, args, kwargs))


def _remote(target: Handle | str) -> object:
    return wire.Remote(target.number, target.type_name) if isinstance(target, Handle) else target


def _arguments(
    args: tuple[object, ...], kwargs: Mapping[str, object]
) -> tuple[list[object], dict[str, object]]:
    return [_send(a) for a in args], {k: _send(v) for k, v in kwargs.items()}


def _tool_trouble(question: wire.Tool, reply: wire.Raised) -> str:
    at = "".join(f" ({frame.file}, line {frame.line})" for frame in reply.frames[-1:])
    return f"the tool {question.name} raised {reply.type}: {reply.message.strip()[:MESSAGE_SHOWN]}{at}"


def _send(value: object) -> object:
    """Plain data as it is; answers as what they hold; handles as numbers."""
    if isinstance(value, Answer):
        return _send(value.value)
    if isinstance(value, Handle):
        return _remote(value)
    if isinstance(value, list | tuple):
        return [_send(v) for v in value]
    if isinstance(value, Mapping):
        return {k: _send(v) for k, v in value.items()}
    return value


def _receive(value: object) -> object:
    """Decoded data with handles in place of numbers."""
    if isinstance(value, wire.Remote):
        return Handle(value.number, value.type_name)
    if isinstance(value, list):
        return [_receive(v) for v in value]
    if isinstance(value, dict):
        return {k: _receive(v) for k, v in value.items()}
    return value
