"""What a suite can do with a repository: read its texts, run commands in it, try its tests on variants of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from grader.checks.project.commands import CommandKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.checks.project.commands import Command
    from grader.records import CommitStatus

SHOWN_LINES, SHOWN_WIDTH = 12, 160


class Ran(Struct, frozen=True, kw_only=True):
    """What became of a command; all of it is the student's side's word.

    Attributes:
        status: Its exit status; ``None`` if its time was up.
        output: The last part of what it printed: hostile text.
    """

    status: int | None
    output: str

    @property
    def worked(self) -> bool:
        """Whether it ended well."""
        return self.status == 0

    @property
    def last_lines(self) -> str:
        """The end of the output, short enough for a report."""
        lines = [line.rstrip()[:SHOWN_WIDTH] for line in self.output.splitlines() if line.strip()]
        return "\n".join(lines[-SHOWN_LINES:])


class Invocation(Struct, frozen=True, kw_only=True):
    """How a repository's tests are run."""

    argv: tuple[str, ...] = ("python", "-m", "pytest")
    folder: str = ""
    variables: dict[str, str] = {}

    @classmethod
    def of(cls, command: Command) -> Invocation:
        """As a workflow or README says it."""
        return cls(argv=command.argv, folder=command.folder, variables=command.variables)


class ProjectSandbox(Protocol):
    """A repository in a sandbox of its own.

    Attributes:
        texts: Its text files, bounded: path → text.
        tested: The labs' module files that are there.
        status: What the forge says of the commit.
    """

    texts: Mapping[str, str]
    tested: tuple[str, ...]
    status: CommitStatus

    def index(self) -> Mapping[str, str]:
        """The package index: canonical name → version."""
        ...

    def run(
        self,
        argv: Sequence[str],
        *,
        seconds: float,
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        index: bool = False,
    ) -> Ran:
        """Run a command after those before it, in the same copy and environment; raises CheckFailed."""
        ...

    def trials(
        self,
        invocation: Invocation,
        overlays: Sequence[Mapping[str, str]],
        *,
        seconds: float,
        total_seconds: float,
    ) -> list[Ran | None]:
        """Run the tests on each variant (path → text over what is there); ``None`` where no time was left."""
        ...


def ways_to_test(commands: Sequence[Command]) -> list[Invocation]:
    """How commands run the tests; as everybody does if they don't say."""
    said = [Invocation.of(c) for c in commands if c.kind is CommandKind.TEST and not c.forgiven]
    unique = {(i.argv, i.folder): i for i in said}
    return list(unique.values()) or [Invocation()]
