"""What is printed, and where files are written: every console of the command line is made here.

Square brackets and colons in a text are letters (``[/]``, ``:smile:``): student text is never markup. On a terminal
a report is as it is; in a pipe or a file no line is padded.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from rich.console import Console

from grader.errors import Ungraded, UsageError
from grader.files import is_device, write_whole
from grader.report.escape import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import RenderableType

NEEDED_BYTES = 64 << 20
"""Free space for temporary files, at least: a repository, its objects, and what the sandbox puts there."""


def console(*, no_color: bool, stderr: bool = False, wrap: bool = True) -> Console:
    """A console on which a text is shown as it is.

    Args:
        no_color: Plain text.
        stderr: Whether it is standard error.
        wrap: Whether lines are broken at the terminal's width.
    """
    return Console(
        stderr=stderr, no_color=no_color, highlight=False, markup=False, emoji=False, soft_wrap=not wrap
    )


def print_report(console: Console, report: RenderableType) -> None:
    """Print it; where no terminal shows it, no line ends in spaces and none is empty at the end."""
    if console.is_terminal:
        console.print(report)
        return
    with console.capture() as captured:
        console.print(report)
    rows = [row.rstrip() for row in captured.get().splitlines()]
    console.file.write("\n".join(rows).rstrip("\n") + "\n")
    console.file.flush()


# ── Before anything takes long ────────────────────────────────────────────────────────────────────────────


def check_folder(folder: Path | None, option: str) -> None:
    """Whether files can be written into a folder; it is made if there is none.

    Raises:
        UsageError: They can't.
    """
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=".probe-", dir=folder) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
    except OSError as error:
        raise UsageError(
            f"{option}: nothing can be written to {plain(str(folder))}: {error.strerror}.",
            "Name a folder that can be written to, or free some space on its disk.",
        ) from error


def check_file(file: Path | None, option: str, *, force: bool = True, inputs: Iterable[Path] = ()) -> None:
    """Whether a file can be written.

    Args:
        file: The file; None if none was asked for.
        option: Which asked for it.
        force: Whether one that exists may be replaced.
        inputs: Files that are read, and never replaced.

    Raises:
        UsageError: It can't, or may not.
    """
    if file is None or is_device(file):
        return
    shown = plain(str(file))
    if any(file.exists() and each.exists() and file.samefile(each) for each in inputs):
        raise UsageError(f"{option}: {shown} is read here, and would be lost.", "Name another file.")
    if file.exists() and not force:
        raise UsageError(
            f"{option}: {shown} is there already.", "Name another file, or add --force to replace it."
        )
    if file.exists() and not os.access(file, os.W_OK):
        raise UsageError(f"{option}: {shown} can't be written: Permission denied.", "Name another file.")
    if not file.parent.is_dir():
        raise UsageError(
            f"{option}: there is no folder {plain(str(file.parent))}.", "Make it, or name another file."
        )
    check_folder(file.parent, option)


def write_file(file: Path, data: bytes, option: str) -> None:
    """Write a file; it appears whole, or not at all.

    Raises:
        Ungraded: It can't be written.
    """
    try:
        write_whole(file, data)
    except OSError as error:
        raise Ungraded(
            f"{option}: {plain(str(file))} could not be written: {error.strerror}.",
            "Free some space on its disk, or name another file.",
        ) from error


def check_temporary() -> None:
    """Whether there is a folder for temporary files, with some space.

    Raises:
        Ungraded: There is none.
    """
    try:
        folder = tempfile.gettempdir()
        left = os.statvfs(folder)
    except OSError as error:
        raise Ungraded(
            f"There is no folder for temporary files: {error.strerror or error}.",
            "Free some space in /tmp, or name a folder with space: TMPDIR=/path grade …",
        ) from error
    free = left.f_bavail * left.f_frsize
    if free < NEEDED_BYTES:
        raise Ungraded(
            f"The folder for temporary files, {folder}, has {free / 1e6:.1f} MB left; "
            f"{NEEDED_BYTES / 1e6:.0f} MB are needed.",
            "Free some space there, or name a folder with space: TMPDIR=/path grade …",
        )
