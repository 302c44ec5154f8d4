"""What students write is hostile text: made harmless for each place that shows it.

plain       every sink: nothing that moves a cursor, reorders letters, hides, or can't be encoded
log         terminals and CI logs: no line is a workflow command, however it is wrapped
markdown    GitHub's Markdown: no markup, no link, no mention, no image
code, block the same, set as code
cell        CSV: no formula

HTML needs only ``plain`` and Jinja's autoescape.
"""

from __future__ import annotations

import re
import unicodedata

JOINER = "\u2060"
"""WORD JOINER: has no width and breaks no line, but ends every pattern that a machine might act on."""
LONG = 4000
"""Characters of a traceback that are shown at most."""
_FOUND = r"@(?=\w)|#(?=\d)|GH-(?=\d)|:(?=/)|www(?=\.)"


class _Visible(dict[int, str]):
    """Character → what is shown for it; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isprintable() or char in "\n\t":
            shown = char
        elif unicodedata.category(char) == "Zs":
            shown = " "
        else:  # controls, bidi overrides, zero-width and tag characters, lone surrogates, unassigned
            shown = (
                f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
            )
        return self.setdefault(code, shown)


_VISIBLE = _Visible()


def plain(text: str, most: int = 1000) -> str:
    r"""Printable text: ``\x1b[31m`` and U+202E are shown as written in Python, not acted upon.

    ``##[command]`` is broken by a space, since GitHub's runner obeys it anywhere in a line, even inside JSON.

    Args:
        text: Anything; lone surrogates included.
        most: Characters shown at most.
    """
    text = text[: 4 * most].replace("\r\n", "\n").translate(_VISIBLE)
    text = re.sub(r"#(?=#\w*\[)", "# ", text)
    return text if len(text) <= most else text[: most - 1] + "…"


def line(text: str) -> str:
    """Plain text on one line."""
    return " ".join(plain(text).split())


def log(text: str, most: int = 1000) -> str:
    """Plain text for a terminal or a CI log, where ``::error::`` at the start of a line is a command.

    Every ``::`` is broken, not only the first of a line: a terminal wraps lines wherever it likes. The space
    leaves ``x[::-1]`` the Python that it was.
    """
    return re.sub(r":(?=:)", ": ", plain(text, most))


def markdown(text: str) -> str:
    """One line of prose for GitHub's Markdown, shown as it is and doing nothing."""
    text = re.sub(r"([\\`*_\[\]|~$])", r"\\\1", log(line(text)))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Mentions, e-mail addresses, issue numbers and bare links are found in the rendered text: break them.
    text = re.sub(rf"({_FOUND})", rf"\1{JOINER}", text, flags=re.IGNORECASE)
    # What would begin a heading, a list, a rule or a quotation at the start of a line.
    return re.sub(r"^([#+=-]|\d+[.)](?:\s|$))", rf"{JOINER}\1", text)


def code(text: str) -> str:
    """Inline code on one line, for GitHub's Markdown (not inside a table)."""
    text = line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    gap = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{gap}{text}{gap}{fence}" if text else ""


def block(text: str) -> str:
    """A fenced block for GitHub's Markdown; each line begins with a bar, so none is a workflow command."""
    text = plain(text, LONG).strip("\n")
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return "\n".join([f"{fence}text", *(f"| {row}".rstrip() for row in text.split("\n")), fence])


def cell(text: str) -> str:
    """One CSV cell that no spreadsheet takes for a formula; quoting is the writer's."""
    text = line(text)
    return f"'{text}" if text[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") and text else text
