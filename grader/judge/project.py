"""The suite's view of a repository as a whole: its texts, and a sandbox in which its own commands run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from grader import wire
from grader.checks.failure import fail
from grader.checks.project.sandbox import Invocation, Played, Ran
from grader.environments import PROJECT
from grader.judge.check_processes import CheckProcesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.judge.job import ProjectSource
    from grader.judge.processes import ZygotePool
    from grader.records import CommitStatus, Limits

QUESTION_BYTES = 2 << 20
"""Of texts in one question; the wire reads no more than twice that."""
FORGE = "what the forge says of the commit"


class Project:
    """One check's view of a repository; a process is started on first use and ended by ``leave``.

    Attributes:
        texts: The text files: path → text.
        tested: The labs' module files that are there.
        url: The address that was handed in.
        branch: The branch that was handed in.
        found: What checks keep for those after them.
        network: What this check rests on that was asked of the network, in words.
    """

    def __init__(
        self,
        source: ProjectSource,
        tested: Sequence[str],
        zygotes: ZygotePool,
        limits: Limits,
        seconds: float,
        found: dict[str, object],
    ) -> None:
        self.texts: Mapping[str, str] = source.texts
        self.tested = tuple(file for file in tested if file in source.texts)
        self.network: list[str] = []
        self._status = source.status
        self.url = source.url
        self.branch = source.branch
        self.found = found
        self._limits = limits
        self._processes = CheckProcesses(zygotes, limits, seconds)

    @property
    def status(self) -> CommitStatus:
        """What the forge says of the commit."""
        self.network[:] = [FORGE]
        return self._status

    def settle(
        self,
        *,
        name: str,
        urls: Sequence[str] = (),
        cloned: bool = True,
        inside: bool = True,
        variables: Mapping[str, str] | None = None,
        overlay: Mapping[str, str] | None = None,
    ) -> str:
        """Make a new home; see ``grader.checks.project.sandbox.ProjectSandbox``."""
        question = wire.Settle(
            name=name,
            urls=list(urls),
            cloned=cloned,
            inside=inside,
            variables=dict(variables or {}),
            overlay=dict(overlay or {}),
            branch=self.branch,
        )
        match self._ask(question):
            case {"folder": str() as folder}:
                return folder
        raise _nonsense()

    def script(
        self,
        text: str,
        *,
        seconds: float,
        each: Sequence[float] = (),
        stop: bool = False,
        argv: Sequence[str] = (),
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        overlay: Mapping[str, str] | None = None,
    ) -> Played:
        """Type a script, or run it as a file; see ``grader.checks.project.sandbox.ProjectSandbox``."""
        question = wire.Script(
            text=text,
            seconds=seconds,
            each=list(each),
            stop=stop,
            argv=list(argv),
            folder=folder,
            variables=dict(variables or {}),
            overlay=dict(overlay or {}),
        )
        return _played(self._ask(question))

    def trials(
        self,
        invocation: Invocation,
        overlays: Sequence[Mapping[str, str]],
        *,
        seconds: float,
        total_seconds: float,
    ) -> list[Ran | None]:
        """Run the tests on variants; see ``grader.checks.project.sandbox.ProjectSandbox``."""
        until = time.monotonic() + total_seconds
        found: list[Ran | None] = []
        for part in _parts(overlays):
            question = wire.Trials(
                argv=list(invocation.argv),
                folder=invocation.folder,
                variables=invocation.variables,
                overlays=[dict(overlay) for overlay in part],
                seconds=seconds,
                total_seconds=max(0.0, until - time.monotonic()),
                at_once=max(1, round(self._limits.cpus)),
            )
            replies = self._ask(question)
            if not isinstance(replies, list) or len(replies) != len(part):
                raise _nonsense()
            found += [None if reply is None else _ran(reply) for reply in replies]
        return found

    def leave(self) -> None:
        """End the process with all it left."""
        self._processes.leave()

    def _ask(self, question: wire.Settle | wire.Script | wire.Trials) -> object:
        reply = self._processes.ask(PROJECT, question, _call(question))
        if isinstance(reply, wire.Returned):
            return reply.value
        raise fail(
            "Your repository could not be tried.",
            call=_call(question),
            yours=f"{reply.type}: {reply.message}"[:300],
        )


def _call(question: wire.Settle | wire.Script | wire.Trials) -> str:
    """What a question is about, for a report."""
    if isinstance(question, wire.Settle):
        return f"git clone {question.name}"[:120]
    return (question.text if isinstance(question, wire.Script) else " ".join(question.argv))[:120]


def _played(value: object) -> Played:
    """A script's result as agreed; anything else is nobody's result."""
    match value:
        case {"commands": list() as commands, "ended": str() as ended, "unfinished": int() as unfinished} if (
            commands or ended or unfinished
        ):
            return Played(
                commands=tuple(_command(c) for c in commands), ended=ended[:200], unfinished=unfinished
            )
    raise _nonsense()


def _command(value: object) -> Ran:
    match value:
        case {
            "line": int() as line,
            "text": str() as text,
            "status": int() | None as status,
            "output": str() as output,
            "folder": str() as folder,
        } if not isinstance(status, bool) and not isinstance(line, bool):
            return Ran(line=line, text=text, status=status, output=output, folder=folder)
    raise _nonsense()


def _ran(value: object) -> Ran:
    """A result as agreed; anything else is nobody's result."""
    match value:
        case {"status": int() | None as status, "output": str() as output} if not isinstance(status, bool):
            return Ran(status=status, output=output)
    raise _nonsense()


def _nonsense() -> Exception:
    return fail(
        "Your code's process wrote to the grader's own connection.",
        hint="Don't write to open files or sockets that you did not open.",
    )


def _parts(overlays: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """As few questions as the wire allows."""
    part: list[Mapping[str, str]] = []
    size = 0
    for overlay in overlays:
        more = sum(len(text.encode("utf-8", "replace")) for text in overlay.values())
        if part and size + more > QUESTION_BYTES:
            yield part
            part, size = [], 0
        part.append(overlay)
        size += more
    if part:
        yield part
