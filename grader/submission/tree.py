"""What a commit or a folder holds, and which of it is written for the labs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from grader.submission.limits import MB, FetchLimits
from grader.submission.names import not_source, oddity, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.records import Lab, Mapping

_NAMED = 3
"""Files that a note names; the others it counts."""

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class Kind(StrEnum):
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
    """

    path: bytes
    kind: Kind
    size: int = 0
    id: str = ""


class Source(Protocol):
    """Something that holds a student's files, read but never entered."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything in it."""

    def contents(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """The content of regular files, one after the other; what can't be read is left out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the labs and mappings may need.

    Attributes:
        files: Paths relative to the repository's root.
        folders: Everything below them, helper modules for instance; ``""`` is the root.
    """

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    @classmethod
    def of(cls, labs: Iterable[Lab], mappings: Iterable[Mapping] = ()) -> Wanted:
        """What these labs' modules and these mappings name, and the folders around them."""
        labs, mappings = tuple(labs), tuple(mappings)
        modules = [_below(lab.folder, module.file) for lab in labs for module in lab.modules]
        mapped = [_below("", mapping.file) for mapping in mappings]
        folders = [_below("", lab.folder) for lab in labs]
        folders += [_below("", path) for mapping in mappings for path in mapping.pythonpath]
        folders += [_below("", str(PurePosixPath(file).parent)) for file in mapped]
        return cls(tuple(dict.fromkeys(modules + mapped)), tuple(dict.fromkeys(folders)))

    def names(self, path: bytes) -> bool:
        """Whether the path is one of the files."""
        return os.fsdecode(path) in self.files

    def holds(self, path: bytes) -> bool:
        """Whether the path is one of the files, lies in one of the folders, or is on the way to one."""
        name = os.fsdecode(path)
        return self.names(path) or any(
            not folder or name == folder or name.startswith(f"{folder}/") or folder.startswith(f"{name}/")
            for folder in (*self.folders, *self.files)
        )


@dataclass(slots=True)
class LeftOut:
    """Files that were not written, by reason; told in one note a reason, however many there are."""

    reasons: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, path: bytes, reason: str) -> None:
        """Remember one file."""
        self.reasons.setdefault(reason, []).append(path)

    def notes(self) -> tuple[str, ...]:
        """``Left out: data.bin, run.log and 7 more (too large …).``."""
        sentences = []
        for reason, paths in self.reasons.items():
            more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
            sentences.append(f"Left out: {', '.join(map(shown, paths[:_NAMED]))}{more} ({reason}).")
        return tuple(sentences)


def choose(entries: Iterable[Entry], wanted: Wanted, limits: FetchLimits, left_out: LeftOut) -> list[Entry]:
    """The entries to write: named files first, then Python files near the root, then the smallest."""
    candidates = []
    for entry in entries:
        if not wanted.holds(entry.path):
            continue
        named = wanted.names(entry.path)
        if entry.kind is not Kind.FILE:
            left_out.add(entry.path, entry.kind)
        elif reason := oddity(entry.path) or ("" if named else not_source(entry.path)):
            left_out.add(entry.path, reason)
        elif entry.size > limits.file_mb * MB:
            left_out.add(entry.path, f"larger than {limits.file_mb} MB")
        else:
            python = entry.path.endswith(b".py")
            depth = entry.path.count(b"/")
            candidates.append(((not named, not python, depth if python else 0, entry.size), entry))
    chosen: list[Entry] = []
    total = 0
    for _, entry in sorted(candidates, key=lambda candidate: candidate[0]):
        if len(chosen) == limits.files:
            left_out.add(entry.path, f"only {limits.files} files are graded")
        elif total + entry.size > limits.total_mb * MB:
            left_out.add(entry.path, f"all files together may take {limits.total_mb} MB")
        else:
            chosen.append(entry)
            total += entry.size
    return chosen


def write(contents: Iterable[tuple[Entry, bytes]], into: Path, left_out: LeftOut) -> None:
    """Write files into a new folder: folders 0755, files 0644, whatever they were and whatever the umask is.

    Names were judged by ``choose``. A tree may still name a path twice, or name a file that is also a folder:
    the first one wins.
    """
    into.mkdir(parents=True)
    into.chmod(0o755)
    made = {into}
    for entry, content in contents:
        if content.startswith(_LFS_POINTER):
            left_out.add(entry.path, "kept in Git LFS, which is not fetched")
            continue
        target = into / os.fsdecode(entry.path)
        try:
            for folder in reversed(target.parents):
                if into in folder.parents and folder not in made:
                    folder.mkdir()
                    folder.chmod(0o755)
                    made.add(folder)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        except (FileExistsError, NotADirectoryError):
            left_out.add(entry.path, "another file has this name")
            continue
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, 0o644)
            file.write(content)


def _below(folder: str, path: str) -> str:
    """A path in the repository, without ``./``; one that leads out of it names nothing there."""
    joined = str(PurePosixPath(folder) / path)
    return "" if joined == "." else joined
