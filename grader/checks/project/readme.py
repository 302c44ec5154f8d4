"""A README → the commands that a reader would copy from it: what stands in its code blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.checks.project.commands import has_prompt, read_commands

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.checks.project.commands import Command

SHELL = {
    "bash",
    "sh",
    "shell",
    "zsh",
    "console",
    "shell-session",
    "terminal",
    "cmd",
    "powershell",
    "shellsession",
}
MAYBE_SHELL = {"", "text", "txt", "plaintext", "none"}
MOST_LINES = 5_000
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*\{?\.?([\w-]*)")
_RST = re.compile(r"^\s*(?:\.\. code(?:-block)?:: *(\w*)|(.*)::)\s*$")


def find_readme(texts: Mapping[str, str]) -> str:
    """The README's path: at the top, however it is spelt; empty if there is none."""
    named = [path for path in texts if "/" not in path and re.match(r"readme(\.|$)", path, re.IGNORECASE)]
    order = {".md": 0, ".rst": 1, ".txt": 2}
    return min(named, key=lambda path: (order.get(path[6:].lower(), 3), path), default="")


def readme_commands(text: str, path: str = "README.md") -> list[Command]:
    """What a reader is asked to type, in order."""
    found: list[Command] = []
    lines = text.splitlines()[:MOST_LINES]
    for language, block in _rst_blocks(lines) if path.lower().endswith(".rst") else _blocks(lines):
        if language not in SHELL | MAYBE_SHELL:
            continue
        typed = [entry for entry in block if has_prompt(entry[1])]
        found += read_commands(typed or block, strict=language in SHELL)
    return found


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Fenced blocks of Markdown: language, and numbered lines. One that is never closed goes to the end."""
    fence, language = "", ""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line.lstrip() if fence else line)
        nested = None if mark or fence else _FENCE.match(line.strip())  # inside a list, it is indented
        mark = mark or nested
        if not fence and mark:
            fence, language, block = mark[1], mark[2].lower(), []
        elif fence and mark and mark[1].startswith(fence) and not mark[2]:
            yield language, block
            fence = ""
        elif fence:
            block.append((number, line))
    if fence:
        yield language, block


def _rst_blocks(lines: list[str]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Literal blocks of reStructuredText: what is indented after ``::`` or a code directive."""
    language, inside = "", False
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*lines, "end"], 1):
        if inside and (not line.strip() or line.startswith((" ", "\t"))):
            block.append((number, line.strip()))
            continue
        if inside:
            yield language, [entry for entry in block if entry[1] and not entry[1].startswith(":")]
        start = _RST.match(line)
        inside, language, block = start is not None, (start[1] or "").lower() if start else "", []
