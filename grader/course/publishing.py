"""A student's repository: the starter, the public course in ``.grader``, and a workflow that runs its checks.

``.grader/public.json`` lists what was written, each file with its sha256. So an edited copy is known as one, at the
student's desk and where the work is graded.
"""

from __future__ import annotations

import hashlib
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from msgspec import Struct

from grader import __version__
from grader.course.digest import digest_of
from grader.course.loading import load
from grader.course.public import public_course
from grader.course.starter import starter
from grader.errors import SubmissionError, UsageError
from grader.records import CourseVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.records import Assignment

FOLDER = ".grader"
MANIFEST = f"{FOLDER}/public.json"
MANIFEST_BYTES = 1 << 20
MOST_BYTES = 32 << 20
"""Of a repository's public course, all files together."""
GUIDE = f"{FOLDER}/README.md"
REUSABLE, CALLER = ".github/workflows/grade.yml", ".github/workflows/public-checks.yml"
REPORTS = "grade-report"
WORKFLOW = Path(__file__).with_name("workflow.yml")
COURSE_FILES = ("rubrics/", "test_suites/", "reference/")
"""What of the folder is the public course: the rest may differ without any check differing."""


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `grade publish` wrote.

    Attributes:
        digest: Of the public course.
        course: Which state of the course it was made of.
        engine: What students install, as pip reads it.
        files: Path in the repository → sha256 in hex; the starter's files are the student's, and not among them.
    """

    assignment: str
    digest: str
    course: CourseVersion = CourseVersion()
    grader_version: str = ""
    engine: str = ""
    files: dict[str, str] = {}


class Copied(Protocol):
    """A repository that may have a copy of the public course."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path in it."""
        ...

    def read(self, path: str, *, limit: int) -> bytes | None:
        """The content of one file; ``None`` if it isn't there."""
        ...


class Published(Struct, frozen=True, kw_only=True):
    """What was written.

    Attributes:
        files: All of them.
        renewed: Whether there was a starter already, which was left alone.
        left_out: Public checks that need a reference.
    """

    manifest: Manifest
    files: tuple[Path, ...]
    renewed: bool
    left_out: tuple[str, ...]


def publish(
    assignment: Assignment,
    folder: Path,
    *,
    engine: str,
    wheel: Path | None,
    course: CourseVersion,
    calls: str,
) -> Published:
    """Write what students may have of an assignment.

    Args:
        assignment: As loaded, whole.
        folder: An empty or new one; or one that was published for this assignment, whose ``.grader`` is renewed.
        engine: What students install, as pip reads it.
        wheel: The engine itself, to be put beside; ``None``: ``engine`` is elsewhere.
        course: Which state of the course it is.
        calls: The reusable workflow, as ``uses:`` names it; empty: a copy of it in the repository.

    Raises:
        UsageError: The folder has other files of these names.
        CourseError: Something hidden, or a solution, would be handed out.
    """
    public = public_course(assignment)
    before = read_manifest(folder)
    if before is not None and before.assignment != assignment.id:
        raise UsageError(f"{folder} was published for {before.assignment}.", "Name another folder.")
    ours = {f"{FOLDER}/{name}": content for name, content in public.files.items()}
    ours |= {CALLER: _caller(calls).encode(), GUIDE: _guide(assignment, engine).encode()}
    if not calls:
        ours[REUSABLE] = WORKFLOW.read_bytes()
    if wheel is not None:
        ours[f"{FOLDER}/{wheel.name}"] = wheel.read_bytes()
    manifest = Manifest(
        assignment=assignment.id,
        digest=public.digest,
        course=course,
        grader_version=__version__,
        engine=engine,
        files={name: _sha256(content) for name, content in sorted(ours.items())},
    )
    ours[MANIFEST] = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    students = {} if before is not None else _students(assignment)
    if before is None:
        _refuse_to_overwrite(folder, {**students, **ours})
    else:
        _remove(folder, before)
    for name, content in {**students, **ours}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return Published(
        manifest=manifest,
        files=tuple(folder / name for name in (*students, *ours)),
        renewed=before is not None,
        left_out=public.left_out,
    )


def read_manifest(folder: Path) -> Manifest | None:
    """What was published into a folder; ``None`` if nothing was.

    Raises:
        UsageError: Its list can't be read.
    """
    try:
        return decoded((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(
            f"{folder / MANIFEST} can't be read: {error}.", f"Take it back: git checkout -- {FOLDER}"
        ) from error


def decoded(content: bytes) -> Manifest:
    """A list as it was written.

    Raises:
        msgspec.MsgspecError: It is none.
    """
    return msgspec.json.decode(content, type=Manifest)


def differences(manifest: Manifest, read: Callable[[str], bytes | None]) -> dict[str, str]:
    """Which files are not as they were published: path → ``changed`` or ``missing``.

    Args:
        manifest: What was published.
        read: A file's content by its path in the repository; ``None`` if it isn't there.
    """
    found = {}
    for name, sha256 in manifest.files.items():
        content = read(name)
        if content is None:
            found[name] = "missing"
        elif sha256 not in (_sha256(content), _sha256(content.replace(b"\r\n", b"\n"))):
            found[name] = "changed"
    return found


def course_digest(files: Mapping[str, bytes]) -> str:
    """The digest of a copy of the public course.

    Args:
        files: Path in the repository → content; others than those of ``.grader`` don't count.
    """
    prefix = f"{FOLDER}/"
    inside = {name.removeprefix(prefix): content for name, content in files.items() if is_course_file(name)}
    return digest_of(inside)


def is_course_file(path: str) -> bool:
    """Whether a path of a repository is one of the public course's, as it lies in ``.grader``."""
    below = path.removeprefix(f"{FOLDER}/")
    return below != path and below.startswith(COURSE_FILES) and "__pycache__" not in below


def note_on_copy(assignment: Assignment, repository: Copied) -> tuple[str, ...]:
    """What a report says if a repository's public checks are not the course's: a sentence, or none.

    Args:
        assignment: As loaded.
        repository: Which was handed in, with a list of what was published.
    """
    try:
        files = _course_files(repository)
        manifest = decoded(repository.read(MANIFEST, limit=MANIFEST_BYTES) or b"")
    except (SubmissionError, msgspec.MsgspecError):
        return (f"The repository's public checks in {FOLDER} can't be read; the course's own were used.",)
    digest = course_digest(files)
    if digest == _public_digest(assignment.root, assignment.id, assignment.digest):
        return ()
    if digest == manifest.digest:
        earlier = f"The repository's public checks in {FOLDER} are those of an earlier state of the course"
        return (f"{earlier}; the course's own were used, as it is now.",)
    return (f"The repository's public checks in {FOLDER} were edited; the course's own were used.",)


def _course_files(repository: Copied) -> dict[str, bytes]:
    """The files of a repository's public course, as far as one can be that large."""
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for path in repository.paths:
        if is_course_file(path) and left > 0:
            files[path] = repository.read(path, limit=left) or b""
            left -= len(files[path])
    return files


@lru_cache(maxsize=8)
def _public_digest(root: Path, assignment: str, _digest: str) -> str:
    """The public course's digest, worked out once for a state of the course."""
    return public_course(load(root, assignment)).digest


def published_files(files: Mapping[str, bytes]) -> frozenset[str]:
    """Which files of a submission are the course's, as they were published: nothing of them was handed in.

    Args:
        files: Path in the repository → content. What the student's list says counts for our two workflows alone.
    """
    ours = {name for name in files if name.startswith(f"{FOLDER}/")}
    try:
        manifest = decoded(files.get(MANIFEST, b"")[:MANIFEST_BYTES])
    except msgspec.MsgspecError:
        return frozenset(ours)
    for name in (CALLER, REUSABLE):
        if name in files and manifest.files.get(name) == _sha256(files[name]):
            ours.add(name)
    return frozenset(ours)


def _students(assignment: Assignment) -> dict[str, bytes]:
    """The starter, and where its README says how to check it."""
    files = starter(assignment)
    more = f"\n## Checking your work\n\n`{GUIDE}` says how to run the public checks on your machine.\n"
    return files | {"README.md": files["README.md"] + more.encode(), ".gitignore": _ignored().encode()}


def _refuse_to_overwrite(folder: Path, files: Mapping[str, bytes]) -> None:
    there = sorted(name for name in files if (folder / name).exists())
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise UsageError(
            f"{folder} has {', '.join(there[:3])}{more} already; nothing is overwritten.",
            "Name an empty or a new folder.",
        )


def _remove(folder: Path, before: Manifest) -> None:
    """What was published before, so that a check that was taken away does not stay."""
    for name in before.files:
        file = folder / name
        if file.resolve().is_relative_to(folder.resolve()):
            file.unlink(missing_ok=True)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _caller(calls: str) -> str:
    return f"""\
# Written by `grade publish`: the public checks on every push. They are for you; your grade is not made here.
name: public checks

on: [push]

permissions:
  contents: read

jobs:
  public:
    uses: {calls or f"./{REUSABLE}"}
"""


def _ignored() -> str:
    return f"__pycache__/\n*.pyc\n.venv/\n.pytest_cache/\n{REPORTS}/\n"


def _guide(assignment: Assignment, engine: str) -> str:
    texts = [
        f"- `{(Path(lab.folder) / name).as_posix()}`"
        for lab in assignment.labs
        for name in lab.given
        if name == "WRITING.md"
    ]
    read = ["", "How your texts are read:", "", *texts] if texts else []
    return "\n".join(
        [
            f"# Checking your work on {assignment.title}",
            "",
            "This folder has the public checks, as the course wrote them: read them. It is not graded; the course",
            "has its own copy, and hidden checks beside. An edited copy is reported.",
            "",
            "Once, with Python 3.11 or newer, on Linux:",
            "",
            "    python3 -m venv .venv",
            f"    .venv/bin/pip install {_quoted(engine)}",
            "",
            "Whenever you like, in this repository's folder:",
            "",
            "    .venv/bin/grade local       the words of the real report, and a page with plots",
            "    .venv/bin/pytest            the same checks, and your own tests",
            *read,
            "",
        ]
    )


def _quoted(engine: str) -> str:
    return f"'{engine}'" if set(engine) & set(" []<>;&") else engine
