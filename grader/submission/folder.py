"""A plain folder, or a work tree: regular files, read without following a link or waiting for a pipe."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.errors import SubmissionError
from grader.submission.names import NOT_SOURCE
from grader.submission.tree import Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.submission.limits import FetchLimits

_DEEP = 1024
_NEVER_WAIT = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class FolderSource:
    """The files below a folder, as they lie there."""

    root: Path
    entries: tuple[Entry, ...]

    def contents(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """Regular files, one after the other; those that can no longer be read are left out."""
        for entry in entries:
            content = read_regular(self.root, entry.path, limit=entry.size)
            if content is not None:
                yield entry, content


def list_folder(root: Path, limits: FetchLimits) -> FolderSource:
    """List a folder. What tools wrote (``.git``, ``__pycache__``, environments) is not entered.

    Raises:
        SubmissionError: It holds too many files, or can't be read.
    """
    entries: list[Entry] = []
    prefixes, seen = [b""], 0
    while prefixes:
        prefix = prefixes.pop()
        try:
            with os.scandir(os.fsencode(root) + b"/" + prefix) as items:
                for item in items:
                    path = prefix + item.name
                    seen += 1
                    if seen > limits.entries:
                        raise SubmissionError(
                            f"'{root.name}' is too large: more than {limits.entries:,} files and folders.",
                            "Give the folder of one submission.",
                        )
                    if not item.is_dir(follow_symlinks=False):
                        entries.append(_entry(path, item.stat(follow_symlinks=False)))
                    elif item.name not in NOT_SOURCE and len(path) < _DEEP:
                        prefixes.append(path + b"/")
        except PermissionError as error:
            if not prefix:
                raise SubmissionError(f"The folder '{root.name}' may not be read by this user.") from error
    return FolderSource(root, tuple(sorted(entries, key=lambda entry: entry.path)))


def read_regular(root: Path, path: bytes, *, limit: int) -> bytes | None:
    """Read one regular file below ``root``; no part of ``path`` may be a link.

    Args:
        root: A folder that is trusted to be where it says.
        path: Relative, of ordinary names.
        limit: The largest file that is read, in bytes.

    Returns:
        The content; None if there is no such regular file, or it is larger.
    """
    *folders, name = path.split(b"/")
    try:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        for folder in folders:
            below = os.open(folder, os.O_DIRECTORY | _NEVER_WAIT, dir_fd=here)
            os.close(here)
            here = below
        file = os.open(name, _NEVER_WAIT, dir_fd=here)
        with os.fdopen(file, "rb") as opened:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > limit:
                return None
            content = opened.read(limit + 1)
            return content if len(content) <= limit else None
    except OSError:
        return None
    finally:
        os.close(here)


def _entry(path: bytes, facts: os.stat_result) -> Entry:
    if stat.S_ISREG(facts.st_mode):
        return Entry(path, EntryKind.FILE, facts.st_size, executable=bool(facts.st_mode & stat.S_IXUSR))
    return Entry(path, EntryKind.LINK if stat.S_ISLNK(facts.st_mode) else EntryKind.SPECIAL)
