"""Which files of a submission the labs get, and what is said of the others."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.submission.limits import MB, FetchLimits
from grader.submission.names import not_source, oddity, shown
from grader.submission.tree import Entry, EntryKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.records import Lab, Mapping

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_NAMED = 3
"""Files that a note names; the others it counts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the labs and mappings may need.

    Attributes:
        files: Paths relative to the repository's root.
        folders: Everything below them, helper modules for instance; ``""`` is the root.
        branch: Whether the default branch's name is needed, too.
    """

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    branch: bool = False

    @classmethod
    def of(cls, labs: Iterable[Lab], mappings: Iterable[Mapping] = ()) -> Wanted:
        """What these labs' modules and these mappings name, and the folders around them."""
        labs, mappings = tuple(labs), tuple(mappings)
        modules = [_below(lab.folder, module.file) for lab in labs for module in lab.modules]
        mapped = [_below("", mapping.file) for mapping in mappings]
        folders = [_below("", lab.folder) for lab in labs]
        folders += [_below("", path) for mapping in mappings for path in mapping.pythonpath]
        folders += [_below("", str(PurePosixPath(file).parent)) for file in mapped]
        about_it = any(lab.project for lab in labs)
        return cls(tuple(dict.fromkeys(modules + mapped)), tuple(dict.fromkeys(folders)), branch=about_it)

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
    """Files that the labs don't get, by reason; reported in one note a reason, however many there are."""

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
    """The entries to read: named files first, then Python files near the root, then the smallest."""
    candidates = []
    for entry in entries:
        if not wanted.holds(entry.path):
            continue
        named = wanted.names(entry.path)
        if entry.kind is not EntryKind.FILE:
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


def collect(contents: Iterable[tuple[Entry, bytes]], left_out: LeftOut) -> dict[str, bytes]:
    """Path → content, sorted by path; together they can be written as regular files.

    Names were judged by ``choose``. A tree may still name a path twice, or name a file that is also a folder:
    the first one wins.
    """
    files: dict[str, bytes] = {}
    folders: set[PurePosixPath] = set()
    for entry, content in contents:
        path = PurePosixPath(os.fsdecode(entry.path))
        if content.startswith(_LFS_POINTER):
            left_out.add(entry.path, "kept in Git LFS, which is not fetched")
        elif path in folders or any(str(place) in files for place in (path, *path.parents)):
            left_out.add(entry.path, "another file has this name")
        else:
            files[str(path)] = content
            folders.update(path.parents)
    return dict(sorted(files.items()))


def _below(folder: str, path: str) -> str:
    """A path in the repository, without ``./``; one that leads out of it names nothing there."""
    joined = str(PurePosixPath(folder) / path)
    return "" if joined == "." else joined
