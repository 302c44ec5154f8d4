"""One number for everything that a verdict rests on, so that it can be replayed and distinguished from another."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from grader.course.rubric import rubric_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from grader.records import Assignment


def digest(assignment: Assignment) -> str:
    """sha256 over the names and contents of rubric, suites and references, as hex.

    Neither the course's place nor the files' dates, nor what Python caches beside them, change it. Names and
    contents go in with their lengths, so that no two courses are written alike; so do waived checks.
    """
    files = {file.relative_to(assignment.root).as_posix(): file.read_bytes() for file in _files(assignment)}
    waived = [f"waived {waiver.lab}/{waiver.check}\n".encode() for waiver in assignment.waivers]
    return digest_of(files, waived)


def digest_of(files: Mapping[str, bytes], besides: Iterable[bytes] = ()) -> str:
    """sha256 over names and contents with their lengths, as hex: the order and the files' dates don't count.

    Args:
        files: Name → content.
        besides: What else counts, as it is.
    """
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        for part in (name.encode(), content):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    for part in besides:
        total.update(part)
    return total.hexdigest()


def _files(assignment: Assignment) -> Iterator[Path]:
    yield rubric_file(assignment.root, assignment.id)
    for lab in assignment.labs:
        for folder in dict.fromkeys((lab.suite, lab.reference, lab.mistakes_in)):
            for file in (assignment.root / folder).rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
                    yield file
