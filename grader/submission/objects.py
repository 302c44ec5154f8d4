"""One commit, read from a repository of ours: its listing, and blobs at their fixed names.

Nothing is checked out. So there are no filters, encodings, attributes, line endings, links or submodules, and
what is read is exactly what was committed.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from grader.errors import SubmissionError
from grader.submission.limits import MB
from grader.submission.tree import Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.submission.git import Git

_COMMIT_BYTES = MB
_COMMITTED = re.compile(rb"^committer [^\n]*> (\d{1,12}) ([+-])(\d\d)(\d\d)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit's name and date; its message and author are never read.

    Attributes:
        at: ISO 8601, the student's to forge; empty if it is no date.
    """

    id: str
    at: str


@dataclass(frozen=True, slots=True)
class GitSource:
    """The files of one commit."""

    git: Git
    commit: Commit
    entries: tuple[Entry, ...]
    default_branch: Callable[[], str] = field(default=str, repr=False)
    """What HEAD names, where no ref was asked for: that may take another connection."""

    def contents(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Blobs, one after the other.

        Raises:
            SubmissionError: A blob is missing or not what the listing said.
            GitFailed: The repository can't be read.
        """
        blobs = _objects(
            self.git, [entry.id for entry in entries], limit=max((e.size for e in entries), default=0)
        )
        for entry, (_, kind, content) in zip(entries, blobs, strict=True):
            if kind != "blob" or len(content) != entry.size:
                raise _damaged()
            yield entry, content


def read_commit(git: Git, name: str) -> Commit:
    """The commit that a ref of ours names, through tags if need be."""
    for commit_id, kind, content in _objects(git, [f"{name}^{{commit}}"], limit=_COMMIT_BYTES):
        if kind == "commit":
            return Commit(commit_id, _date(content))
    raise _damaged()


def list_tree(git: Git, commit: Commit) -> tuple[Entry, ...]:
    """Every file, link and submodule of a commit, in git's order.

    Folders are listed and counted too: a tree can describe ten billion empty ones in a few kilobytes.

    Raises:
        SubmissionError: There are too many, or their names are too long.
        GitFailed: The repository can't be read.
    """
    limits = git.limits
    entries: list[Entry] = []
    count, size, rest = 0, 0, b""
    with closing(git.stream("ls-tree", "-r", "-t", "-z", "--long", "--full-tree", commit.id)) as chunks:
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\0")
            entries += [entry for line in lines if (entry := _entry(line))]
            count, size = count + len(lines), size + len(chunk)
            if count > limits.entries:
                raise _too_many(f"more than {limits.entries:,} files and folders")
            if size > limits.listing_mb * MB:
                raise _too_many(f"so many or so long file names that their list takes {limits.listing_mb} MB")
    return tuple(entries)


def _entry(line: bytes) -> Entry | None:
    """``<mode> <type> <id> <size>``, a tab, ``<path>``; None for a folder."""
    facts, _, path = line.partition(b"\t")
    mode, kind, name, size = facts.split()
    if kind == b"tree":
        return None
    if mode.startswith(b"100"):
        return Entry(path, EntryKind.FILE, int(size), name.decode(), executable=mode == b"100755")
    return Entry(
        path, {b"120000": EntryKind.LINK, b"160000": EntryKind.SUBMODULE}.get(mode, EntryKind.SPECIAL)
    )


def _objects(git: Git, names: Iterable[str], *, limit: int) -> Iterator[tuple[str, str, bytes]]:
    """Name, type and content of each object; the type is ``missing`` where there is none.

    Raises:
        SubmissionError: An object is larger than ``limit``; it is not read.
    """
    questions = "".join(f"{name}\n" for name in names).encode()
    buffer = bytearray()
    with closing(git.stream("cat-file", "--batch", stdin=questions)) as chunks:
        for chunk in chunks:
            buffer += chunk
            while (end := buffer.find(b"\n")) >= 0:
                name, kind, *sizes = buffer[:end].decode(errors="replace").split(" ")
                size = int(sizes[0]) if sizes else -1
                if size > limit:
                    raise _damaged()
                if len(buffer) < end + size + 2:
                    break
                yield name, kind, bytes(buffer[end + 1 : end + 1 + size]) if sizes else b""
                del buffer[: end + size + 2]


def _date(commit: bytes) -> str:
    header = commit.partition(b"\n\n")[0]
    if not (found := _COMMITTED.search(header)):
        return ""
    seconds, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == b"-" else 1)
    try:
        return datetime.fromtimestamp(int(seconds), UTC).astimezone(timezone(offset)).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def _too_many(what: str) -> SubmissionError:
    return SubmissionError(
        f"The repository is too large: its commit holds {what}.",
        "Take data sets and build outputs out of it.",
    )


def _damaged() -> SubmissionError:
    return SubmissionError(
        "The repository is damaged: an object of the commit is missing or wrong.", "Push it again."
    )
