"""One record in, every report out: for people, for machines, and for the student.

``renderers`` is the table of all of them; ``student`` makes the copy that keeps what hidden checks must keep.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import Ungraded
from grader.report.html import to_html
from grader.report.machine import decode, encode, schema
from grader.report.markdown import to_markdown
from grader.report.renderers import FILE_NAMES, FILES, RENDERERS, Medium, Renderer
from grader.report.student import student_copy
from grader.report.terminal import to_terminal, verdict

if TYPE_CHECKING:
    from grader.records import SafeRecord

__all__ = [
    "FILES",
    "FILE_NAMES",
    "RENDERERS",
    "Medium",
    "Renderer",
    "decode",
    "encode",
    "schema",
    "student_copy",
    "to_html",
    "to_markdown",
    "to_terminal",
    "verdict",
    "write_reports",
]


def write_reports(record: SafeRecord, folder: Path) -> tuple[Path, ...]:
    """Write ``report.*`` and ``report.student.*`` into a folder, one of each for every row of ``FILES``.

    Each file appears whole or not at all, and none appears before all are made.

    Returns:
        The files, in this order.

    Raises:
        Ungraded: The folder can't be written to.
    """
    texts = {
        f"{name}.{row.ending}": row.text(copy).encode()
        for name, copy in (("report", record), ("report.student", student_copy(record)))
        for row in FILES
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as made:
            for name, data in texts.items():
                (Path(made) / name).write_bytes(data)
            for name in texts:
                (Path(made) / name).replace(folder / name)
    except OSError as error:
        raise Ungraded(
            f"The report could not be written to {folder}: {error.strerror}.",
            remedy="Name a folder that can be written to, with --out, or free some space on the disk.",
        ) from error
    return tuple(folder / name for name in texts)
