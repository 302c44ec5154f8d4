"""Where a class's results go on disk: each member's reports in a folder, the table and the page beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.cohort.page import to_page
from grader.errors import Ungraded
from grader.files import write_whole
from grader.report import write_reports

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from grader.cohort.roster import ClassMember
    from grader.cohort.sheet import ClassTable
    from grader.cohort.summary import Summary
    from grader.records import SafeRecord

TABLE, PAGE = "class.csv", "index.html"
KEPT = "The verdict is in the gradebook."


def folders(members: Iterable[ClassMember]) -> dict[str, str]:
    """Identifier → the name of a folder; no two alike, whatever identifiers are made of."""
    names: dict[str, str] = {}
    taken = {TABLE, PAGE}
    for member in members:
        name = re.sub(r"[^\w.@-]+", "_", member.id, flags=re.ASCII).strip(".")[:100] or "_"
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        names[member.id] = name
    return names


def write_reports_of(record: SafeRecord, folder: Path) -> str:
    """Write one member's reports.

    Returns:
        Why they could not be written: that costs nobody else's. Empty if they were.
    """
    try:
        write_reports(record, folder)
    except Ungraded as trouble:
        return f"{KEPT} {trouble.message} {trouble.remedy}"
    except Exception as error:  # a fault of ours, which this one's text brought to light
        return f"{KEPT} Its report could not be made: {type(error).__name__}: {error}"
    return ""


def write_table(table: ClassTable, folder: Path) -> None:
    """Write ``class.csv``; raises Ungraded if the folder can't be written to."""
    _write(folder, TABLE, table.text())


def write_page(title: str, summaries: Sequence[Summary], made_at: str, folder: Path) -> None:
    """Write ``index.html``; raises Ungraded if the folder can't be written to."""
    _write(folder, PAGE, to_page(title, summaries, made_at))


def _write(folder: Path, name: str, text: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, text.encode())
    except OSError as error:
        raise Ungraded(
            f"{folder / name} could not be written: {error.strerror}.",
            "Name a folder that can be written to, with --out, or free some space on the disk.",
        ) from error
