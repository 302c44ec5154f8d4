"""Texts that students may write, and how machines would read them."""

import re
from html.parser import HTMLParser

from hypothesis import strategies as st
from markdown_it import MarkdownIt

FRAGMENTS = [
    "\x1b[31m", "\x1b]0;t\x07", "\x9b2J", "\x00", "\r", "\r\n", "\n", "\t", " ", "\u2003", "\x85", "\u2028",
    "\ud800", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041", "\u2060",
    "::", ":", "::set-output name=a::b", "##[", "###[error]", "##vso[task]", "#", "[", "]", "]]>",
    "<script>", "</style>", "<!--", "&lt;", "&", "`", "```", "~~~", "|", "*", "_", "\\", "$", "!", "![x](y)", "[a](b)",
    "@octocat", "a@b.example", "http://e.example", "www.e.example", "#1", "GH-1", "- ", "+ ", "1. ", "1) ", "> ", "=== ", "# ",
    "=cmd()", "@SUM(A1)", "-1", "＝1", "a", "é", "x",
]  # fmt: skip
hostile = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=14).map("".join)


def is_command(text):
    """As GitHub's runner reads a log: ``::`` at the start of a trimmed line, ``##[`` anywhere in it."""
    return any(
        row.strip().startswith("::") or re.search(r"##\w*\[", row) for row in re.split(r"[\r\n]", text)
    )


GITHUB = MarkdownIt("gfm-like", {"html": True, "linkify": False})


def tokens(markdown):
    for token in GITHUB.parse(markdown):
        yield token
        yield from token.children or ()


class Page(HTMLParser):
    """Elements, their attributes, and the text that is read."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.words, self.open = [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())
