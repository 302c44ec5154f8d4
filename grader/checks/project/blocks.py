"""A code block of a README, and how large a README may be before any parser sees it."""

from __future__ import annotations

import re

from msgspec import Struct

MOST_CHARACTERS = 200_000
MOST_LINES = 5_000
LONGEST_LINE = 4_000
DEEPEST = 40
"""Quotes and lists in each other; markdown-it's own bound is 20 for lists, and this one is for both."""
MOST_BLOCKS = 300
BEFORE = 300
"""Characters of the words before a block that are kept."""


_OPENING = re.compile(r"(?:[ \t]|>|[*+-][ \t]|\d{1,9}[.)][ \t])*")
_OPENERS = re.compile(r"[>*+-]|\d+[.)]")


class TooMuch(ValueError):
    """A text is beyond a bound; the message says which, with the bound in it."""


class Block(Struct, frozen=True, kw_only=True):
    """A piece of code in a text.

    Attributes:
        line: Of its first line of code, from 1.
        lines: The code, as a reader sees it: without the indentation of the block itself.
        language: As its fence says, in lower case; empty if it doesn't.
        headings: Those it stands under, the outermost first.
        before: The words between it and what came before it; of code in a sentence, the sentence so far.
        is_inline: It is code in a sentence, not a block of its own.
    """

    line: int
    lines: tuple[str, ...]
    language: str = ""
    headings: tuple[str, ...] = ()
    before: str = ""
    is_inline: bool = False


def check_size(text: str) -> None:
    """Look at the bounds before any parser sees the text; raises TooMuch."""
    if len(text) > MOST_CHARACTERS:
        raise TooMuch(f"it has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read")
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise TooMuch(f"it has {len(lines):,} lines; at most {MOST_LINES:,} are read")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE and not line.lstrip().startswith(("![", "[![", "<")):
            raise TooMuch(f"line {number} has {len(line):,} characters; at most {LONGEST_LINE:,} are read")
        depth = len(_OPENERS.findall(_OPENING.match(line)[0]))  # type: ignore[index]
        if depth > DEEPEST:
            raise TooMuch(
                f"line {number} opens {depth} lists and quotes in each other; at most {DEEPEST} are read"
            )
