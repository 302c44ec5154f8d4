"""What a suite can do with a repository: read its texts, and have a stranger type scripts in a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.records import CommitStatus

SHOWN_LINES, SHOWN_WIDTH = 12, 160


class Ran(Struct, frozen=True, kw_only=True):
    """What became of one command; all of it is the student's side's word.

    Attributes:
        line: Where it begins in the script, from 1; of a script that ran as a file: the last line it reached; of
            anything else: 0.
        text: As it was typed; empty for a file.
        status: Its exit status; ``None`` if its time was up.
        output: The first and the last part of what it printed: hostile text.
        folder: Where the shell stood afterwards.
    """

    line: int = 0
    text: str = ""
    status: int | None
    output: str
    folder: str = ""

    @property
    def worked(self) -> bool:
        """Whether it ended well."""
        return self.status == 0

    @property
    def last_lines(self) -> str:
        """The end of the output, short enough for a report."""
        lines = [line.rstrip()[:SHOWN_WIDTH] for line in self.output.splitlines() if line.strip()]
        return "\n".join(lines[-SHOWN_LINES:])


class Played(Struct, frozen=True, kw_only=True):
    """What became of a script.

    Attributes:
        commands: In order.
        ended: Why the shell is gone: an ``exit``, an ``exec``; empty if it is still there.
        unfinished: The line at which it stopped; 0 if it came to the end.
    """

    commands: tuple[Ran, ...]
    ended: str = ""
    unfinished: int = 0


class Invocation(Struct, frozen=True, kw_only=True):
    """How a repository's tests are run."""

    argv: tuple[str, ...] = ("python", "-m", "pytest")
    folder: str = ""
    variables: dict[str, str] = {}


class ProjectSandbox(Protocol):
    """A repository in a sandbox of its own.

    Attributes:
        texts: Its text files, bounded: path → text.
        tested: The labs' module files that are there.
        status: What the forge says of the commit.
        url: The address that was handed in.
        branch: The branch that was handed in.
    """

    texts: Mapping[str, str]
    tested: tuple[str, ...]
    status: CommitStatus
    url: str
    branch: str

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
        """Make a new home with the repository to clone; what was there is gone.

        Args:
            name: Of the clone.
            urls: Addresses under which ``git clone`` finds it.
            cloned: Whether it is cloned already.
            inside: Whether the stranger stands in the clone.
            variables: Of his environment.
            overlay: Texts that the repository has instead of its own.

        Returns:
            The folder in which he stands.
        """
        ...

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
        """Type a script, or run it as a file; see ``grader.wire.Script``. Raises CheckFailed."""
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
