"""reStructuredText → its code blocks, by docutils: parsed only, so that no directive includes, runs or expands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import frontend, nodes, utils
from docutils.parsers.rst import Directive, Parser, directives

from grader.checks.project.blocks import BEFORE, MOST_BLOCKS, Block, TooMuch

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CHARACTERS, LONGEST_PARAGRAPH = 80_000, 8_000
"""docutils looks for the end of each mark to the end of its paragraph: a long one costs the square."""
SETTINGS = {
    "report_level": 5,
    "halt_level": 6,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "syntax_highlight": "none",
    "warning_stream": "",
    "line_length_limit": 4_000,
    "_disable_config": True,
}


class _Prompt(Directive):
    """``.. prompt:: bash $``, of a well-known extension: its lines are commands."""

    has_content = True
    optional_arguments = 3
    option_spec = None

    def run(self) -> list[nodes.Node]:
        """A literal block in the language that it names."""
        text = "\n".join(self.content)
        block = nodes.literal_block(text, text, classes=["code", *self.arguments[:1]])
        block.line = self.content_offset + 1
        return [block]


class _Tab(Directive):
    """A tab or a set of them: what is in it, under its label."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = None

    def run(self) -> list[nodes.Node]:
        """A container that begins with its label as a paragraph."""
        box = nodes.container()
        if self.arguments:
            box += nodes.paragraph("", self.arguments[0])
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


def read_blocks(text: str) -> list[Block]:
    """Every literal block.

    Raises:
        TooMuch: docutils gave up on it.
    """
    for paragraph in re.split(r"\n[ \t]*\n", text):
        if len(paragraph) > LONGEST_PARAGRAPH:
            raise TooMuch(
                f"it has {len(paragraph):,} characters without an empty line; at most "
                f"{LONGEST_PARAGRAPH:,} are read"
            )
    if len(text) > MOST_CHARACTERS:
        raise TooMuch(f"it has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read")
    for name in ("tab", "tabs", "group-tab", "tab-set", "tab-item"):
        directives.register_directive(name, _Tab)
    directives.register_directive("prompt", _Prompt)
    settings = frontend.get_default_settings(Parser)
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    document = utils.new_document("README.rst", settings)
    try:
        Parser().parse(text, document)
    except (
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise TooMuch(f"docutils can't read it: {type(error).__name__}") from error
    return list(_blocks(document, text.splitlines()))[:MOST_BLOCKS]


def _blocks(document: nodes.document, source: list[str]) -> Iterator[Block]:
    """In order, by a walk that keeps its own stack."""
    headings: list[tuple[nodes.Node, str]] = []
    before, at = "", 0
    stack: list[nodes.Node] = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, nodes.literal_block):
            lines = node.astext().splitlines()
            at = _found(lines, source, at)
            language = next((c for c in node["classes"] if c != "code"), "").lower()
            above = tuple(title for _, title in headings)
            yield Block(line=at + 1, lines=tuple(lines), language=language, headings=above, before=before)
            before, at = "", at + len(lines)
        elif isinstance(node, nodes.title) and isinstance(node.parent, nodes.section | nodes.document):
            above_it = set(_ancestors(node))
            headings = [h for h in headings if h[0] in above_it and h[0] is not node.parent]
            headings.append((node.parent, node.astext()[:BEFORE]))
            before = ""
        elif isinstance(node, nodes.paragraph):
            before = node.astext().strip()[-BEFORE:]
        elif not isinstance(node, nodes.system_message | nodes.comment):
            stack.extend(reversed(node.children))


def _ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def _found(lines: list[str], source: list[str], start: int) -> int:
    """Where a block's lines stand in the file: docutils' own numbers are those of what comes after it."""
    wanted = [line.strip() for line in lines]
    first = wanted[0] if wanted else ""
    for at in range(start, len(source)):
        if source[at].strip() == first and [s.strip() for s in source[at : at + len(wanted)]] == wanted:
            return at
    return start
