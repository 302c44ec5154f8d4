"""What a commit or a folder holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class EntryKind(StrEnum):
    """Of an entry. Only a FILE is ever read; the words stand in notes."""

    FILE = "a regular file"
    LINK = "a link; links are not followed"
    SUBMODULE = "a submodule; it is not fetched"
    SPECIAL = "no regular file"


@dataclass(frozen=True, slots=True)
class Entry:
    """One path, as the student wrote it.

    Attributes:
        path: Relative to the repository's root; any bytes but NUL.
        size: In bytes; of a FILE only.
        id: Name of the blob, 40 hex digits; empty outside git.
        executable: Whether its owner may execute it.
    """

    path: bytes
    kind: EntryKind
    size: int = 0
    id: str = ""
    executable: bool = False


class Source(Protocol):
    """Something that holds a student's files, read but never entered."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything in it."""

    def contents(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """The content of regular files, one after the other; what can't be read is left out."""
