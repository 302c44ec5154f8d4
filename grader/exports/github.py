"""What a step of GitHub Actions shows: annotations in its log, and a summary.

Format: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. At most ten annotations
of a kind are shown a step, so the totals come first and then one for each cause. Everything else in the log stands
between ``::stop-commands::`` and its end, whose token is drawn anew each time: nothing that a student wrote is a
command.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from grader.exports.telling import causes_of
from grader.report import words
from grader.report.escape import log
from grader.report.markdown import to_markdown
from grader.report.renderers import RENDERERS
from grader.report.student import student_copy

if TYPE_CHECKING:
    from grader.records import SafeRecord
    from grader.report.causes import Cause

MOST_ANNOTATIONS = 10
MOST_SUMMARY = 1024 * 1024 - 1024
"""Bytes: beyond 1 MiB a summary is refused."""
CUT = "\n\nThe report goes on; the whole is among the artifacts.\n"


def to_annotations(record: SafeRecord) -> str:
    """What the step prints: the verdict, one annotation a cause, and the report as text."""
    copy = student_copy(record)
    token = secrets.token_hex(16)
    text = next(row for row in RENDERERS if row.name == "terminal report").text(copy)
    lines = [
        _command("notice", copy.title or copy.assignment, words.verdict(copy).name),
        *(_annotation(copy, lab, cause) for lab, cause in causes_of(copy)[: MOST_ANNOTATIONS - 1]),
        f"::stop-commands::{token}",
        text.rstrip("\n"),
        f"::{token}::",
    ]
    return "\n".join(lines) + "\n"


def to_step_summary(record: SafeRecord) -> str:
    """The report in Markdown, short enough for ``$GITHUB_STEP_SUMMARY``."""
    text = to_markdown(student_copy(record)).encode()
    if len(text) <= MOST_SUMMARY:
        return text.decode()
    whole_lines = text[:MOST_SUMMARY].rpartition(b"\n")[0]
    return whole_lines.decode(errors="ignore") + CUT


def _annotation(record: SafeRecord, lab: str, cause: Cause) -> str:
    name, _, line = cause.place.partition("\n")[0].rpartition(", line ")
    files = [file for file in record.files if file == name or file.endswith(f"/{name}")]
    place = f"file={_property(files[0])},line={int(line)}," if files and line.isdecimal() else ""
    return _command("warning" if cause.tag else "error", lab, cause.text, place)


def _command(kind: str, title: str, message: str, place: str = "") -> str:
    return f"::{kind} {place}title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return log(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
