"""A class in one table, ``class.csv``: one line a student, complete after every result.

It is written anew, whole, whenever a result comes: a run that is killed leaves the lines of all that had ended.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from grader.errors import Ungraded
from grader.records import Decision
from grader.report.causes import causes
from grader.report.escape import cell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.cohort.grading import Result
    from grader.cohort.roster import Entry
    from grader.records import CheckResult, SafeRecord

FILE = "class.csv"
NOT_YET = "not yet"
"""The verdict of who has not been graded in this run."""


class Line(NamedTuple):
    """What the table says of one entry; its fields are the columns."""

    id: str
    name: str
    url: str
    commit: str
    verdict: str
    earned: str
    points: str
    late_seconds: str
    attempt: str
    causes: str
    trouble: str


def line(entry: Entry, result: Result | None) -> Line:
    """One entry's line; of one that has no result yet, who they are."""
    record = result.record if result else None
    said = "" if result is None else Decision.UNGRADED.value
    return Line(
        id=entry.id,
        name=entry.name,
        url=record.url if record else entry.url,
        commit=record.commit if record else "",
        verdict=(record.verdict.value if record else said) or NOT_YET,
        earned=f"{record.earned:g}" if record else "",
        points=f"{record.points:g}" if record else "",
        late_seconds=f"{record.standing.late_seconds:.0f}" if record and record.standing else "",
        attempt=str(record.attempt or "") if record else "",
        causes=" | ".join(top_causes(record)) if record else "",
        trouble=result.trouble if result else "",
    )


def top_causes(record: SafeRecord) -> tuple[str, ...]:
    """What is wrong, one sentence a cause, lab by lab; advice left out."""
    found = (cause for lab in record.labs for cause in causes(lab.criteria, _checks(record, lab.id)))
    return tuple(cause.text for cause in found if not cause.advice)


def write(lines: Sequence[Line], folder: Path) -> None:
    """Write ``class.csv`` into a folder; it appears whole or not at all.

    Raises:
        Ungraded: The folder can't be written to.
    """
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(Line._fields)
    writer.writerows([cell(text) for text in row] for row in lines)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{FILE}"
        unfinished.write_text(made.getvalue(), encoding="utf-8", newline="")
        unfinished.replace(folder / FILE)
    except OSError as error:
        raise Ungraded(
            f"{folder / FILE} could not be written: {error.strerror}.",
            "Name a folder that can be written to, with --out, or free some space on the disk.",
        ) from error


def _checks(record: SafeRecord, lab: str) -> list[CheckResult]:
    return [check for check in record.checks if check.lab == lab]
