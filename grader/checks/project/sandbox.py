"""What a suite can do with a repository: read its texts, and have a stranger type scripts in a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.records import CommitStatus, Fetched

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
        cpu: Of a trial: seconds of CPU time.
    """

    line: int = 0
    text: str = ""
    status: int | None
    output: str
    folder: str = ""
    cpu: float = 0.0

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


class ProjectSandbox(Protocol):
    """A repository in a sandbox of its own.

    Attributes:
        texts: Its text files, bounded: path → text.
        tested: The labs' module files that are there.
        status: What the forge says of the commit.
        url: The address that was handed in.
        branch: The branch that was handed in.
        found: What checks keep for those after them.
    """

    texts: Mapping[str, str]
    tested: tuple[str, ...]
    status: CommitStatus
    url: str
    branch: str
    found: dict[str, object]

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
        """Make a new home with the repository to clone; what was there is gone.

        Args:
            name: Of the clone.
            urls: Addresses under which ``git clone`` finds it.
            cloned: Whether it is cloned already.
            inside: Whether the stranger stands in the clone.
            pythons: Versions that will do for his Python, the best first; empty: the usual one.
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
        command: str,
        overlays: Sequence[Mapping[str, str]],
        *,
        seconds: float,
        total_seconds: float,
        variables: Sequence[Mapping[str, str]] = (),
    ) -> list[Ran | None]:
        """Run a command on variants of the clone, where the session that was typed has left it.

        Each has a fresh process, and a fresh folder at the clone's own place. There are no packages any more.

        Args:
            command: For bash; it stands in the clone.
            overlays: For each variant, path → text over what is there.
            seconds: For one.
            total_seconds: For all.
            variables: For each variant, of its environment; empty: none for any.

        Returns:
            What became of each; ``None`` where no time was left.
        """
        ...

    @property
    def stands(self) -> bool:
        """Whether a home that an earlier check kept is still there, for scripts and trials."""
        ...

    def keep(self) -> None:
        """Leave the home as it is for the checks that follow, until one of them settles anew."""
        ...

    def fetched(self) -> Fetched:
        """What became of this check's phases with packages; one that is open, since ``settle``, ends."""
        ...

    def has_package(self, name: str) -> bool | None:
        """Whether a package index knows this name; ``None`` if that can't be found out."""
        ...
