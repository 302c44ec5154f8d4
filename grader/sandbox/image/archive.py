"""Tar archives written while they are sent: a build context of 600 MB never lies on disk or in memory."""

from __future__ import annotations

import os
import tarfile
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Owned by root, readable by all, of no particular time: the same files give the same bytes."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member


def stream(
    entries: Mapping[str, Path], adapt: Callable[[tarfile.TarInfo], tarfile.TarInfo | None] = plain
) -> Iterator[bytes]:
    """The bytes of a tar with these entries (name in it → file or folder here).

    Raises:
        OSError: A file could not be read.
    """
    reader, writer = os.pipe()
    failed: list[OSError] = []

    def write() -> None:
        try:
            with os.fdopen(writer, "wb") as pipe, tarfile.open(fileobj=pipe, mode="w|") as tar:
                for name, path in entries.items():
                    tar.add(path, name, filter=adapt)
        except BrokenPipeError:
            pass  # nobody reads any more
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=write, name="tar", daemon=True)
    thread.start()
    with os.fdopen(reader, "rb") as pipe:
        while chunk := pipe.read(1 << 20):
            yield chunk
    thread.join()
    if failed:
        raise failed[0]
