"""Files that appear whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(file: Path, data: bytes) -> None:
    """Write a file, or replace one; a link stays a link, and a device is written to.

    Raises:
        OSError: It can't be written; what was there before still is.
    """
    if is_device(file):
        file.write_bytes(data)
        return
    file = file.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{file.name[:100]}-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(data)
        os.chmod(name, 0o666 & ~_umask())  # noqa: PTH101 - as any program would make it
        os.replace(name, file)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108
        raise


def is_device(file: Path) -> bool:
    """``/dev/stdout`` and the like: written to, and never replaced."""
    return file.exists() and not file.is_file() and not file.is_dir()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
