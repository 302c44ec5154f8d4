"""Markdown → what a reader reads: sentences, and cells of tables with their headings. markdown-it-py reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from grader.checks.claims.numbers import plainly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

MOST_CHARACTERS = 100_000
"""Of a text that is read, ten times a long report."""
MOST_PASSAGES = 5_000
LONGEST = 1_000
"""Characters of a sentence or a cell; a longer one is cut."""
DEEPEST = 20

_END = re.compile(r"(?<=[.!?])\s+(?=[\"'“(*_]{0,2}[A-ZÀ-Þ\d])|\n{2,}")
_ABBREVIATED = re.compile(r"\b(?:vs|e\.g|i\.e|approx|resp|ca|cf|Fig|Eq|Tab|No)\.$", re.IGNORECASE)


class Sentence(NamedTuple):
    """A sentence of a paragraph, a list or a heading."""

    text: str
    line: int


class Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        text: Its own.
        line: Of its row.
        row: The first cell of its row.
        column: The first cell of its column.
        table: Which table of the text, from 0.
    """

    text: str
    line: int
    row: str
    column: str
    table: int


def sentences(text: str) -> list[Sentence]:
    """Every sentence of a text, outside of code blocks, comments and tables."""
    return [passage for passage in passages(text) if isinstance(passage, Sentence)]


def passages(text: str) -> list[Sentence | Cell]:
    """Sentences and cells in their order; at most ``MOST_PASSAGES`` of ``MOST_CHARACTERS``."""
    found: list[Sentence | Cell] = []
    for passage in _passages(text[:MOST_CHARACTERS]):
        found.append(passage)
        if len(found) >= MOST_PASSAGES:
            break
    return found


def _passages(text: str) -> Iterator[Sentence | Cell]:
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    # Links are read as their words; emphasis is cut below, for its rules take long on hostile text.
    parser.inline.ruler.enableOnly(["text", "newline", "escape", "backticks"])
    parser.inline.ruler2.enableOnly([])
    row: list[str] = []
    header: list[str] = []
    table, line, inside = -1, 1, False
    for token in parser.parse(text):
        if token.map:
            line = token.map[0] + 1
        match token.type:
            case "table_open":
                table, header, inside = table + 1, [], True
            case "table_close":
                inside = False
            case "tr_open":
                row = []
            case "tr_close" if not header:
                header = row
            case "tr_close":
                yield from _cells(row, header, line, table)
            case "inline" if inside:
                row.append(_read(token)[:LONGEST])
            case "inline":
                yield from _sentences(_read(token), line)
            case _:
                pass


def _cells(row: Sequence[str], header: Sequence[str], line: int, table: int) -> Iterator[Cell]:
    for column, text in zip(header[1:], row[1:], strict=False):
        yield Cell(text, line, row[0], column, table)


def _sentences(text: str, line: int) -> Iterator[Sentence]:
    begun, start = "", 0
    for part in [*_END.finditer(text), None]:
        stop = part.start() if part else len(text)
        begun += text[start:stop]
        if part and _ABBREVIATED.search(begun[-8:]):
            begun += " "
        else:
            said = begun.strip()
            if said:
                yield Sentence(" ".join(said.split())[:LONGEST], line + text.count("\n", 0, stop - len(said)))
            begun = ""
        start = part.end() if part else stop


_LINK = re.compile(r"https?://\S{1,2000}|\]\([^)\n]{0,500}\)|<[^<>\n]{0,200}>")
_MARKS = re.compile(r"(?<!\d)\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?!\d)|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")


def _read(token: Token) -> str:
    """The words of a line, code among them, without marks of emphasis and addresses of links."""
    said = "".join(
        "\n" if child.type in {"softbreak", "hardbreak"} else child.content for child in token.children or ()
    )
    return plainly(_MARKS.sub("", _LINK.sub(" ", said)))
