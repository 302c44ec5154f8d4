"""Everything that a record is made into: one row each.

Files are written from it, hostile text is tried on every row, and the pages that list reports are checked
against it. So a new format is a function and a row, and can't be forgotten by any of them.
"""

from __future__ import annotations

from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from grader.report.html import to_html
from grader.report.machine import encode
from grader.report.markdown import to_markdown
from grader.report.sheet import to_sheet
from grader.report.terminal import to_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from grader.records import SafeRecord

WIDTH = 100
"""Columns of a terminal report that is no terminal's."""


class Medium(StrEnum):
    """Who reads it, and so what hostile text could do there."""

    JSON = "JSON"
    HTML = "HTML"
    MARKDOWN = "Markdown"
    TERMINAL = "terminal"


class Renderer(NamedTuple):
    """One way to show a record.

    Attributes:
        name: What it is called.
        medium: Who reads it.
        about: What for, in words for the docs.
        make: A file's contents, or what a terminal prints.
        ending: Of its files, ``report.<ending>`` and ``report.student.<ending>``; empty: it is only printed.
    """

    name: str
    medium: Medium
    about: str
    make: Callable[[SafeRecord], bytes | str | RenderableType]
    ending: str = ""

    def text(self, record: SafeRecord) -> str:
        """The record, so shown; what is printed without colour, a hundred columns wide."""
        made = self.make(record)
        if isinstance(made, bytes):
            return made.decode()
        if isinstance(made, str):
            return made
        return printed(made)


def printed(made: RenderableType) -> str:
    """What a terminal would show, without colour and a hundred columns wide."""
    out = StringIO()
    Console(file=out, width=WIDTH, no_color=True).print(made)
    return out.getvalue()


RENDERERS = (
    Renderer("record", Medium.JSON, "machines, the gradebook, replay", encode, "json"),
    Renderer(
        "page",
        Medium.HTML,
        "reading: one self-contained page with plots, for desktop, phone and print",
        to_html,
        "html",
    ),
    Renderer("summary", Medium.MARKDOWN, "a pull request, a step summary, mail", to_markdown, "md"),
    Renderer("terminal report", Medium.TERMINAL, "whoever ran `grade`", to_terminal),
    Renderer("review sheet", Medium.TERMINAL, "whoever runs `grade review`", to_sheet),
)
FILES = tuple(row for row in RENDERERS if row.ending)
"""Those that are written."""
FILE_NAMES = ", ".join([f"report.{FILES[0].ending}", *(f".{row.ending}" for row in FILES[1:])])
"""For help texts: ``report.json, .html, .md``."""
