"""Writing what students wrote: regular files in a folder of ours, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grader.submission.choice import LeftOut
    from grader.submission.tree import Entry

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


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
