"""Student files, written where a sandbox reads them: regular files, readable by all, writable by none."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.errors import Ungraded

if TYPE_CHECKING:
    from collections.abc import Mapping


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files below the folder.

    Raises:
        ValueError: A path is absolute, leaves the folder, or is a folder of another.
        Ungraded: The disk is full, or the folder is gone.
    """
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts or "\0" in name:
            raise ValueError(f"not a path below the submission: {name!r}")
        if any(str(parent) in files for parent in path.parents):
            raise ValueError(f"a file and a folder at once: {name!r}")
    try:
        for name, contents in files.items():
            place = folder / name
            for parent in reversed(place.relative_to(folder).parents[:-1]):
                (folder / parent).mkdir(exist_ok=True)
                (folder / parent).chmod(0o755)
            place.write_bytes(contents)
            place.chmod(0o644)
    except OSError as error:
        raise Ungraded(f"The student's files could not be written for the sandbox: {error}") from error


def open_folder(path: Path) -> Path:
    """A new folder that every user may read, whatever the umask."""
    path.mkdir()
    path.chmod(0o755)
    return path
