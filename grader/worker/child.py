"""One student process: waits for its socket, loads the student's code, answers the judge's questions."""

from __future__ import annotations

import linecache
import os
import re
import socket
import traceback
from pathlib import Path
from typing import Any, NoReturn

from grader import wire
from grader.worker import confine, folder
from grader.worker.definitions import is_left_out
from grader.worker.loading import load, stand_in
from grader.worker.mapped import AbsentError, adapter, is_mappings
from grader.worker.misfit import MappingError
from grader.worker.plain import ObjectTable, to_tensors
from grader.worker.terminal import Terminal
from grader.worker.tools import Tools

FIRST_FRAMES = 2
"""Of a long traceback; the others are the last ones."""


def live(handover: socket.socket, home: confine.Home, submission: Path, tools: Path) -> NoReturn:
    """Confine this process, wait for its socket, serve, and leave without looking back.

    Tools find the submission by the environment variable ``SUBMISSION``.
    """
    try:
        os.environ["SUBMISSION"] = str(submission)
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
                    wire.Raised("unsendable", type(error).__name__, text[: wire.MAX_MESSAGE]), identity
                )
            wire.send(self._channel, pieces)

    def _answer(self, question: wire.Question) -> wire.Reply:
        try:
            return wire.Returned(self._do(question))
        except BaseException as error:
            return self._raised(error, question)

    def _do(self, question: wire.Question) -> object:  # noqa: C901, PLR0911, PLR0912 - one case per question
        match question:
            case wire.Load():
                for name, text in question.stand_ins.items():
                    stand_in(name, text)
                module: object = load(self._submission, question.file, question.load, question.pythonpath)
                if question.mapping is not None:
                    derived = {n: self._tools.function(name) for n, name in question.derived.items()}
                    mapped = adapter(module, question.interface, question.mapping, derived)
                    module = mapped
                    for part in reversed(mapped.__name__.split(".")):  # ``Optimizers.Adam``
                        module = type(part, (), {part: module})
                self._modules[question.name] = (module, question)
                return None
            case wire.Call():
                function, spec = self._function(question.target, question.name)
                args, kwargs = self._given(question, spec)
                return function(*args, **kwargs)  # type: ignore[operator]
            case wire.Tool():
                args, kwargs = self._given(question, self._spec_of(question.module))
                first = [self._object(question.module)] if question.of_module else []
                return self._tools.function(question.name)(*first, *args, **kwargs)
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
                spec = self._spec_of(question.module)
                value = to_tensors(question.value, spec.device) if spec and spec.tensors else question.value
                return self._objects.keep(value)
            case wire.Fetch():
                return self._object(question.target)
            case wire.Bring():
                folder.bring(question.name, question.content)
                return None
            case wire.Listing():
                return folder.listing()
            case wire.Read():
                return folder.read(question.name)
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

    def _spec_of(self, module: str) -> wire.Load | None:
        """How a module was loaded; ``None`` where none was: a room without code of the student's."""
        return self._modules[module][1] if module else None

    def _spec(self) -> wire.Load | None:
        return next((spec for _, spec in self._modules.values()), None)

    def _object(self, target: object) -> object:
        return self._modules[target][0] if isinstance(target, str) else self._objects.take(target)

    def _function(self, target: object, name: str) -> tuple[object, wire.Load | None]:
        if isinstance(target, str):
            found = self._object(target)
            for part in name.split("."):  # ``Optimizers.Adam``
                if not hasattr(found, part):
                    raise NoSuchName(f"{target}.py has no {name}")
                found = getattr(found, part)
            return found, self._modules[target][1]
        return getattr(self._object(target), name), self._spec()

    # ── What went wrong, as data ─────────────────────────────────────────────────────────────────────────

    def _raised(self, error: BaseException, question: wire.Question) -> wire.Raised:
        frames = self._frames(error)
        where = self._where(error, [place for place, _ in frames], question)
        shown = "tool" if where == "tool" else "student"
        left_out = is_left_out(error)
        expression = error.expression if isinstance(error, MappingError) else _innermost(frames)
        return wire.Raised(
            where=where,
            type=_clean(type(error).__name__[: wire.MAX_NAME]),
            message=_clean(_message(error) + LEFT_OUT * left_out),
            frames=[frame for place, frame in frames if place == shown],
            expression="" if left_out else _clean(expression[: wire.MAX_NAME]),
        )

    def _where(self, error: BaseException, places: list[str], question: wire.Question) -> wire.Where:
        """Where it went wrong; a tool is at fault only if no code of the student's was being run."""
        innermost = places[-1] if places else ""
        if isinstance(error, NotImplementedError) and innermost != "tool":
            return "student"
        if isinstance(error, MappingError) or innermost == "mapping" or is_left_out(error):
            return "mapping"
        if "mapping" in places and is_slip(error):
            return "mapping"
        if isinstance(question, wire.Load) and question.mapping is not None and isinstance(error, UNLOADED):
            return "mapping"
        if "student" not in places and isinstance(question, wire.Tool):
            return "missing" if self._lacks(error, question) else "tool"
        if "student" not in places and innermost == "tool":
            return "mapping"  # a derivation could make nothing of what the mapping gave
        if isinstance(error, NoSuchName | AbsentError | FileNotFoundError) and not places:
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
        found = [
            own
            for frame, line in traceback.walk_tb(error.__traceback__)
            for own in self._own(
                frame.f_code.co_filename, line or 0, frame.f_code.co_name, "", ours=is_mappings(frame.f_code)
            )
        ]
        return found[:FIRST_FRAMES] + found[FIRST_FRAMES:][-(wire.MAX_FRAMES - FIRST_FRAMES) :]

    def _own(
        self, file: str, line: int, function: str, text: str, *, ours: bool = False
    ) -> list[tuple[str, wire.Frame]]:
        """A frame with whose it is, if it is the mapping's (``ours``), a tool's or the student's."""
        path = Path(file)
        if ours:
            return [("mapping", _frame(file, line, function))]
        if tool := self._tools.file(path):
            return [("tool", _frame(tool, line, function))]
        if not path.is_relative_to(self._submission):
            return []
        shown = str(path.relative_to(self._submission))
        return [("student", _frame(shown, line, function, text or linecache.getline(file, line)))]


UNLOADED = (NameError, ImportError)
"""A mapped file that raises one of these lacks what the mapping's way to load it left out."""
LEFT_OUT = ": the line that makes it was left out (load: definitions); load: import runs the whole file"
"""Said of a name that is not there for that reason."""
SLIP = re.compile(
    r"shape|broadcast|dimension|aligned|mat1|size of tensor|must match|indices|out of bounds|'list'|multi-target"
)
"""What NumPy and torch say of arguments in another layout: transposed, one-hot for labels, nested lists."""


def _innermost(frames: list[tuple[str, wire.Frame]]) -> str:
    """The name of the mapping's expression that was being evaluated; empty if none was."""
    return next((f.file for place, f in reversed(frames) if place == "mapping"), "<mapping >")[9:-1]


def is_slip(error: BaseException) -> bool:
    """Whether code below a mapping's expression was given, most likely, its arguments in a wrong layout."""
    if isinstance(error, AttributeError):
        return isinstance(error.obj, list | tuple)  # where an array was expected
    kind = isinstance(error, ValueError | IndexError | TypeError | RuntimeError)
    return kind and not isinstance(error, NotImplementedError) and SLIP.search(_message(error)) is not None


class NoSuchName(AttributeError):
    """The student's module lacks a name that the lab asks for."""


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)[: wire.MAX_MESSAGE]
    except BaseException as second:
        return f"(its message could not be read: {type(second).__name__})"


def _frame(file: str, line: int, function: str, text: str = "") -> wire.Frame:
    """A frame as the wire bounds it."""
    file, function, text = (_clean(part.strip())[: wire.MAX_NAME] for part in (file, function, text))
    return wire.Frame(file, line, function, text)


def _clean(text: str) -> str:
    return text[: wire.MAX_MESSAGE].encode("utf-8", "replace").decode()
