"""One student process: waits for its socket, loads the student's code, answers the judge's questions."""

from __future__ import annotations

import linecache
import os
import socket
import traceback
from pathlib import Path
from typing import Any, NoReturn

from grader import wire
from grader.worker import confine
from grader.worker.loading import load
from grader.worker.mapped import MappingError, adapter
from grader.worker.plain import ObjectTable, to_tensors
from grader.worker.terminal import Terminal
from grader.worker.tools import Tools

MESSAGE_LENGTH = 2_000
FRAMES = 12


def live(handover: socket.socket, home: confine.Home, submission: Path, tools: Path) -> NoReturn:
    """Confine this process, wait for its socket, serve, and leave without looking back."""
    try:
        confine.close_all_but(handover.fileno())
        confine.settle(home)
        _, fds, _, _ = socket.recv_fds(handover, 1, 1)
        handover.close()
        if fds:
            Server(socket.socket(fileno=fds[0]), submission, Tools(tools), alone=home.uid != 0).serve()
    finally:
        os._exit(0)


class Server:
    """Answers questions about one submission; ``alone``: no other process here has its uid but those it started."""

    def __init__(
        self, channel: socket.socket, submission: Path, tools: Tools, *, alone: bool = False
    ) -> None:
        self._channel = channel
        self._submission = submission
        self._tools = tools
        self._modules: dict[str, tuple[object, wire.Load]] = {}
        self._objects = ObjectTable()
        self._terminal = Terminal(submission, Path.cwd(), alone=alone)

    def serve(self) -> None:
        """Question, answer, question, … until the judge hangs up."""
        while True:
            try:
                question, identity = wire.read_question(self._channel)
            except wire.Closed:
                return
            reply = self._answer(question)
            try:
                pieces = wire.encode(reply, identity, self._objects.to_plain)
            except Exception as error:
                text = (
                    f"{error}"
                    if isinstance(error, TypeError)
                    else f"{type(error).__name__} while it was being sent"
                )
                pieces = wire.encode(
                    wire.Raised("unsendable", type(error).__name__, text[:MESSAGE_LENGTH]), identity
                )
            wire.send(self._channel, pieces)

    def _answer(self, question: wire.Question) -> wire.Reply:
        try:
            return wire.Returned(self._do(question))
        except BaseException as error:
            return self._raised(error, question)

    def _do(self, question: wire.Question) -> object:  # noqa: C901, PLR0911 - one case per question
        match question:
            case wire.Load():
                module: object = load(self._submission, question.file, question.load, question.pythonpath)
                if question.mapping is not None:
                    derived = {n: self._tools.function(name) for n, name in question.derived.items()}
                    mapped = adapter(module, question.interface, question.mapping, derived)
                    module = type(mapped.__name__, (), {mapped.__name__: mapped})
                self._modules[question.name] = (module, question)
                return None
            case wire.Call():
                function, spec = self._function(question.target, question.name)
                args, kwargs = self._given(question, spec)
                return function(*args, **kwargs)  # type: ignore[operator]
            case wire.Tool():
                args, kwargs = self._given(question, self._modules[question.module][1])
                return self._tools.function(question.name)(*args, **kwargs)
            case wire.Get():
                return getattr(self._object(question.target), question.name)
            case wire.Set():
                value = self._objects.take(question.value)
                spec = self._spec()
                if spec is not None and spec.tensors and spec.mapping is None:
                    value = to_tensors(value, spec.device)
                setattr(self._object(question.target), question.name, value)
                return None
            case wire.Hold():
                spec = self._modules[question.module][1]
                return self._objects.keep(
                    to_tensors(question.value, spec.device) if spec.tensors else question.value
                )
            case wire.Fetch():
                return self._object(question.target)
            case wire.Trials():
                return self._terminal.trials(question)
            case wire.Settle():
                return self._terminal.settle(question)
            case wire.Script():
                return self._terminal.script(question)

    def _given(
        self, question: wire.Call | wire.Tool, spec: wire.Load | None
    ) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call: objects for handles, and tensors where the module works with them."""
        args: Any = self._objects.take(question.args)
        kwargs: Any = self._objects.take(question.kwargs)
        if spec is not None and spec.tensors:
            args, kwargs = to_tensors(args, spec.device), to_tensors(kwargs, spec.device)
        return args, kwargs

    def _spec(self) -> wire.Load | None:
        return next((spec for _, spec in self._modules.values()), None)

    def _object(self, target: object) -> object:
        return self._modules[target][0] if isinstance(target, str) else self._objects.take(target)

    def _function(self, target: object, name: str) -> tuple[object, wire.Load | None]:
        if isinstance(target, str):
            if not hasattr(self._object(target), name):
                raise NoSuchName(f"{target}.py has no {name}")
            return getattr(self._object(target), name), self._modules[target][1]
        return getattr(self._object(target), name), self._spec()

    # ── What went wrong, as data ─────────────────────────────────────────────────────────────────────────

    def _raised(self, error: BaseException, question: wire.Question) -> wire.Raised:
        frames = self._frames(error)
        where = self._where(error, [place for place, _ in frames], question)
        shown = ("tool",) if where == "tool" else ("student",)
        return wire.Raised(
            where=where,
            type=type(error).__name__[:100],
            message=_clean(_message(error)),
            frames=[frame for place, frame in frames if place in shown],
        )

    def _where(self, error: BaseException, places: list[str], question: wire.Question) -> str:
        """Where it went wrong; a tool is at fault only if no code of the student's was being run."""
        innermost = places[-1] if places else ""
        if isinstance(error, MappingError) or innermost == "mapping":
            return "mapping"
        if "student" not in places and isinstance(question, wire.Tool):
            return "missing" if self._lacks(error, question) else "tool"
        if "student" not in places and innermost == "tool":
            return "mapping"  # a derivation could make nothing of what the mapping gave
        if isinstance(error, NoSuchName | FileNotFoundError) and not places:
            return "missing"
        return "student"

    def _lacks(self, error: BaseException, question: wire.Tool) -> bool:
        """Whether a tool asked one of the objects that it was given for a name that it hasn't."""
        given = [*question.args, *question.kwargs.values()]
        objects = [self._objects.take(v) for v in given if v is None or isinstance(v, wire.Remote)]
        return isinstance(error, AttributeError) and any(error.obj is value for value in objects)

    def _frames(self, error: BaseException) -> list[tuple[str, wire.Frame]]:
        """Frames of the mapping, the tools and the student, each with whose it is."""
        if isinstance(error, SyntaxError) and error.filename:
            return self._own(error.filename, error.lineno or 0, "", error.text or "")
        summary = traceback.extract_tb(error.__traceback__)
        found = [f for s in summary for f in self._own(s.filename, s.lineno or 0, s.name, "")]
        return found[:2] + found[max(2, len(found) - FRAMES) :]

    def _own(self, file: str, line: int, function: str, text: str) -> list[tuple[str, wire.Frame]]:
        path = Path(file)
        if file.startswith("<mapping"):
            return [("mapping", wire.Frame(file, line, function))]
        if tool := self._tools.file(path):
            return [("tool", wire.Frame(tool, line, function))]
        if not path.is_relative_to(self._submission):
            return []
        shown = _clean(str(path.relative_to(self._submission)))
        text = text or linecache.getline(file, line)
        return [("student", wire.Frame(shown[:200], line, function[:100], _clean(text.strip())[:200]))]


class NoSuchName(AttributeError):
    """The student's module lacks a name that the lab asks for."""


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)[:MESSAGE_LENGTH]
    except BaseException as second:
        return f"(its message could not be read: {type(second).__name__})"


def _clean(text: str) -> str:
    return text[:MESSAGE_LENGTH].encode("utf-8", "replace").decode()
