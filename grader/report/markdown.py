"""``report.md``: for pull requests, step summaries and mail. GitHub's Markdown, without its dangers.

Where HTML has autoescape, this has ``finalize``: whatever a template writes is escaped as prose, unless it
comes from a function that has set it as code.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.report import escape, words
from grader.report.context import view
from grader.report.html import TEMPLATES
from grader.report.plot import describe

if TYPE_CHECKING:
    from grader.records import SafeRecord


class Safe(str):
    """Markdown that is meant as such."""

    __slots__ = ()


def to_markdown(record: SafeRecord) -> str:
    """The record as GitHub-flavoured Markdown."""
    text = _environment().get_template("report.md.j2").render(view=view(record))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - finalize escapes, for Markdown
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Safe) else escape.markdown(str(value)),
    )
    environment.globals.update(
        words=words,
        raw=Safe,
        described=describe,
        as_code=lambda text: Safe(escape.code(text)),
        as_block=lambda text: Safe(escape.block(text)),
    )
    return environment
