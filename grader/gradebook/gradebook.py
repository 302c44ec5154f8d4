"""What a gradebook promises, wherever it is kept.

Attempts and reviews are added and never changed, so the verdict of today is always made anew from both.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Protocol, Self

from msgspec import Struct

from grader.records import Decision, Review, SafeRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

_HOST_FIRST = re.compile(r"(\[[^\]]*\]|[^:/]*)[:/]?(.*)", re.DOTALL)
"""An address of ssh has a colon after its host, a key has a slash."""


class Kept(Struct, frozen=True, kw_only=True):
    """One attempt in the gradebook."""

    record: SafeRecord
    """As it was graded; ``attempt`` is its number."""
    reviews: tuple[Review, ...] = ()
    """What people decided since, in that order."""

    @property
    def part(self) -> str:
        """Which checks were asked for; see ``part``."""
        return part(self.record.suite, (lab.id for lab in self.record.labs))


class Gradebook(Protocol):
    """An open gradebook; closed at the end of a ``with`` block.

    Any number of graders may have it open. What it can't do because of this machine it raises as Ungraded.

    Attributes:
        place: Where it is, for messages.
        is_new: Whether opening it made it.
    """

    place: str
    is_new: bool

    def keep(
        self, url: str, assignment: str, conclude: Callable[[tuple[Kept, ...]], SafeRecord]
    ) -> SafeRecord:
        """Add an attempt, alone: nothing is added by anybody between what ``conclude`` sees and what is kept.

        Args:
            url: The repository.
            assignment: What it was graded for.
            conclude: Given the repository's earlier attempts at this assignment, the record to keep. If it
                raises, nothing is kept.

        Returns:
            What was kept, with its number.
        """
        ...

    def review(self, attempt: int, review: Review) -> None:
        """Add what a person decided about one criterion of an attempt."""
        ...

    def attempt(self, number: int) -> Kept:
        """One attempt.

        Raises:
            UsageError: There is none of this number.
        """
        ...

    def history(self, repository: str, assignment: str = "") -> tuple[Kept, ...]:
        """A repository's attempts, the oldest first.

        Args:
            repository: Its address in any spelling; see ``repository_key``.
            assignment: Only at this one; empty: at any.
        """
        ...

    def newest(self, verdict: Decision) -> tuple[Kept, ...]:
        """Of each repository, assignment and part the newest attempt, if this was its verdict.

        One that could not be graded, or that the course's policy refused, takes no other's place.
        """
        ...

    def repositories(self) -> tuple[tuple[str, str], ...]:
        """(repository, assignment) of everything that was graded, sorted; as ``history`` takes them."""
        ...

    def close(self) -> None:
        """Close it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def part(suite: str, labs: Iterable[str]) -> str:
    """Which checks were asked for: attempts at the same part of an assignment can be compared."""
    return f"{suite} {' '.join(sorted(labs))}"


def repository_key(address: str) -> str:
    """One name for every spelling of an address, so that ssh and https lead to the same attempts.

    ``https://Host:443/class/ada.git``, ``git@host:class/ada`` and ``ssh://git@host:2222/class/ada`` give
    ``host/class/ada``, and so does that itself: scheme, user, port and the host's letter case say how to get there.
    A path's letter case stays. A folder is its path, without ``..`` and ``.git``.
    """
    if address.startswith("/"):
        return "/" + posixpath.normpath(address).lstrip("/").removesuffix("/.git")
    _, with_scheme, rest = address.rpartition("://")
    if with_scheme:
        authority, _, path = rest.partition("/")
        host = re.sub(r":\d*$", "", authority.rpartition("@")[2])
    else:
        parts = _HOST_FIRST.fullmatch(re.sub(r"^[^/@]*@", "", rest))
        assert parts is not None  # it fits any text
        host, path = parts.groups()
    return f"{host.casefold()}/{path.strip('/').removesuffix('.git')}"
