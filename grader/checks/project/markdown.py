"""Markdown → its code blocks, by markdown-it-py: as a reader of the rendered page sees them.

Fenced, indented, in lists and quotes, in ``<pre>``, and lines that are nothing but code. What stands in an HTML
comment is nobody's block.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from grader.checks.project.blocks import BEFORE, DEEPEST, MOST_BLOCKS, Block
from grader.checks.project.command_words import is_command_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_blocks(text: str) -> list[Block]:
    """Every code block of a text that is within the bounds of ``check_size``."""
    return list(_Markdown(text).blocks())[:MOST_BLOCKS]


class _Markdown:
    """One pass over the parser's flat list of tokens."""

    def __init__(self, text: str) -> None:
        self._source = text.splitlines()
        parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
        # Only the blocks and the code in sentences matter: links, emphasis and entities cost time and say nothing.
        parser.inline.ruler.enableOnly(["text", "newline", "escape", "backticks"])
        parser.inline.ruler2.enableOnly([])
        self._tokens: Sequence[Token] = parser.parse(text)
        self._headings: list[tuple[int, str]] = []
        self._before = ""

    def blocks(self) -> Iterator[Block]:
        """The blocks in order."""
        level = 0
        is_cell = False
        for token in self._tokens:
            if token.type in {"td_open", "th_open", "td_close", "th_close"}:
                is_cell = token.nesting > 0
            elif token.type == "heading_open":
                level = int(token.tag[1:])
            elif token.type == "inline" and level:
                self._headings = [h for h in self._headings if h[0] < level] + [
                    (level, token.content[:BEFORE])
                ]
                self._before, level = "", 0
            elif token.type in {"fence", "code_block"}:
                yield self._block(token)
                self._before = ""
            elif token.type == "inline":
                yield from self._inline(token, is_cell=is_cell)
            elif token.type == "html_block":
                yield from self._html(token)

    def _block(self, token: Token) -> Block:
        first = (token.map or [0, 0])[0] + (token.type == "fence")
        language = re.split(r"[\s,{}]+", token.info.strip().lstrip("{."), maxsplit=1)[0].lower()
        return self._made(first + 1, token.content.splitlines(), language.removeprefix("language-"))

    def _made(self, line: int, lines: Sequence[str], language: str = "", *, said: str | None = None) -> Block:
        """A block; with ``said``, code in a sentence that begins like that."""
        return Block(
            line=line,
            lines=tuple(lines),
            language=language,
            headings=tuple(text for _, text in self._headings),
            before=(self._before if said is None else said).strip()[-BEFORE:],
            is_inline=said is not None,
        )

    def _inline(self, token: Token, *, is_cell: bool) -> Iterator[Block]:
        """A sentence. Lines of it that are nothing but code are blocks: three backticks on one line, mostly.

        In a cell of a table code alone is a sentence: the row says the rest.
        """
        line = (token.map or [0, 0])[0] + 1
        said = ""
        row: list[Token] = []
        for child in [*(token.children or ()), None]:
            if child is not None and child.type not in {"softbreak", "hardbreak"}:
                row.append(child)
                said += child.content
                continue
            said += "\n"
            code = [t for t in row if t.type == "code_inline"]
            words = [_BREAK.sub("", t.content) for t in row if t not in code]
            alone = not is_cell and len(code) == 1 and all(not word.strip(" .:;") for word in words)
            if not code and is_command_line("".join(words)):
                yield self._made(line, ["".join(words).strip()], said="")
            for one in code:
                sentence = "".join(t.content for t in row[: row.index(one)])
                yield self._made(line, [one.content], said=None if alone else sentence)
            if alone:
                said = ""
                self._before = ""
            line += 1
            row = []
        if said.strip():
            self._before = (self._before + "\n" + said).strip()[-BEFORE:]

    def _html(self, token: Token) -> Iterator[Block]:
        """``<pre>`` is a block too; a ``<summary>`` is what a reader sees above the next one."""
        text = re.sub(r"<!--.*?(-->|\Z)", _blank, token.content, flags=re.DOTALL)
        for found in re.finditer(r"<pre[^>]*>\s*(?:<code[^>]*>)?([^<]*)<", text):
            lines = _unescaped(found[1]).strip("\n").splitlines()
            first = (token.map or [0, 0])[0] + text.count("\n", 0, found.start(1)) + 1
            yield self._made(first + (len(found[1]) - len(found[1].lstrip("\n"))), lines)
        summary = re.search(r"<(summary|h[1-6]|b|strong)\b[^>]*>([^<]{1,200})<", text)
        if summary:
            self._before = _unescaped(summary[2])


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _unescaped(text: str) -> str:
    for code, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(code, letter)
    return text
