"""One number for everything that a verdict rests on, so that it can be replayed and distinguished from another."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from grader.course.rubric import rubric_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.records import Assignment


def digest(assignment: Assignment) -> str:
    """sha256 over the names and contents of rubric, suites and references, as hex.

    Neither the course's place nor the files' dates, nor what Python caches beside them, change it. Names and
    contents go in with their lengths, so that no two courses are written alike; so do waived checks.
    """
    total = hashlib.sha256()
    for name, file in sorted(
        (file.relative_to(assignment.root).as_posix(), file) for file in _files(assignment)
    ):
        for part in (name.encode(), file.read_bytes()):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    for waiver in assignment.waivers:
        total.update(f"waived {waiver.lab}/{waiver.check}\n".encode())
    return total.hexdigest()


def _files(assignment: Assignment) -> Iterator[Path]:
    yield rubric_file(assignment.root, assignment.id)
    for lab in assignment.labs:
        for folder in dict.fromkeys((lab.suite, lab.reference, lab.mistakes_in)):
            for file in (assignment.root / folder).rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
                    yield file
