"""Plain text → its code blocks: lines that are indented, begin with a prompt or are nothing but a command.

A fence is a fence here, too.
"""

from __future__ import annotations

import re
from textwrap import dedent

from grader.checks.project import markdown
from grader.checks.project.blocks import BEFORE, MOST_BLOCKS, Block
from grader.checks.project.command_words import is_command_line

_CODE = re.compile(r"(?:[ \t]{2,}|[ \t]*[$%] )\S")


def read_blocks(text: str) -> list[Block]:
    """Every run of such lines; if Markdown sees blocks of code in it, those."""
    if found := [block for block in markdown.read_blocks(text) if not block.is_inline]:
        return found
    blocks: list[Block] = []
    run: list[str] = []
    before = ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if _CODE.match(line) or is_command_line(line):
            run.append(line)
            continue
        if run:
            lines = tuple(dedent("\n".join(run)).split("\n"))
            blocks.append(Block(line=number - len(run), lines=lines, before=before[-BEFORE:]))
            run, before = [], ""
        before = f"{before}\n{line}"[-BEFORE:]
    return blocks[:MOST_BLOCKS]
