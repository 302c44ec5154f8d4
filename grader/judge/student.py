"""The suite's view of a submission: modules to call, answers to look at.

``student.mlp_numpy.MLP(5, 7, 3)`` loads the module in this check's own process on first use, asks it to call
``MLP``, and comes back with an ``Answer``. Whatever goes wrong over there becomes a finding here.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from grader import wire
from grader.checks.answer import REPLY, Answer, Handle, render_call
from grader.checks.failure import MappingMismatchError, NotHandedIn, fail
from grader.checks.reader import reader
from grader.environments import ENVIRONMENTS, WITHOUT_CODE
from grader.judge.check_processes import CheckProcesses
from grader.judge.job import ModuleSource
from grader.judge.libraries import imports, missed
from grader.judge.raised import MESSAGE_SHOWN, failure

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from grader.judge.processes import ZygotePool
    from grader.records import Finding, Limits


class ToolFailedError(Exception):
    """A tool of the lab raised, and no code of the student's was being run: so their own process says."""


class Student:
    """One check's view: processes are started on first use and ended by ``leave``.

    Args:
        modules: The lab's modules as this submission has them.
        zygotes: Gives the zygotes.
        limits: Of the lab.
        seconds: Of computing, for this check.
        device: Where torch modules work.
        reference: The lab's reference folder: what may stand in for a file of the student's.
        slow: The hint if those seconds are used up; empty: the usual one.
        not_installed: Libraries that students may use, and that are not there.
    """

    def __init__(
        self,
        modules: tuple[ModuleSource, ...],
        zygotes: ZygotePool,
        limits: Limits,
        seconds: float,
        device: str,
        reference: Path,
        slow: str = "",
        not_installed: tuple[str, ...] = (),
    ) -> None:
        self._sources = {m.name: m for m in modules}
        self._not_installed = not_installed
        self._missed = ""
        self._reference = reference
        self._stand_ins: dict[str, str] = {}
        self._processes = CheckProcesses(zygotes, limits, seconds, slow)
        self._device = device
        self._loaded: set[str] = set()
        self._used: set[str] = set()
        self._asked: set[tuple[str, str]] = set()

    def __getattr__(self, name: str) -> ModuleProxy:
        """``student.mlp_numpy``."""
        if name.startswith("_") or name not in self._sources:
            raise AttributeError(f"this lab has no module {name!r}; it has {', '.join(self._sources)}")
        return ModuleProxy(self, self._sources[name])

    def fresh(self) -> Student:
        """The same submission in new processes; the old ones end."""
        self.leave()
        return self

    def stand_in(self, module: str) -> None:
        """From now on ``import <module>`` gives the reference's file of that name, in new processes.

        For a check of a file that imports another one, where that other is broken: so each file costs its own
        points only. The check's result says that it was so. Call it again without need, and nothing changes.
        """
        if module not in self._stand_ins:
            text = (self._reference / f"{module}.py").read_text(encoding="utf-8")
            self.leave()
            self._stand_ins[module] = text

    @property
    def stood_in(self) -> tuple[str, ...]:
        """The modules that the reference's stand in for."""
        return tuple(self._stand_ins)

    def without_code(self, environment: str) -> Room:
        """A sandbox of this environment that has the submission's files, but none of its code.

        What students write in other formats is opened there, by the lab's tools: weights, pickles, exported
        networks. A tool finds the submission by the environment variable ``SUBMISSION``.
        """
        return Room(self, ModuleSource(name="", file="", environment=environment + WITHOUT_CODE))

    def leave(self) -> None:
        """End all processes of this check."""
        self._processes.leave()
        self._loaded.clear()
        self._missed = ""

    def lacks(self, finding: Finding) -> str:
        """A library that students may use, that is not there, and that may be why a check failed; or empty.

        An import of it failed; or a file that was asked tries to import it, or imports it and raised something.
        """
        sources = (self._sources[name].source for name in sorted(self._used))
        needed = [imports(source, self._not_installed) for source in sources]
        found = (each.tried or (each.top if finding.traceback else "") for each in needed)
        return self._missed or next(filter(None, found), "")

    def only_derived(self) -> str:
        """What this check asked for, if all of it follows by the course's code alone; else empty.

        A mapping says what is derived, so nothing that the student's side says can change this.
        """
        hollow = {
            (s.name, method) for s in self._sources.values() if s.mapping for method in s.mapping.hollow
        }
        return ", ".join(sorted(method for _, method in self._asked)) if self._asked <= hollow else ""

    def asks(self, module: str, name: str) -> None:
        """Note that a module's method, or a tool, is asked for."""
        self._asked.add((module, name))

    # ── used by the proxies ──────────────────────────────────────────────────────────────────────────────

    def put(self, source: ModuleSource, question: wire.Question, call: str) -> object:
        """Ask, after loading the module if need be; returns the decoded value."""
        if source.not_handed_in:
            raise NotHandedIn(f"{source.file} is optional.")
        if source.absent:
            raise fail(source.absent)  # whatever was asked of it
        if source.name and source.name not in self._loaded:
            self._loaded.add(source.name)
            self._used.add(source.name)
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
            stand_ins=self._stand_ins,
        )

    def ask_room(self, source: ModuleSource, question: wire.Question, call: str) -> object:
        """Ask a module's process without loading the module."""
        self.asks(source.name, call)
        return self._ask(source, question, call)

    def _ask(self, source: ModuleSource, question: wire.Question, call: str) -> object:
        reply = self._processes.ask(source.environment, question, call)
        if isinstance(reply, wire.Returned):
            return _receive(reply.value)
        if reply.where == "tool" and isinstance(question, wire.Tool):
            raise ToolFailedError(_tool_trouble(question, reply))
        if reply.type == "ModuleNotFoundError":
            self._missed = missed(reply.message, self._not_installed) or self._missed
        elsewhere = {m.file for m in self._sources.values() if m.environment != source.environment}
        raise failure(source, reply, call, elsewhere)


class Room:
    """A process in which the lab's tools run, and its working folder."""

    def __init__(self, student: Student, module: ModuleSource) -> None:
        self._student = student
        self._module = module

    def tool(self, name: str, *args: object, **kwargs: object) -> Answer:
        """Run a function of the lab's ``tools.py`` here, or ``file.name`` of another of its tools.

        Raises:
            CheckFailed: The student's code raised, or lacks a name that the tool asks for.
            ToolFailedError: The tool raised, or can't run in this environment: the course's fault.
        """
        self._student.asks(self._module.name, f"{name}()")
        question = wire.Tool(self._module.name, name, *_arguments(args, kwargs))
        call = render_call(name, args, kwargs)
        return Answer(call, self._put(question, call), self)

    def bring(self, name: str, content: bytes = b"", **arrays: NDArray[np.generic]) -> None:
        """Write a file into the working folder, before anything is imported: bytes, or arrays as an ``.npz``."""
        if arrays:
            packed = io.BytesIO()
            np.savez(packed, **arrays)  # type: ignore[arg-type]
            content = packed.getvalue()
        question = wire.Bring(name, np.frombuffer(content, dtype=np.uint8))
        self._student.ask_room(self._module, question, f"bring {name}")

    def files(self) -> dict[str, int]:
        """What the working folder holds: path → size in bytes. Names are what the student's code chose."""
        found = self._student.ask_room(self._module, wire.Listing(), "the working folder")
        named = found if isinstance(found, dict) else {}
        return {str(name): size for name, size in named.items() if isinstance(size, int)}

    def read(self, name: str) -> bytes:
        """A file of the working folder; it is data, to be opened where no code of the student's is.

        Raises:
            CheckFailed: There is none, or it is larger than a reply may be.
        """
        found = self._student.ask_room(self._module, wire.Read(name), f"read {name}")
        return found.tobytes() if isinstance(found, np.ndarray) else b""

    def misfit(self, name: str, call: str, yours: str, wanted: str) -> None:
        """A value of another form: a mapping's slip, if it is the mapping that says how it is had."""
        mapping = self._module.mapping
        if mapping and name in mapping.spellings and name not in mapping.called:
            raise MappingMismatchError(
                self._module.name,
                f"{name}: {mapping.spellings[name]} → {yours}; expected: {wanted}; asked: {call}",
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
        if isinstance(target, Handle):
            self._student.asks(self._module.name, name)
        question = wire.Call(_remote(target), name, *_arguments(args, kwargs))
        return self._answer(self._put(question, call), call, name)

    def get(self, target: Handle | str, name: str, call: str) -> Answer:
        """Read an attribute of an object or a module."""
        return self._answer(self._put(wire.Get(_remote(target), name), call), call)

    def set(self, target: Handle, name: str, value: object, call: str) -> None:
        """Assign an attribute."""
        self._put(wire.Set(_remote(target), name, _send(value)), call)

    def _put(self, question: wire.Question, call: str) -> object:
        return self._student.put(self._module, question, call)

    def _answer(self, value: object, call: str, name: str = "") -> Answer:
        return Answer(call, value, self, name)


class ModuleProxy(Room):
    """``student.mlp_numpy``: its functions and classes, its text, and tools that run beside it.

    Attributes:
        source: The file's text, as submitted; never executed here.
        mapped: True if a mapping spells the interface, not only where the file is.
        by_instructor: True if that mapping is an instructor's, who may allow for conventions.
        exists: False if the file is missing.
    """

    def __init__(self, student: Student, module: ModuleSource) -> None:
        super().__init__(student, module)
        self.source = module.source
        self.file = module.file
        self.mapped = module.mapping is not None and bool(module.mapping.spellings)
        self.by_instructor = self.mapped and module.mapping is not None and module.mapping.by_instructor
        self.exists = not module.absent

    def __getattr__(self, name: str) -> _Function:
        """A function or class of the module, ready to be called."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _Function(self, self._module.name, name)

    def takes(self, name: str) -> bool:
        """Whether a net is made with this argument; a mapping may leave it out."""
        mapping = self._module.mapping
        return not self.mapped or mapping is None or name in _names(mapping.spellings["make"])

    def load(self) -> None:
        """Import the module, and nothing else."""
        self._put(wire.Get(self._module.name, "__name__"), f"import {self._module.name}")

    def hold(self, value: object) -> Answer:
        """Put a value on the student's side and keep hold of it; ``fetch`` reads it back."""
        return self._answer(
            self._put(wire.Hold(self._module.name, _send(value)), "hold"), "the array that was passed"
        )


class _Function:
    """A function or class of a module on the student's side."""

    def __init__(self, proxy: ModuleProxy, module: str, name: str) -> None:
        self._proxy, self._module, self._name = proxy, module, name

    def __getattr__(self, name: str) -> _Function:
        """What is defined inside a class: ``student.network.Optimizers.Adam``."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _Function(self._proxy, self._module, f"{self._name}.{name}")

    def __call__(self, *args: object, **kwargs: object) -> Answer:
        """Call it; raises CheckFailed if it raises, dies or hangs."""
        return self._proxy.call(self._module, self._name, args, kwargs, render_call(self._name, args, kwargs))


def _remote(target: Handle | str) -> object:
    return wire.Remote(target.number, target.type_name) if isinstance(target, Handle) else target


def _names(expression: str) -> set[str]:
    """The names that a mapping's expression uses."""
    return {node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)}


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


@reader(REPLY)
def _receive(value: object) -> object:
    """Decoded data with handles in place of numbers."""
    return _with_handles(value)


def _with_handles(value: object) -> object:
    if isinstance(value, wire.Remote):
        return Handle(value.number, value.type_name)
    if isinstance(value, list):
        return [_with_handles(v) for v in value]
    if isinstance(value, dict):
        return {k: _with_handles(v) for k, v in value.items()}
    return value
