"""The suite's view of a repository as a whole: its texts, and a sandbox in which its own commands run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from grader import wire
from grader.checks.failure import CheckFailed, CheckUndecided, ask, fail
from grader.checks.project.sandbox import Played, Ran
from grader.checks.reader import reader
from grader.environments import STRANGER
from grader.judge.check_processes import CheckProcesses
from grader.judge.job import PackagesRequest
from grader.judge.processes import Killed
from grader.records import Fetched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grader.judge.job import PackagesReading, ProjectSource
    from grader.judge.processes import ZygotePool
    from grader.records import CommitStatus, Limits

QUESTION_BYTES = 2 << 20
"""Of texts in one question; the wire reads no more than twice that."""
OUTPUT = "what a command of your repository printed"
FORGE = "what the forge says of the commit"


class Project:
    """One check's view of a repository; a process is started by ``settle`` and ended by ``leave``, unless kept.

    Attributes:
        texts: The text files: path → text.
        tested: The labs' module files that are there.
        url: The address that was handed in.
        branch: The branch that was handed in.
        executable: Files that may be executed; ``None``: nobody knows.
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
        kept: CheckProcesses | None = None,
    ) -> None:
        self.texts: Mapping[str, str] = source.texts
        self.tested = tuple(file for file in tested if file in source.texts)
        self.network: list[str] = []
        self._status = source.status
        self.url = source.url
        self.branch = source.branch
        self.found = found
        self._executable = source.executable
        self._zygotes = zygotes
        self._processes = CheckProcesses(zygotes, limits, seconds)
        self._kept = kept
        self._keeps = False
        self._fetched: list[Fetched] = []
        self._is_open = False

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
        pythons: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        overlay: Mapping[str, str] | None = None,
    ) -> str:
        """Make a new home; see ``grader.checks.project.sandbox.ProjectSandbox``."""
        question = wire.Settle(
            name=name,
            urls=list(urls),
            cloned=cloned,
            inside=inside,
            pythons=list(pythons),
            variables=dict(variables or {}),
            overlay=dict(overlay or {}),
            branch=self.branch,
            executable=None if self._executable is None else list(self._executable),
        )
        self._end()
        reply = self._ask(question)
        self._packages("open")
        self._is_open = True
        match reply:
            case {"folder": str() as folder}:
                return folder
        raise _nonsense()

    def fetched(self) -> Fetched:
        """End the phase with packages; see ``grader.checks.project.sandbox.ProjectSandbox``."""
        if self._is_open:
            self._is_open = False
            self._fetched.append(self._packages("close").fetched)
        return _together(self._fetched)

    def has_package(self, name: str) -> bool | None:
        """Whether an index knows it; ``None`` if that can't be found out."""
        return self._packages("look up", name).known

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
        command: str,
        overlays: Sequence[Mapping[str, str]],
        *,
        seconds: float,
        total_seconds: float,
        variables: Sequence[Mapping[str, str]] = (),
    ) -> list[Ran | None]:
        """Run the tests on variants; see ``grader.checks.project.sandbox.ProjectSandbox``."""
        self.fetched()
        until = time.monotonic() + total_seconds
        found: list[Ran | None] = []
        for part in _parts(overlays):
            question = wire.Trials(
                command=command,
                overlays=[dict(overlay) for overlay in part],
                variables=[dict(own) for own in variables[len(found) : len(found) + len(part)]],
                seconds=seconds,
                total_seconds=max(0.0, until - time.monotonic()),
            )
            replies = self._ask(question)
            if not isinstance(replies, list) or len(replies) != len(part):
                raise _nonsense()
            found += [None if reply is None else _ran(reply) for reply in replies]
        return found

    @property
    def stands(self) -> bool:
        """Whether a home that an earlier check kept is still there."""
        return self._kept is not None and self._kept.any

    def keep(self) -> None:
        """Leave the home as it is for the checks that follow, until one of them settles anew."""
        self._keeps = True

    def leave(self) -> CheckProcesses | None:
        """End the process with all it left, and the phase with packages; gives what is kept."""
        if self._keeps:
            self.fetched()
            return self._processes
        if self._kept is not None:  # it was not touched
            return self._kept
        self._end()
        return None

    def _end(self) -> None:
        """Of whatever ran, nothing sees the next phase."""
        if self._kept is not None:
            self._kept.leave()
            self._kept = None
        self._keeps = False
        self._processes.leave()
        self.fetched()

    def _packages(self, act: Literal["open", "close", "look up"], name: str = "") -> PackagesReading:
        return self._zygotes.packages(PackagesRequest(STRANGER, act, name))

    def _ask(self, question: wire.Settle | wire.Script | wire.Trials) -> object:
        if self._kept is not None and not isinstance(question, wire.Settle):
            self._processes.take_over(self._kept)
            self._kept, self._keeps = None, True
        try:
            reply = self._processes.ask(STRANGER, question, _call(question))
        except (
            CheckFailed
        ) as failed:  # `pkill python`, a full memory: what ran the commands may be what ended
            raise CheckUndecided(failed.finding) from None
        except Killed as killed:
            killed.is_undecided = True
            raise
        if isinstance(reply, wire.Returned):
            return reply.value
        raise ask(
            "The repository could not be tried here.",
            call=_call(question),
            yours=f"{reply.type}: {reply.message}"[:300],
        )


def _call(question: wire.Settle | wire.Script | wire.Trials) -> str:
    """What a question is about, for a report."""
    if isinstance(question, wire.Settle):
        return f"git clone {question.name}"[:120]
    return (question.text if isinstance(question, wire.Script) else question.command)[:120]


def _together(phases: Sequence[Fetched]) -> Fetched:
    """Of all the phases of a check, what went wrong in any of them."""
    return Fetched(
        unavailable=next((p.unavailable for p in phases if p.unavailable), ""),
        index_failed=tuple(dict.fromkeys(line for p in phases for line in p.index_failed)),
        index_broke=tuple(dict.fromkeys(line for p in phases for line in p.index_broke)),
        limit=next((p.limit for p in phases if p.limit), ""),
        refused={host: why for p in phases for host, why in p.refused.items()},
        hosts=tuple(dict.fromkeys(line for p in phases for line in p.hosts)),
    )


@reader(OUTPUT)
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


@reader(OUTPUT)
def _ran(value: object) -> Ran:
    """A result as agreed; anything else is nobody's result."""
    match value:
        case {
            "status": int() | None as status,
            "output": str() as output,
            "cpu": float() as cpu,
        } if not isinstance(status, bool):
            return Ran(status=status, output=output, cpu=cpu)
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
