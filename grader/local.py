"""The public checks at a student's desk: on files as they lie, in a local sandbox, with the real report's words."""

from __future__ import annotations

import platform
import subprocess
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from grader.course import load
from grader.course.publishing import (
    FOLDER,
    MANIFEST,
    Manifest,
    course_digest,
    differences,
    is_course_file,
    read_manifest,
)
from grader.errors import UsageError
from grader.history import NoHistory
from grader.pipeline import grade
from grader.report.escape import plain
from grader.report.sanitizer import sanitize
from grader.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.judge_service import JudgeService
    from grader.records import Lab, SafeRecord
    from grader.request import Watch

SHORT = 12
"""Digits of a digest that are shown."""


class Desk(Struct, frozen=True, kw_only=True, dict=True):
    """A checkout that was made of what a course published.

    Attributes:
        folder: The repository's.
        digest: Of the public checks that lie there.
        edited: Path → ``changed``, ``missing`` or ``new``: what is not as it was published.
    """

    folder: Path
    manifest: Manifest
    digest: str
    edited: dict[str, str]

    @property
    def course(self) -> Path:
        """The public course."""
        return self.folder / FOLDER

    @cached_property
    def loaded(self) -> tuple[Lab, ...]:
        """Labs with public checks."""
        return load(self.course, self.manifest.assignment).labs

    @property
    def labs(self) -> tuple[str, ...]:
        """Those that can be checked here; what tries the repository as a stranger needs a machine of its own."""
        return tuple(lab.id for lab in self.loaded if not lab.project)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The titles of the others."""
        return tuple(lab.title for lab in self.loaded if lab.project)

    def about_copy(self, expected: str = "") -> tuple[str, ...]:
        """Whether these are the course's checks, in sentences.

        Args:
            expected: What the instructor says the digest is, or its first digits; empty if nobody did.
        """
        name = self.digest[:SHORT]
        said = []
        if self.edited:
            files = ", ".join(f"{path} ({how})" for path, how in list(self.edited.items())[:3])
            more = f" and {len(self.edited) - 3} more" if len(self.edited) > 3 else ""
            said.append(
                f"These are not the course's checks: {plain(files)}{more}. What they say means nothing. "
                f"Take them back: git checkout -- {FOLDER}"
            )
        if expected and not self.digest.startswith(expected.lower()):
            said.append(f"The instructor's checks are {plain(expected)[:SHORT]}, and these are {name}.")
        elif not self.edited:
            whose = "the instructor's" if expected else "as they were published"
            said.append(f"Public checks {name}, {whose}.")
        return tuple(said)


def find_desk(start: Path) -> Desk:
    """The checkout that a folder lies in.

    Raises:
        UsageError: It lies in none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        manifest = read_manifest(folder)
        if manifest is not None:
            return _desk(folder, manifest)
    raise UsageError(
        f"{start} is in no repository with public checks: there is no {MANIFEST}.",
        "Go into the folder of your repository. Its checks come from the course: `grade publish` writes them.",
    )


def _desk(folder: Path, manifest: Manifest) -> Desk:
    def read(name: str) -> bytes | None:
        try:
            return (folder / name).read_bytes()
        except OSError:
            return None

    paths = (file.relative_to(folder).as_posix() for file in (folder / FOLDER).rglob("*") if file.is_file())
    there = {path: content for path in paths if is_course_file(path) and (content := read(path)) is not None}
    own = Manifest(
        assignment=manifest.assignment,
        digest=manifest.digest,
        files={path: sha for path, sha in manifest.files.items() if is_course_file(path)},
    )
    edited = differences(own, read) | {path: "new" for path in sorted(there) if path not in own.files}
    return Desk(folder=folder, manifest=manifest, digest=course_digest(there), edited=edited)


def grade_here(
    desk: Desk,
    service: JudgeService,
    watch: Watch,
    *,
    labs: Sequence[str] = (),
    seed: str = "",
    expected: str = "",
) -> SafeRecord:
    """The public checks' report on the files as they lie.

    Args:
        desk: Whose course the service has.
        service: With a local sandbox.
        watch: Sees what happens.
        labs: Only these; empty: all that can be checked here.
        seed: 128 bits in hex; empty: drawn anew.
        expected: The digest, as the instructor says it.

    Raises:
        GraderError: They could not be run, and why.
    """
    request = Request(
        repo=str(desk.folder),
        assignment=desk.manifest.assignment,
        labs=tuple(labs) or desk.labs,
        suite="public",
        seed=seed,
        as_it_lies=True,
    )
    record = grade(request, service, NoHistory(), watch)
    return sanitize(replace(record, notes=(*desk.about_copy(expected), *record.notes)))


def untested_here() -> str:
    """Where this isn't tried: a sentence; empty on Linux."""
    system = platform.system()
    if system == "Linux":
        return ""
    return (
        f"This is tested on Linux alone, and never was on {system or 'this system'}. If it fails, use a "
        "Linux machine (WSL will do), or push: the workflow runs the same checks."
    )


def uncommitted(folder: Path) -> tuple[str, ...]:
    """Files that are not in the last commit as they lie; none if git can't say."""
    command = ["git", "-C", str(folder), "status", "--porcelain", "-z", "--untracked-files=normal"]
    try:
        said = subprocess.run(command, capture_output=True, check=False, timeout=20)  # noqa: S603 - one's own repository
    except (OSError, subprocess.TimeoutExpired):
        return ()
    lines = said.stdout.decode(errors="replace").split("\0") if said.returncode == 0 else []
    return tuple(plain(line[3:]) for line in lines if len(line) > 3 and line[2] == " ")
