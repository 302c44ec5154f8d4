"""The suite's view of a repository as a whole: its texts, and a sandbox in which its own commands run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from grader import wire
from grader.checks.failure import fail
from grader.checks.project.sandbox import Invocation, Ran
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
LIST_INDEX = "import os; print(*os.listdir(os.environ['PIP_FIND_LINKS']), sep='\\n')"


class Project:
    """One check's view of a repository; a process is started on first use and ended by ``leave``.

    Attributes:
        texts: The text files: path → text.
        tested: The labs' module files that are there.
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
        self.found = found
        self._limits = limits
        self._processes = CheckProcesses(zygotes, limits, seconds)
        self._index: dict[str, str] | None = None

    @property
    def status(self) -> CommitStatus:
        """What the forge says of the commit."""
        self.network[:] = [FORGE]
        return self._status

    def index(self) -> Mapping[str, str]:
        """The sandbox's package index: canonical name → version."""
        if self._index is None:
            ran = self.run(["python", "-c", LIST_INDEX], seconds=30, index=True)
            wheels = [line.split("-") for line in ran.output.split() if line.endswith(".whl")]
            self._index = {name.replace("_", "-"): version for name, version, *_ in wheels}
        return self._index

    def run(
        self,
        argv: Sequence[str],
        *,
        seconds: float,
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        index: bool = False,
    ) -> Ran:
        """Run a command; see ``grader.checks.project.sandbox.ProjectSandbox``."""
        question = wire.Run(
            argv=list(argv), seconds=seconds, folder=folder, variables=dict(variables or {}), index=index
        )
        return _ran(self._ask(question))

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

    def _ask(self, question: wire.Run | wire.Trials) -> object:
        reply = self._processes.ask(PROJECT, question, " ".join(question.argv)[:120])
        if isinstance(reply, wire.Returned):
            return reply.value
        raise fail(
            "Your repository could not be tried.",
            call=" ".join(question.argv)[:120],
            yours=f"{reply.type}: {reply.message}"[:300],
        )


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
